//! The same over gRPC, called as the server would.

use identity::Actor;
use proto::wallet::v1 as api;
use proto::wallet::v1::wallet_service_server::WalletService;
use tonic::{Code, Request};
use tonic_types::StatusExt as _;

use crate::app::{App, Person};

fn by<T>(person: &Person, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(person.actor);
    request
}

fn to(handle: &str) -> Option<api::PartyRef> {
    Some(api::PartyRef { by: Some(api::party_ref::By::Handle(handle.to_owned())) })
}

fn transfer(amount: &str, key: Option<&str>) -> api::CreateTransferRequest {
    api::CreateTransferRequest {
        to: to("bob"),
        asset: "EUR".to_owned(),
        amount: amount.to_owned(),
        message: Some("hi".to_owned()),
        idempotency_key: key.map(str::to_owned),
        ..Default::default()
    }
}

/// The service behind the generated server, as its router calls it.
macro_rules! service {
    ($app:expr) => {
        &wallet::grpc::calls($app.wallet.clone())
    };
}

#[tokio::test]
async fn transfers_are_made_listed_and_resolved() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    let service = service!(app);
    let made =
        service.create_transfer(by(&ann, transfer("10", Some("k")))).await.unwrap().into_inner();
    let again =
        service.create_transfer(by(&ann, transfer("10", Some("k")))).await.unwrap().into_inner();
    assert_eq!((made.is_replayed, again.is_replayed), (false, true));
    assert_eq!(made.transfer, again.transfer);
    let mut held = transfer("20", None);
    held.accept_within_s = Some(600);
    let held =
        service.create_transfer(by(&ann, held)).await.unwrap().into_inner().transfer.unwrap();
    assert_eq!(held.status(), api::TransferStatus::Waiting);
    let id = held.id;
    let accepted =
        service.accept_transfer(by(&bob, api::AcceptTransferRequest { id: id.clone() })).await;
    let accepted = accepted.unwrap().into_inner().transfer.unwrap();
    assert_eq!((accepted.status(), accepted.timeline.len()), (api::TransferStatus::Accepted, 2));
    let lost =
        service.cancel_transfer(by(&ann, api::CancelTransferRequest { id })).await.unwrap_err();
    assert_eq!(lost.code(), Code::FailedPrecondition);
    let reason = lost.get_error_details().error_info().unwrap().reason.clone();
    assert_eq!(reason, "wallet.transfer.not_waiting");
    let list =
        service.list_transfers(by(&bob, api::ListTransfersRequest::default())).await.unwrap();
    assert_eq!(list.into_inner().transfers.len(), 2);
    let accounts = service.list_accounts(by(&bob, api::ListAccountsRequest {})).await.unwrap();
    assert_eq!(accounts.into_inner().accounts[0].available, "31");
}

#[tokio::test]
async fn requests_schedules_limits_and_statements_work_too() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    let service = service!(app);
    let ask = api::CreatePaymentRequestRequest {
        from: to("ann"),
        asset: "EUR".to_owned(),
        amount: "5".to_owned(),
        ..Default::default()
    };
    let asked = service.create_payment_request(by(&bob, ask)).await.unwrap().into_inner();
    let id = asked.request.unwrap().id;
    let paid = service.pay_payment_request(by(&ann, api::PayPaymentRequestRequest { id })).await;
    let status = paid.unwrap().into_inner().request.unwrap().status();
    assert_eq!(status, api::PaymentRequestStatus::Paid);
    let plan = api::CreateScheduleRequest {
        to: to("bob"),
        asset: "EUR".to_owned(),
        amount: "5".to_owned(),
        start_at: Some(proto::Timestamp { seconds: 1_767_225_700, nanos: 0 }),
        every: api::Every::Week.into(),
        ..Default::default()
    };
    let schedule =
        service.create_schedule(by(&ann, plan)).await.unwrap().into_inner().schedule.unwrap();
    let change = api::UpdateScheduleRequest {
        id: schedule.id.clone(),
        expected_version: schedule.version,
        status: api::ScheduleStatus::Paused.into(),
        ..Default::default()
    };
    let paused =
        service.update_schedule(by(&ann, change)).await.unwrap().into_inner().schedule.unwrap();
    assert_eq!((paused.status(), paused.version), (api::ScheduleStatus::Paused, 2));
    let delete = api::DeleteScheduleRequest { id: schedule.id };
    assert_eq!(service.delete_schedule(by(&bob, delete)).await.unwrap_err().code(), Code::NotFound);
    let get = api::GetLimitsRequest { user_id: None, asset: "EUR".to_owned() };
    assert_eq!(service.get_limits(by(&ann, get)).await.unwrap_err().code(), Code::PermissionDenied);
    app.pass(1).await;
    let wanted = api::GetStatementRequest {
        account_id: ann.account("EUR"),
        month: "2026-01".to_owned(),
        format: api::StatementFormat::Csv.into(),
    };
    let pieces = service.get_statement(by(&ann, wanted)).await.unwrap().into_inner();
    let pieces: Vec<_> = futures_util::StreamExt::collect(pieces).await;
    let text: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.unwrap().data).collect();
    assert!(String::from_utf8(text).unwrap().contains("closing_balance"));
}

#[tokio::test]
async fn days_are_charted_and_people_found() {
    let app = App::start().await;
    let (ann, _bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    let service = service!(app);
    service.create_transfer(by(&ann, transfer("10", None))).await.unwrap();
    let wanted = api::ListBalancesRequest {
        account_id: ann.account("EUR"),
        from: "2026-01-01".to_owned(),
        to: String::new(),
    };
    let days = service.list_balances(by(&ann, wanted.clone())).await.unwrap().into_inner().days;
    let day = api::DayBalance {
        date: "2026-01-01".to_owned(),
        balance: "90".to_owned(),
        total_in: "100".to_owned(),
        total_out: "10".to_owned(),
    };
    assert_eq!(days, [day]);
    let never = api::ListBalancesRequest { from: "2026-02-01".to_owned(), ..wanted };
    let refused = service.list_balances(by(&ann, never)).await.unwrap_err();
    let details = refused.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "from");
    let query = api::ListRecipientsRequest { query: "bo".to_owned() };
    let found = service.list_recipients(by(&ann, query)).await.unwrap().into_inner();
    assert_eq!(found.recipients[0].handle, "bob");
    assert!(found.recipients[0].last_at.is_some() && found.typed.is_none());
    let later = api::ListTransfersRequest {
        from: Some(proto::Timestamp { seconds: 1_900_000_000, nanos: 0 }),
        ..Default::default()
    };
    let none = service.list_transfers(by(&ann, later)).await.unwrap().into_inner();
    assert!(none.transfers.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nobody_is_refused() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let service = service!(app);
    let refused = service.create_transfer(by(&ann, transfer("0", None))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let details = refused.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "amount");
    let nobody =
        service.list_accounts(Request::new(api::ListAccountsRequest {})).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    let mut operator = Request::new(api::ListAccountsRequest {});
    operator.extensions_mut().insert(Actor::OPERATOR);
    assert_eq!(service.list_accounts(operator).await.unwrap_err().code(), Code::PermissionDenied);
}
