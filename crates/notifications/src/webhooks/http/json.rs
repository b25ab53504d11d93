use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::webhooks::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, DisabledReason, Endpoint, WebhookId,
};

/// An address to which events are posted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(super) struct WebhookJson {
    id: WebhookId,
    #[schema(example = "https://example.com/hooks/bushel")]
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Accounting")]
    description: Option<String>,
    /// Patterns of kinds.
    #[schema(example = json!(["deposit.*", "transfer.received"]))]
    kinds: Vec<String>,
    /// Whether events are posted.
    is_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<DisabledReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    /// The first failure since the last success.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    secret_made_at: Timestamp,
    /// Until then the secret before this one signs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_overlap_until: Option<Timestamp>,
    /// Counts the changes; also the ETag.
    #[schema(minimum = 1)]
    version: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WebhookJson {
    pub(super) fn at(now: Timestamp, endpoint: Endpoint) -> Self {
        Self {
            secret_overlap_until: endpoint.overlap_at(now),
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            kinds: endpoint.kinds,
            is_enabled: endpoint.disabled.is_none(),
            disabled_reason: endpoint.disabled.map(|(reason, _)| reason),
            disabled_at: endpoint.disabled.map(|(_, at)| at),
            failing_since: endpoint.failing_since,
            secret_made_at: endpoint.secret_made_at,
            version: endpoint.version,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
        }
    }
}

/// A webhook with its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub(super) struct WebhookWithSecretJson {
    #[serde(flatten)]
    pub(super) webhook: WebhookJson,
    /// What its messages are signed with. Keep it where your receiver finds it, and nowhere else.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub(super) secret: String,
}

/// A secret.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub(super) struct SecretJson {
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub(super) secret: String,
}

/// An event for one webhook, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct DeliveryJson {
    /// Also the message's header `webhook-id`: the same for every attempt and every repeat.
    id: DeliveryId,
    /// The event's kind.
    #[schema(example = "transfer.received")]
    kind: String,
    /// The event's position in your log of events; 0 for a test.
    #[schema(minimum = 0, example = 42)]
    sequence: i64,
    status: DeliveryStatus,
    /// Oldest first, at most the last 20.
    attempts: Vec<AttemptJson>,
    /// When it is tried next; later if the webhook rests after failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When it succeeded, failed for good or was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

/// A try to deliver a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
struct AttemptJson {
    /// From 1.
    number: u32,
    at: Timestamp,
    duration_ms: u32,
    /// The HTTP status, if there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 503)]
    status: Option<u16>,
    /// Why it failed; not there for a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "it did not answer with 2xx")]
    error: Option<String>,
    /// The first KiB of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

impl From<Attempt> for AttemptJson {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at,
            duration_ms: attempt.duration_ms,
            status: attempt.status,
            error: attempt.error,
            response: attempt.response,
        }
    }
}

impl From<Delivery> for DeliveryJson {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            kind: delivery.kind,
            sequence: delivery.sequence,
            status: delivery.status,
            attempts: delivery.attempts.into_iter().map(AttemptJson::from).collect(),
            next_attempt_at: delivery.due_at,
            created_at: delivery.created_at,
            ended_at: delivery.ended_at,
        }
    }
}
