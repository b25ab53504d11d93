//! Webhooks over gRPC: the contract's `WebhooksService` on top of the use cases.

use std::time::Duration;

use identity::{Actor, UserId};
use kernel::DomainError;
use kernel::http::{Ids, IfMatch};
use proto::failure;
use proto::notifications::v1 as api;
use proto::notifications::v1::webhooks_service_server::{WebhooksService, WebhooksServiceServer};
use tonic::{Request, Response, Status};

use super::service::{OVERLAP_MAX, WithSecret};
use super::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, DisabledReason, Endpoint, EndpointPatch,
    NewEndpoint, WebhookError, WebhookId, Webhooks,
};
use crate::events::SEQUENCE_MAX;
use crate::grpc::{cursor, id, limit, time};

/// The service, for the server to mount.
pub(crate) fn service(webhooks: Webhooks) -> WebhooksServiceServer<impl WebhooksService> {
    WebhooksServiceServer::new(Service(webhooks))
}

struct Service(Webhooks);

/// Who calls, and the user whom they are.
struct Caller {
    actor: Actor,
    user: UserId,
}

fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let actor = Actor::of(request.extensions()).map_err(|problem| failure::status(&problem))?;
    let user = actor.require_user().map_err(|problem| failure::status(&problem))?;
    Ok(Caller { actor, user })
}

fn refuse(error: WebhookError) -> Status {
    if error.kind().is_server_fault() {
        return failure::of(error);
    }
    failure::status(&error.into_problem())
}

fn ids(caller: &Caller, route: &str, key: Option<&str>) -> Result<Ids, Status> {
    Ids::of(&caller.actor.caller_key(), route, key)
        .map_err(|rule| failure::invalid("idempotency_key", rule))
}

#[tonic::async_trait]
impl WebhooksService for Service {
    async fn create_webhook(
        &self,
        request: Request<api::CreateWebhookRequest>,
    ) -> Result<Response<api::CreateWebhookResponse>, Status> {
        let caller = caller(&request)?;
        let body = request.into_inner();
        let ids = ids(&caller, "CreateWebhook", body.idempotency_key.as_deref())?;
        let id = WebhookId::from_u128(ids.get(0));
        let new = NewEndpoint { url: body.url, description: body.description, kinds: body.kinds };
        let made = self.0.create(&caller.actor, caller.user, id, new).await.map_err(refuse)?;
        let (webhook, secret) = self.with_secret(made);
        Ok(Response::new(api::CreateWebhookResponse { webhook, secret }))
    }

    async fn list_webhooks(
        &self,
        request: Request<api::ListWebhooksRequest>,
    ) -> Result<Response<api::ListWebhooksResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let limit = limit(body.limit)?;
        let after = cursor(&body.cursor)?;
        let found = self.0.list(caller.user, after, limit.with_one_more()).await.map_err(refuse)?;
        let page = kernel::Page::cut(found, limit, |last| last.id, |found| self.webhook(found));
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(Response::new(api::ListWebhooksResponse { webhooks: page.data, next_cursor }))
    }

    async fn get_webhook(
        &self,
        request: Request<api::GetWebhookRequest>,
    ) -> Result<Response<api::GetWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let found = self.0.get(caller.user, id("id", &body.id)?).await.map_err(refuse)?;
        let webhook = Some(self.webhook(found));
        Ok(Response::new(api::GetWebhookResponse { webhook }))
    }

    async fn update_webhook(
        &self,
        request: Request<api::UpdateWebhookRequest>,
    ) -> Result<Response<api::UpdateWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let patch = EndpointPatch {
            url: body.url,
            description: body.description.map(Some),
            kinds: (!body.kinds.is_empty()).then_some(body.kinds),
        };
        let expected = IfMatch::Versions(vec![body.version]);
        let id = id("id", &body.id)?;
        let changed = self.0.update(&caller.actor, caller.user, id, &expected, patch).await;
        let webhook = Some(self.webhook(changed.map_err(refuse)?));
        Ok(Response::new(api::UpdateWebhookResponse { webhook }))
    }

    async fn delete_webhook(
        &self,
        request: Request<api::DeleteWebhookRequest>,
    ) -> Result<Response<api::DeleteWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let id = id("id", &body.id)?;
        self.0.delete(&caller.actor, caller.user, id).await.map_err(refuse)?;
        Ok(Response::new(api::DeleteWebhookResponse {}))
    }

    async fn enable_webhook(
        &self,
        request: Request<api::EnableWebhookRequest>,
    ) -> Result<Response<api::EnableWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let webhook = self.set_enabled(&caller, &body.id, true).await?;
        Ok(Response::new(api::EnableWebhookResponse { webhook }))
    }

    async fn disable_webhook(
        &self,
        request: Request<api::DisableWebhookRequest>,
    ) -> Result<Response<api::DisableWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let webhook = self.set_enabled(&caller, &body.id, false).await?;
        Ok(Response::new(api::DisableWebhookResponse { webhook }))
    }

    async fn rotate_webhook_secret(
        &self,
        request: Request<api::RotateWebhookSecretRequest>,
    ) -> Result<Response<api::RotateWebhookSecretResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let overlap = Duration::from_secs(body.overlap_s.into());
        if overlap > OVERLAP_MAX {
            let detail = "an overlap is at most 604800 seconds (7 days)";
            return Err(failure::invalid("overlap_s", detail));
        }
        let id = id("id", &body.id)?;
        let route = format!("RotateWebhookSecret {id}");
        let rotation = ids(&caller, &route, body.idempotency_key.as_deref())?.get(0);
        let rotated = self.0.rotate_secret(&caller.actor, caller.user, id, rotation, overlap).await;
        let (webhook, secret) = self.with_secret(rotated.map_err(refuse)?);
        Ok(Response::new(api::RotateWebhookSecretResponse { webhook, secret }))
    }

    async fn get_webhook_secret(
        &self,
        request: Request<api::GetWebhookSecretRequest>,
    ) -> Result<Response<api::GetWebhookSecretResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        caller.actor.require_session().map_err(|problem| failure::status(&problem))?;
        let id = id("id", &body.id)?;
        let secret = self.0.show_secret(&caller.actor, caller.user, id).await.map_err(refuse)?;
        Ok(Response::new(api::GetWebhookSecretResponse { secret }))
    }

    async fn test_webhook(
        &self,
        request: Request<api::TestWebhookRequest>,
    ) -> Result<Response<api::TestWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let id = id("id", &body.id)?;
        let route = format!("TestWebhook {id}");
        let ids = ids(&caller, &route, body.idempotency_key.as_deref())?;
        let delivery = DeliveryId::from_u128(ids.get(0));
        let delivery = self.0.test(caller.user, id, delivery).await.map_err(refuse)?;
        let delivery = Some(to_delivery(delivery));
        Ok(Response::new(api::TestWebhookResponse { delivery }))
    }

    async fn list_webhook_deliveries(
        &self,
        request: Request<api::ListWebhookDeliveriesRequest>,
    ) -> Result<Response<api::ListWebhookDeliveriesResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let (id, limit) = (id("id", &body.id)?, limit(body.limit)?);
        let (status, before) = (status(body.status)?, cursor(&body.cursor)?);
        let found = self.0.deliveries(caller.user, id, status, before, limit.with_one_more()).await;
        let found = found.map_err(refuse)?;
        let page = kernel::Page::cut(found, limit, |last| last.no, to_delivery);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(Response::new(api::ListWebhookDeliveriesResponse { deliveries: page.data, next_cursor }))
    }

    async fn resend_webhook_delivery(
        &self,
        request: Request<api::ResendWebhookDeliveryRequest>,
    ) -> Result<Response<api::ResendWebhookDeliveryResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let (id, delivery) = (id("id", &body.id)?, id("delivery_id", &body.delivery_id)?);
        let delivery = self.0.resend(caller.user, id, delivery).await.map_err(refuse)?;
        let delivery = Some(to_delivery(delivery));
        Ok(Response::new(api::ResendWebhookDeliveryResponse { delivery }))
    }

    async fn replay_webhook(
        &self,
        request: Request<api::ReplayWebhookRequest>,
    ) -> Result<Response<api::ReplayWebhookResponse>, Status> {
        let (caller, body) = (caller(&request)?, request.into_inner());
        let id = id("id", &body.id)?;
        let after = i64::try_from(body.after_sequence).unwrap_or(SEQUENCE_MAX).min(SEQUENCE_MAX);
        let replayed = self.0.replay(&caller.actor, caller.user, id, after).await;
        let replayed = replayed.map_err(refuse)?;
        Ok(Response::new(api::ReplayWebhookResponse {
            queued: replayed.queued,
            last_sequence: replayed.last_sequence.unsigned_abs(),
            is_complete: replayed.is_complete,
        }))
    }
}

impl Service {
    fn webhook(&self, endpoint: Endpoint) -> api::Webhook {
        let overlap_until = endpoint.overlap_at(self.0.clock.now());
        let disabled_reason = match endpoint.disabled.map(|(reason, _)| reason) {
            None => api::WebhookDisabledReason::Unspecified,
            Some(DisabledReason::User) => api::WebhookDisabledReason::User,
            Some(DisabledReason::Gone) => api::WebhookDisabledReason::Gone,
            Some(DisabledReason::Failing) => api::WebhookDisabledReason::Failing,
        };
        let state = match endpoint.disabled {
            None => api::WebhookState::Enabled,
            Some(_) => api::WebhookState::Disabled,
        };
        api::Webhook {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            description: endpoint.description,
            kinds: endpoint.kinds,
            state: state.into(),
            disabled_reason: disabled_reason.into(),
            disabled_at: endpoint.disabled.map(|(_, at)| time(at)),
            failing_since: endpoint.failing_since.map(time),
            secret_made_at: Some(time(endpoint.secret_made_at)),
            secret_overlap_until: overlap_until.map(time),
            version: endpoint.version,
            created_at: Some(time(endpoint.created_at)),
            updated_at: Some(time(endpoint.updated_at)),
        }
    }

    async fn set_enabled(
        &self,
        caller: &Caller,
        webhook: &str,
        is_enabled: bool,
    ) -> Result<Option<api::Webhook>, Status> {
        let id = id("id", webhook)?;
        let endpoint = self.0.set_enabled(&caller.actor, caller.user, id, is_enabled).await;
        Ok(Some(self.webhook(endpoint.map_err(refuse)?)))
    }

    fn with_secret(&self, made: WithSecret) -> (Option<api::Webhook>, String) {
        (Some(self.webhook(made.endpoint)), made.secret)
    }
}

fn status(status: i32) -> Result<Option<DeliveryStatus>, Status> {
    use api::WebhookDeliveryStatus as Wire;
    match Wire::try_from(status) {
        Ok(Wire::Unspecified) => Ok(None),
        Ok(Wire::Pending) => Ok(Some(DeliveryStatus::Pending)),
        Ok(Wire::Succeeded) => Ok(Some(DeliveryStatus::Succeeded)),
        Ok(Wire::Failed) => Ok(Some(DeliveryStatus::Failed)),
        Ok(Wire::Cancelled) => Ok(Some(DeliveryStatus::Cancelled)),
        Err(_) => Err(failure::invalid("status", "there is no such status")),
    }
}

fn to_delivery(delivery: Delivery) -> api::WebhookDelivery {
    use api::WebhookDeliveryStatus as Wire;
    let status = match delivery.status {
        DeliveryStatus::Pending => Wire::Pending,
        DeliveryStatus::Succeeded => Wire::Succeeded,
        DeliveryStatus::Failed => Wire::Failed,
        DeliveryStatus::Cancelled => Wire::Cancelled,
    };
    api::WebhookDelivery {
        id: delivery.id.to_string(),
        kind: delivery.kind,
        sequence: delivery.sequence.unsigned_abs(),
        status: status.into(),
        attempts: delivery.attempts.into_iter().map(to_attempt).collect(),
        next_attempt_at: delivery.due_at.map(time),
        created_at: Some(time(delivery.created_at)),
        ended_at: delivery.ended_at.map(time),
    }
}

fn to_attempt(attempt: Attempt) -> api::WebhookAttempt {
    api::WebhookAttempt {
        number: attempt.number,
        at: Some(time(attempt.at)),
        duration_ms: attempt.duration_ms,
        status: attempt.status.map(u32::from),
        error: attempt.error,
        response: attempt.response,
    }
}
