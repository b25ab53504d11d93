//! Messages over HTTP: the log, sending again, tests.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::Actor;
use kernel::http::Ids;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::json::DeliveryJson;
use crate::events::SEQUENCE_MAX;
use crate::webhooks::{DeliveryId, DeliveryStatus, Replayed, WebhookId, Webhooks};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only messages of this status.
    #[param(inline)]
    status: Option<DeliveryStatus>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// How many messages a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// From where to send events again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReplayWebhook)]
pub(crate) struct ReplayBody {
    /// Events after this position of your log are sent; 0 is all of them.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 41)]
    after_sequence: u64,
}

/// How far a replay came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplayedWebhook)]
pub(crate) struct ReplayedJson {
    /// Messages that will be sent; what waits anyway and kinds that the webhook doesn't want
    /// aren't counted.
    queued: u32,
    /// The last position that was looked at: the next `after_sequence`.
    #[schema(example = 1041)]
    last_sequence: i64,
    /// Whether the end of the log was reached. If not, ask again from `last_sequence`.
    is_complete: bool,
}

/// Sends a message of the kind `webhook.test`. What becomes of it is in the log of deliveries.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/test",
    operation_id = "notifications_webhooks_test",
    tag = "notifications",
    params(
        ("id" = WebhookId, Path, description = "The webhook's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    responses(
        (status = 202, description = "The message, which is sent in a moment.", body = DeliveryJson),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is disabled.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn test(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    ids: Ids,
) -> Result<(StatusCode, Json<DeliveryJson>), Problem> {
    let delivery = DeliveryId::from_u128(ids.get(0));
    let delivery = webhooks.test(actor.require_user()?, id, delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(delivery.into())))
}

/// The log of messages and attempts, newest first. It is kept for 30 days.
#[utoipa::path(
    get,
    path = "/v1/notifications/webhooks/{id}/deliveries",
    operation_id = "notifications_webhooks_list_deliveries",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id."), ListQuery),
    responses(
        (status = 200, description = "A page of messages.", body = Page<DeliveryJson>),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn list(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let before = query.cursor.map(|Cursor(no)| no);
    let limit = query.limit.with_one_more();
    let user = actor.require_user()?;
    let found = webhooks.deliveries(user, id, query.status, before, limit).await?;
    let page = Page::cut(found, query.limit, |last| last.no, DeliveryJson::from);
    Ok(page.into_response_for(&uri))
}

/// Sends a message again: at once, under its id, and from its first attempt.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/deliveries/{delivery}/resend",
    operation_id = "notifications_webhooks_resend_delivery",
    tag = "notifications",
    params(
        ("id" = WebhookId, Path, description = "The webhook's id."),
        ("delivery" = DeliveryId, Path, description = "The message's id."),
    ),
    responses(
        (status = 202, description = "The message, which is sent in a moment.", body = DeliveryJson),
        (status = 404, description = "You have no such webhook, or it has no such message.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is disabled.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn resend(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<(StatusCode, Json<DeliveryJson>), Problem> {
    let delivery = webhooks.resend(actor.require_user()?, id, delivery).await?;
    Ok((StatusCode::ACCEPTED, Json(delivery.into())))
}

/// Sends events of your log again, each under the id that it had: those after a position, up to
/// 1,000 in one call. Call again from `last_sequence` until `is_complete`.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/replay",
    operation_id = "notifications_webhooks_replay",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    request_body(content = ReplayBody, example = json!({ "after_sequence": 41 })),
    responses(
        (status = 202, description = "How far it came.", body = ReplayedJson),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is disabled.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(super) async fn replay(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    Json(body): Json<ReplayBody>,
) -> Result<(StatusCode, Json<ReplayedJson>), Problem> {
    let after = i64::try_from(body.after_sequence).unwrap_or(SEQUENCE_MAX).min(SEQUENCE_MAX);
    let replayed = webhooks.replay(&actor, actor.require_user()?, id, after).await?;
    let Replayed { queued, last_sequence, is_complete } = replayed;
    Ok((StatusCode::ACCEPTED, Json(ReplayedJson { queued, last_sequence, is_complete })))
}
