//! Endpoints and their secrets over HTTP.

use std::time::Duration;

use axum::extract::{OriginalUri, State};
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, OptionalJson, etag, invalid_field, mark_replayed};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};

use super::json::{SecretJson, WebhookJson, WebhookWithSecretJson};
use crate::webhooks::service::{OVERLAP_MAX, WithSecret};
use crate::webhooks::{Endpoint, EndpointPatch, NewEndpoint, WebhookError, WebhookId, Webhooks};

/// A webhook to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct CreateBody {
    /// Where events are posted: `https`, a public address, no user name, no fragment.
    #[schema(max_length = 2048, example = "https://example.com/hooks/bushel")]
    url: String,
    /// For people.
    #[schema(max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "Accounting")]
    description: Option<String>,
    /// A kind such as `transfer.received`, its beginning as in `transfer.*`, or `*`.
    #[schema(min_items = 1, max_items = 50, example = json!(["deposit.*", "transfer.received"]))]
    kinds: Vec<String>,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookPatch)]
pub(crate) struct PatchBody {
    #[schema(max_length = 2048)]
    url: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    description: Option<Option<String>>,
    #[schema(min_items = 1, max_items = 50)]
    kinds: Option<Vec<String>>,
}

/// `Some(None)` is null, `None` is left out.
fn nullable<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// How to rotate a secret.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotateWebhookSecret)]
pub(crate) struct RotateBody {
    /// For so many seconds the secret before signs too: up to 7 days, none if left out.
    #[serde(default)]
    #[schema(maximum = 604_800, example = 86_400)]
    overlap_s: u32,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<WebhookId>>,
    /// How many webhooks a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists your webhooks in the order of their ids.
#[utoipa::path(
    get,
    path = "/v1/notifications/webhooks",
    operation_id = "notifications_webhooks_list",
    tag = "notifications",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of webhooks.", body = Page<WebhookJson>),
        ReadProblems,
    ),
)]
pub(super) async fn list(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let (user, now) = (actor.require_user()?, webhooks.clock.now());
    let after = query.cursor.map(|Cursor(id)| id);
    let found = webhooks.list(user, after, query.limit.with_one_more()).await?;
    let item = |endpoint| WebhookJson::at(now, endpoint);
    Ok(Page::cut(found, query.limit, |last| last.id, item).into_response_for(&uri))
}

/// Adds an address to which your events are posted. The answer holds the secret that signs the
/// messages.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks",
    operation_id = "notifications_webhooks_create",
    tag = "notifications",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
            pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateBody, example = json!({
        "url": "https://example.com/hooks/bushel", "kinds": ["transfer.*"] })),
    responses(
        (status = 201, description = "The webhook was created.", body = WebhookWithSecretJson,
         headers(("Location" = String, description = "Where the webhook is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "You have 20 webhooks already.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The key was used with another body before.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(super) async fn create(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateBody>,
) -> Result<Response, Problem> {
    let (user, id) = (actor.require_user()?, WebhookId::from_u128(ids.get(0)));
    let new = NewEndpoint { url: body.url, description: body.description, kinds: body.kinds };
    let made = webhooks.create(&actor, user, id, new).await.map_err(WebhookError::into_problem)?;
    let location = HeaderValue::try_from(format!("/v1/notifications/webhooks/{id}"));
    let mut response = with_secret(&webhooks, StatusCode::CREATED, made);
    response.headers_mut().insert(LOCATION, location.expect("ids are ASCII"));
    Ok(response)
}

/// One webhook, without its secret.
#[utoipa::path(
    get,
    path = "/v1/notifications/webhooks/{id}",
    operation_id = "notifications_webhooks_get",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    responses(
        (status = 200, description = "The webhook.", body = WebhookJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn get(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
) -> Result<Response, Problem> {
    let endpoint = webhooks.get(actor.require_user()?, id).await?;
    Ok(answer(&webhooks, endpoint))
}

/// Changes address, description or kinds. Messages that wait go to the new address.
#[utoipa::path(
    patch,
    path = "/v1/notifications/webhooks/{id}",
    operation_id = "notifications_webhooks_update",
    tag = "notifications",
    params(
        ("id" = WebhookId, Path, description = "The webhook's id."),
        ("If-Match" = String, Header, description = "The ETag that the change is based on."),
    ),
    request_body(content = PatchBody, example = json!({ "kinds": ["*"] })),
    responses(
        (status = 200, description = "The webhook as it is now.", body = WebhookJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(super) async fn update(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let (user, expected) = (actor.require_user()?, IfMatch::read(&headers)?);
    let patch = EndpointPatch { url: body.url, description: body.description, kinds: body.kinds };
    let changed = webhooks.update(&actor, user, id, &expected, patch).await;
    Ok(answer(&webhooks, changed.map_err(WebhookError::into_problem)?))
}

/// Removes a webhook with its log of deliveries.
#[utoipa::path(
    delete,
    path = "/v1/notifications/webhooks/{id}",
    operation_id = "notifications_webhooks_delete",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn delete(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, Problem> {
    webhooks.delete(&actor, actor.require_user()?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has events posted again. What happened meanwhile comes only by a replay.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/enable",
    operation_id = "notifications_webhooks_enable",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    responses(
        (status = 200, description = "The webhook as it is now.", body = WebhookJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn enable(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
) -> Result<Response, Problem> {
    let endpoint = webhooks.set_enabled(&actor, actor.require_user()?, id, true).await?;
    Ok(answer(&webhooks, endpoint))
}

/// Has no events posted, and cancels the messages that wait.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/disable",
    operation_id = "notifications_webhooks_disable",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    responses(
        (status = 200, description = "The webhook as it is now.", body = WebhookJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn disable(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
) -> Result<Response, Problem> {
    let endpoint = webhooks.set_enabled(&actor, actor.require_user()?, id, false).await?;
    Ok(answer(&webhooks, endpoint))
}

/// Replaces the secret. During the overlap messages have two signatures, so that your receiver can
/// change over without missing any.
#[utoipa::path(
    post,
    path = "/v1/notifications/webhooks/{id}/rotate-secret",
    operation_id = "notifications_webhooks_rotate_secret",
    tag = "notifications",
    params(
        ("id" = WebhookId, Path, description = "The webhook's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = RotateBody, example = json!({ "overlap_s": 86400 })),
    responses(
        (status = 200, description = "The webhook with its new secret.", body = WebhookWithSecretJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(super) async fn rotate_secret(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
    ids: Ids,
    OptionalJson(body): OptionalJson<RotateBody>,
) -> Result<Response, Problem> {
    let overlap = Duration::from_secs(body.overlap_s.into());
    if overlap > OVERLAP_MAX {
        return Err(invalid_field("/overlap_s", "an overlap is at most 604800 seconds (7 days)"));
    }
    let user = actor.require_user()?;
    let rotated = webhooks.rotate_secret(&actor, user, id, ids.get(0), overlap).await?;
    Ok(with_secret(&webhooks, StatusCode::OK, rotated))
}

/// Shows the secret again. Only a person who is signed in may see it, and it is audited.
#[utoipa::path(
    get,
    path = "/v1/notifications/webhooks/{id}/secret",
    operation_id = "notifications_webhooks_get_secret",
    tag = "notifications",
    params(("id" = WebhookId, Path, description = "The webhook's id.")),
    responses(
        (status = 200, description = "The secret in force.", body = SecretJson),
        (status = 404, description = "You have no such webhook.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(super) async fn secret(
    State(webhooks): State<Webhooks>,
    actor: Actor,
    Path(id): Path<WebhookId>,
) -> Result<Json<SecretJson>, Problem> {
    let (user, _) = actor.require_session()?;
    Ok(Json(SecretJson { secret: webhooks.show_secret(&actor, user, id).await? }))
}

fn answer(webhooks: &Webhooks, endpoint: Endpoint) -> Response {
    let tag = etag(endpoint.version);
    ([(ETAG, tag)], Json(WebhookJson::at(webhooks.clock.now(), endpoint))).into_response()
}

fn with_secret(webhooks: &Webhooks, status: StatusCode, made: WithSecret) -> Response {
    let WithSecret { endpoint, secret, is_replayed } = made;
    let tag = etag(endpoint.version);
    let webhook = WebhookJson::at(webhooks.clock.now(), endpoint);
    let body = Json(WebhookWithSecretJson { webhook, secret });
    let mut response = (status, [(ETAG, tag)], body).into_response();
    if is_replayed {
        mark_replayed(&mut response);
    }
    response
}
