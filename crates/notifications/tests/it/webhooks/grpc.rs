//! The same over gRPC, called without a network.

use identity::Actor;
use proto::notifications::v1 as api;
use proto::notifications::v1::webhooks_service_client::WebhooksServiceClient;
use tonic::{Code, Request};
use tonic_types::StatusExt as _;

use super::harness::{Harness, session_of};
use super::{accepting, ann, bob, sequences};

fn from<T>(actor: Actor, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(actor);
    request
}

#[tokio::test]
async fn operations_are_the_same_over_grpc() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let mut client = WebhooksServiceClient::new(app.grpc());
    let new = api::CreateWebhookRequest {
        url: receiver.url(),
        kinds: vec!["deposit.*".to_owned()],
        idempotency_key: Some("k".to_owned()),
        ..api::CreateWebhookRequest::default()
    };
    let made =
        client.create_webhook(from(session_of(ann()), new.clone())).await.unwrap().into_inner();
    let again = client.create_webhook(from(session_of(ann()), new)).await.unwrap().into_inner();
    assert_eq!(made, again);
    let id = made.webhook.unwrap().id;
    app.tell(ann(), 1).await;
    assert!(receiver.received()[0].verifies(&made.secret));

    let list = api::ListWebhookDeliveriesRequest {
        id: id.clone(),
        status: api::WebhookDeliveryStatus::Succeeded.into(),
        ..api::ListWebhookDeliveriesRequest::default()
    };
    let log = client.list_webhook_deliveries(from(session_of(ann()), list)).await.unwrap();
    let delivery = &log.get_ref().deliveries[0];
    assert_eq!((delivery.sequence, delivery.attempts[0].status), (1, Some(204)));
    let resend =
        api::ResendWebhookDeliveryRequest { id: id.clone(), delivery_id: delivery.id.clone() };
    client.resend_webhook_delivery(from(session_of(ann()), resend)).await.unwrap();
    let test = api::TestWebhookRequest { id: id.clone(), idempotency_key: None };
    client.test_webhook(from(session_of(ann()), test)).await.unwrap();
    let replay = api::ReplayWebhookRequest { id: id.clone(), after_sequence: 0 };
    let replayed = client.replay_webhook(from(session_of(ann()), replay)).await.unwrap();
    assert!(replayed.get_ref().is_complete);
    app.settle().await;
    let mut came = sequences(&receiver);
    came.sort_unstable();
    assert_eq!(came, [0, 1, 1], "what waits anyway isn't replayed");

    let rotate =
        api::RotateWebhookSecretRequest { id: id.clone(), overlap_s: 60, idempotency_key: None };
    let rotated = client.rotate_webhook_secret(from(session_of(ann()), rotate)).await.unwrap();
    let shown = api::GetWebhookSecretRequest { id: id.clone() };
    let shown = client.get_webhook_secret(from(session_of(ann()), shown)).await.unwrap();
    assert_eq!(rotated.get_ref().secret, shown.get_ref().secret);
    let disable = api::DisableWebhookRequest { id: id.clone() };
    let disabled = client.disable_webhook(from(session_of(ann()), disable)).await.unwrap();
    let webhook = disabled.into_inner().webhook.unwrap();
    assert_eq!(webhook.disabled_reason(), api::WebhookDisabledReason::User);
    let delete = api::DeleteWebhookRequest { id };
    client.delete_webhook(from(session_of(ann()), delete)).await.unwrap();
    let list = api::ListWebhooksRequest::default();
    let left = client.list_webhooks(from(session_of(ann()), list)).await.unwrap();
    assert!(left.get_ref().webhooks.is_empty());
}

#[tokio::test]
async fn refusals_over_grpc_carry_code_and_field() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook(ann(), &receiver).await;
    let id = hook.rsplit('/').next().unwrap().to_owned();
    let mut client = WebhooksServiceClient::new(app.grpc());
    let foreign = from(session_of(bob()), api::GetWebhookRequest { id: id.clone() });
    let foreign = client.get_webhook(foreign).await.unwrap_err();
    assert_eq!(foreign.code(), Code::NotFound);
    let reason = foreign.get_error_details().error_info().unwrap().reason.clone();
    assert_eq!(reason, "notifications.webhook.not_found");
    let wrong = api::UpdateWebhookRequest {
        id: id.clone(),
        version: 1,
        url: Some("https://10.0.0.1/".to_owned()),
        ..api::UpdateWebhookRequest::default()
    };
    let wrong = client.update_webhook(from(session_of(ann()), wrong)).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
    let details = wrong.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "url");
    let stale =
        api::UpdateWebhookRequest { id, version: 9, ..api::UpdateWebhookRequest::default() };
    let stale = client.update_webhook(from(session_of(ann()), stale)).await.unwrap_err();
    assert_eq!(stale.code(), Code::FailedPrecondition);
    let nobody = Request::new(api::ListWebhooksRequest::default());
    assert_eq!(client.list_webhooks(nobody).await.unwrap_err().code(), Code::Unauthenticated);
}
