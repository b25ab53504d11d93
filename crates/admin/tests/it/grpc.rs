use identity::{Actor, Role, UserId};
use proto::admin::v1 as api;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::ServiceBuilder;

use crate::app::{App, person};

const ANN: UserId = UserId::from_u128(100);

/// Calls the service as somebody, without a network.
macro_rules! call {
    ($app:expr, $actor:expr, $method:ident, $request:expr) => {{
        let actor: Option<Actor> = $actor;
        let service = ServiceBuilder::new()
            .map_request(move |mut request: axum::http::Request<tonic::body::Body>| {
                request.extensions_mut().extend(actor.map(with_actor).unwrap_or_default());
                request
            })
            .service(admin::grpc::service($app.admin.clone()));
        AdminServiceClient::new(service).$method($request).await.map(tonic::Response::into_inner)
    }};
}

fn with_actor(actor: Actor) -> axum::http::Extensions {
    let mut extensions = axum::http::Extensions::new();
    extensions.insert(actor);
    extensions
}

fn manager(number: u128) -> Option<Actor> {
    Some(person(number, Role::Manager))
}

fn proposal() -> api::CreateAdjustmentRequest {
    api::CreateAdjustmentRequest {
        target: Some(api::create_adjustment_request::Target::User(ANN.to_string())),
        direction: api::AdjustmentDirection::Credit.into(),
        amount: "250".to_owned(),
        asset: "EUR".to_owned(),
        reason: "a fee was taken twice".to_owned(),
        reference: None,
        idempotency_key: Some("ticket-4711".to_owned()),
    }
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().unwrap().reason.clone()
}

#[tokio::test]
async fn adjustment_goes_its_way_by_two_people() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    let proposed = call!(app, manager(1), create_adjustment, proposal()).unwrap();
    let repeated = call!(app, manager(1), create_adjustment, proposal()).unwrap();
    assert_eq!(proposed, repeated);
    let id = proposed.adjustment.unwrap().id;
    let request = api::ApproveAdjustmentRequest { id: id.clone() };
    let own = call!(app, manager(1), approve_adjustment, request.clone()).unwrap_err();
    assert_eq!(own.code(), Code::PermissionDenied);
    assert_eq!(reason(&own), "admin.adjustment.own_proposal");
    let done = call!(app, manager(2), approve_adjustment, request).unwrap().adjustment.unwrap();
    assert_eq!(done.state(), api::AdjustmentState::Applied);
    assert_eq!(app.balance(ANN).await, 250);

    let request = api::ReverseAdjustmentRequest {
        id: id.clone(),
        reason: "it was the wrong user".to_owned(),
        idempotency_key: None,
    };
    let reversal = call!(app, manager(1), reverse_adjustment, request).unwrap().adjustment.unwrap();
    assert_eq!(reversal.reverses, Some(id));
    let request = api::RejectAdjustmentRequest { id: reversal.id, reason: "it was not".to_owned() };
    let rejected = call!(app, manager(2), reject_adjustment, request).unwrap().adjustment.unwrap();
    assert_eq!(rejected.decision_reason.as_deref(), Some("it was not"));
    let list = api::ListAdjustmentsRequest {
        state: api::AdjustmentState::Applied.into(),
        ..api::ListAdjustmentsRequest::default()
    };
    let list = call!(app, manager(1), list_adjustments, list).unwrap();
    assert_eq!((list.adjustments.len(), list.next_cursor.as_str()), (1, ""));
}

#[tokio::test]
async fn callers_are_told_apart() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let request = api::GetUserRequest { user: ann.to_string() };
    let nobody = call!(app, None, get_user, request.clone()).unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    let user = call!(app, Some(person(3, Role::User)), get_user, request.clone()).unwrap_err();
    assert_eq!(
        (user.code(), reason(&user).as_str()),
        (Code::PermissionDenied, "identity.permission.missing")
    );
    let found = call!(app, Some(person(3, Role::Support)), get_user, request).unwrap();
    assert_eq!(found.user.unwrap().email, "ann@example.org");
    assert_eq!(app.audited("admin.user.viewed").await.len(), 1);
    let freeze =
        api::FreezeUserRequest { user: ann.to_string(), reason: "a stolen phone".to_owned() };
    let frozen = call!(app, manager(1), freeze_user, freeze).unwrap().user.unwrap();
    assert_eq!(frozen.status(), api::UserStatus::Frozen);
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let app = App::start().await;
    let check = |status: Status, field: &str| {
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        let details = status.get_error_details();
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field);
    };
    let bad_user = api::GetUserRequest { user: "ann".to_owned() };
    check(call!(app, manager(1), get_user, bad_user).unwrap_err(), "user");
    let no_target = api::CreateAdjustmentRequest { target: None, ..proposal() };
    check(call!(app, manager(1), create_adjustment, no_target).unwrap_err(), "account");
    let no_direction = api::CreateAdjustmentRequest { direction: 0, ..proposal() };
    check(call!(app, manager(1), create_adjustment, no_direction).unwrap_err(), "direction");
    let no_amount = api::CreateAdjustmentRequest { amount: "-1".to_owned(), ..proposal() };
    check(call!(app, manager(1), create_adjustment, no_amount).unwrap_err(), "amount");
    let short = api::CreateAdjustmentRequest { reason: "ok".to_owned(), ..proposal() };
    check(call!(app, manager(1), create_adjustment, short).unwrap_err(), "reason");
    let long = api::ListJobsRequest { limit: 201, ..api::ListJobsRequest::default() };
    check(call!(app, Some(Actor::OPERATOR), list_jobs, long).unwrap_err(), "limit");
}

#[tokio::test]
async fn log_jobs_and_consumers_are_read() {
    let app = App::start().await;
    app.open(ANN, 0).await;
    call!(app, manager(1), create_adjustment, proposal()).unwrap();
    let entries = api::ListAuditEntriesRequest {
        action: Some("admin.adjustment.".to_owned()),
        ..api::ListAuditEntriesRequest::default()
    };
    let entries = call!(app, Some(Actor::OPERATOR), list_audit_entries, entries).unwrap().entries;
    assert_eq!((entries.len(), entries[0].action.as_str()), (1, "admin.adjustment.proposed"));
    assert!(entries[0].data_json.contains("\"amount\":\"250\""));
    let of_kind = async |kind: &str| {
        let request = api::ListAuditEntriesRequest {
            action: Some("admin.adjustment.".to_owned()),
            actor_kind: Some(kind.to_owned()),
            ..api::ListAuditEntriesRequest::default()
        };
        call!(app, Some(Actor::OPERATOR), list_audit_entries, request)
    };
    assert_eq!(of_kind("user").await.unwrap().entries.len(), 1);
    assert_eq!(of_kind("system").await.unwrap().entries.len(), 0);
    assert_eq!(of_kind("robot").await.unwrap_err().code(), tonic::Code::InvalidArgument);
    let jobs = api::ListJobsRequest {
        kind: Some("admin.adjustments.expire".to_owned()),
        ..api::ListJobsRequest::default()
    };
    let jobs = call!(app, Some(Actor::OPERATOR), list_jobs, jobs).unwrap().jobs;
    assert_eq!((jobs.len(), jobs[0].state()), (1, api::JobState::Waiting));
    let request = api::RedriveJobRequest { id: jobs[0].id.clone() };
    let redriven = call!(app, Some(Actor::OPERATOR), redrive_job, request).unwrap_err();
    assert_eq!(reason(&redriven), "admin.job.not_dead");
    let consumers =
        call!(app, Some(Actor::OPERATOR), list_consumers, api::ListConsumersRequest {}).unwrap();
    assert!(consumers.consumers.is_empty(), "this test has none");
}
