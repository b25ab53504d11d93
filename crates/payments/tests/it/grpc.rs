//! `bushel.payments.v1` through a real server on the loopback interface and the generated client.

use std::time::Duration;

use proto::payments::v1::payments_service_client::PaymentsServiceClient;
use proto::payments::v1::payments_staff_service_client::PaymentsStaffServiceClient;
use proto::payments::v1::{
    BankAccount, Card, CreateDepositRequest, CreateReconciliationRequest, CreateRefundRequest,
    CreateWithdrawalRequest, DepositStatus, GetDepositRequest, GetReconciliationRequest,
    GetWithdrawalRequest, ListDepositsRequest, ListDifferencesRequest, ListProvidersRequest,
    ListReconciliationsRequest, ListRefundsRequest, ListUserDepositsRequest,
    ListUserWithdrawalsRequest, ListWithdrawalsRequest, RefundStatus, UserFlowFilter,
    WithdrawalStatus, create_deposit_request::Source, create_withdrawal_request::Destination,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::InterceptorLayer;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Status};

use crate::app::{ANN, App, BOB, GOOD_CARD, GOOD_IBAN, actor, staff};

type Client = PaymentsServiceClient<Channel>;

/// A server in front of the app; the metadata `user` says who calls, as the edge finds out.
async fn client(app: &App) -> Client {
    Client::new(channel(app).await)
}

async fn channel(app: &App) -> Channel {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let caller = InterceptorLayer::new(|mut request: Request<()>| {
        let user = request.metadata().get("user").map(|value| value.to_str().unwrap().to_owned());
        match user.as_deref() {
            Some("ann") => request.extensions_mut().insert(actor(ANN)),
            Some("bob") => request.extensions_mut().insert(actor(BOB)),
            Some("manager") => request.extensions_mut().insert(staff(BOB)),
            _ => None,
        };
        Ok(request)
    });
    let service = payments::grpc::service(app.process.payments.clone());
    let staffs = payments::grpc::staff_service(app.process.payments.clone());
    let server = Server::builder().layer(caller).add_service(service).add_service(staffs);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let channel = Channel::from_shared(address).unwrap();
    channel.connect_timeout(Duration::from_secs(5)).connect().await.unwrap()
}

fn by<T>(user: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("user", user.parse().unwrap());
    request
}

fn deposit(amount: &str) -> CreateDepositRequest {
    let card =
        Card { number: GOOD_CARD.to_owned(), exp_month: 12, exp_year: 2030, cvc: "123".to_owned() };
    CreateDepositRequest {
        asset: "EUR".to_owned(),
        amount: amount.to_owned(),
        source: Some(Source::Card(card)),
        return_url: None,
        provider: None,
        idempotency_key: Some("k".to_owned()),
    }
}

fn code_of(status: &Status) -> (Code, String) {
    use tonic_types::StatusExt as _;
    let info = status.get_error_details().error_info().map(|info| info.reason.clone());
    (status.code(), info.unwrap_or_default())
}

#[tokio::test]
async fn deposits_and_refunds_work_over_grpc_too() {
    let app = App::start().await;
    let mut client = client(&app).await;
    let made = client.create_deposit(by("ann", deposit("500"))).await.unwrap().into_inner();
    let made = made.deposit.unwrap();
    assert_eq!((made.status(), made.card_last4.as_str()), (DepositStatus::Pending, "4242"));
    app.process.bus.settle().await;
    let again = client.create_deposit(by("ann", deposit("500"))).await.unwrap().into_inner();
    assert_eq!(again.deposit.unwrap(), made);
    let id = made.id.clone();
    let request = CreateRefundRequest {
        deposit_id: id.clone(),
        amount: Some("200".to_owned()),
        ..CreateRefundRequest::default()
    };
    let refund = client.create_refund(by("ann", request)).await.unwrap().into_inner();
    assert_eq!(refund.refund.unwrap().status(), RefundStatus::Pending);
    app.process.bus.settle().await;
    let found = client.get_deposit(by("ann", GetDepositRequest { id: id.clone() })).await.unwrap();
    let found = found.into_inner().deposit.unwrap();
    assert_eq!((found.status(), found.refunded.as_str()), (DepositStatus::PartlyRefunded, "200"));
    let listed = client.list_deposits(by("ann", ListDepositsRequest::default())).await.unwrap();
    assert_eq!(listed.into_inner().deposits, [found]);
    let request = ListRefundsRequest { deposit_id: id, limit: 0, cursor: String::new() };
    let listed = client.list_refunds(by("ann", request)).await.unwrap().into_inner();
    assert_eq!(listed.refunds[0].status(), RefundStatus::Succeeded);
}

#[tokio::test]
async fn withdrawals_work_over_grpc_too() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    let mut client = client(&app).await;
    let account = BankAccount { iban: GOOD_IBAN.to_owned(), name: "Ann Example".to_owned() };
    let request = |amount: &str| CreateWithdrawalRequest {
        asset: "EUR".to_owned(),
        amount: amount.to_owned(),
        destination: Some(Destination::BankAccount(account.clone())),
        idempotency_key: None,
    };
    let refused = client.create_withdrawal(by("ann", request("1001"))).await.unwrap_err();
    let expected = "payments.account.insufficient_funds".to_owned();
    assert_eq!(code_of(&refused), (Code::FailedPrecondition, expected));
    let made = client.create_withdrawal(by("ann", request("400"))).await.unwrap().into_inner();
    let made = made.withdrawal.unwrap();
    assert_eq!(made.destination_last4, "3201");
    app.process.bus.settle().await;
    let request = GetWithdrawalRequest { id: made.id };
    let found = client.get_withdrawal(by("ann", request)).await.unwrap().into_inner();
    assert_eq!(found.withdrawal.unwrap().status(), WithdrawalStatus::Paid);
    let request = ListWithdrawalsRequest { limit: 1, cursor: String::new() };
    let listed = client.list_withdrawals(by("ann", request)).await.unwrap().into_inner();
    assert_eq!((listed.withdrawals.len(), listed.next_cursor.is_empty()), (1, false));
}

#[tokio::test]
async fn strangers_and_foreign_ids_are_refused() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    let mut client = client(&app).await;
    let nobody = client.create_deposit(Request::new(deposit("500"))).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    let foreign = GetDepositRequest { id: id.clone() };
    let foreign = client.get_deposit(by("bob", foreign)).await.unwrap_err();
    let expected = (Code::NotFound, "payments.deposit.not_found".to_owned());
    assert_eq!(code_of(&foreign), expected);
    let refund = CreateRefundRequest { deposit_id: id, ..CreateRefundRequest::default() };
    let refund = client.create_refund(by("bob", refund)).await.unwrap_err();
    assert_eq!(code_of(&refund), expected);
    let malformed = client.create_deposit(by("ann", deposit("1.5"))).await.unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument);
    assert!(malformed.message().starts_with("amount:"));
}

#[tokio::test]
async fn staff_sees_everybodys_flows_and_reconciles_over_grpc_too() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    app.process.withdraw(ANN, GOOD_IBAN, 300).await;
    app.process.bus.settle().await;
    let forget = "delete from payments.sandbox_entries where subject = 'withdrawal'";
    app.world.database().client().await.unwrap().batch_execute(forget).await.unwrap();
    let mut client = PaymentsStaffServiceClient::new(channel(&app).await);
    let filter = UserFlowFilter {
        user: Some(ANN.to_string()),
        status: Some("succeeded".to_owned()),
        ..UserFlowFilter::default()
    };
    let request = ListUserDepositsRequest { filter: Some(filter), ..Default::default() };
    let found = client.list_user_deposits(by("manager", request.clone())).await.unwrap();
    let found = found.into_inner().deposits;
    assert_eq!((found.len(), found[0].user.as_str()), (1, ANN.to_string().as_str()));
    let users = client.list_user_deposits(by("ann", request)).await.unwrap_err();
    assert_eq!(code_of(&users), (Code::PermissionDenied, "identity.permission.missing".to_owned()));
    let all = ListUserWithdrawalsRequest::default();
    let all = client.list_user_withdrawals(by("manager", all)).await.unwrap().into_inner();
    assert_eq!(all.withdrawals.len(), 1);
    let wrong = UserFlowFilter { status: Some("gone".to_owned()), ..UserFlowFilter::default() };
    let wrong = ListUserWithdrawalsRequest { filter: Some(wrong), ..Default::default() };
    let wrong = client.list_user_withdrawals(by("manager", wrong)).await.unwrap_err();
    assert!(wrong.message().starts_with("filter.status:"), "{wrong}");
    let request = CreateReconciliationRequest { grace_s: Some(0), ..Default::default() };
    let made = client.create_reconciliation(by("manager", request)).await.unwrap().into_inner();
    app.process.bus.settle().await;
    let id = made.reconciliation.unwrap().id;
    let request = GetReconciliationRequest { id: id.clone() };
    let ended = client.get_reconciliation(by("manager", request)).await.unwrap().into_inner();
    let ended = ended.reconciliation.unwrap();
    assert_eq!((ended.status.as_str(), ended.differences), ("completed", 1));
    let request = ListDifferencesRequest { reconciliation_id: id, ..Default::default() };
    let found = client.list_differences(by("manager", request)).await.unwrap().into_inner();
    let it = &found.differences[0];
    assert_eq!((it.kind.as_str(), it.subject.as_str()), ("missing_there", "withdrawal"));
    assert_eq!((it.ours.as_deref(), it.theirs.as_deref()), (Some("-300"), None));
    let listed = ListReconciliationsRequest { limit: 1, ..Default::default() };
    let listed = client.list_reconciliations(by("manager", listed)).await.unwrap().into_inner();
    assert_eq!(listed.reconciliations, [ended]);
    assert!(!listed.next_cursor.is_empty());
}

#[tokio::test]
async fn providers_are_listed_over_grpc_too() {
    let app = App::start().await;
    let mut client = client(&app).await;
    let listed = client.list_providers(by("ann", ListProvidersRequest {})).await.unwrap();
    let listed = listed.into_inner().providers;
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "sandbox"));
    assert!(listed[0].takes_cards && listed[0].withdrawals);
    assert_eq!(listed[0].deposit_assets[0].code, "EUR");
}
