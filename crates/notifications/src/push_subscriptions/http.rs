//! Push subscriptions over HTTP.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::Actor;
use kernel::http::ClientInfo;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::jobs::host;
use super::{BrowserKeys, PushSubscription};
use crate::Notifications;
use crate::ids::PushSubscriptionId;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default()
        .routes(routes!(get_key))
        .routes(routes!(list, create))
        .routes(routes!(delete))
}

/// The key of this bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PushKey)]
pub(crate) struct KeyJson {
    /// For `PushManager.subscribe`, as `applicationServerKey`.
    #[schema(
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    public_key: String,
}

/// What `PushSubscription.toJSON()` gives in the browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPushSubscription)]
pub(crate) struct CreateBody {
    /// At the browser's push service.
    #[schema(
        max_length = 2048,
        example = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
    )]
    endpoint: String,
    /// Browsers give it; it isn't used, because push services say when a subscription is gone.
    #[serde(rename = "expirationTime")]
    #[schema(rename = "expirationTime", value_type = Option<i64>)]
    _expiration_time: Option<serde_json::Number>,
    keys: KeysJson,
}

/// What messages to this browser are encrypted with, in base64url.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PushSubscriptionKeys)]
pub(crate) struct KeysJson {
    #[schema(
        max_length = 128,
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    p256dh: String,
    #[schema(max_length = 64, example = "BTBZMqHH6r4Tts7J_aSIgg")]
    auth: String,
}

/// A browser in which the user is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PushSubscription)]
pub(crate) struct SubscriptionJson {
    id: PushSubscriptionId,
    /// The push service.
    #[schema(example = "push.example.net")]
    host: String,
    /// What subscribed, as it named itself.
    #[schema(
        required,
        example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )]
    device: Option<String>,
    created_at: Timestamp,
    /// When the push service last took a message.
    #[schema(required)]
    last_sent_at: Option<Timestamp>,
}

/// The browsers of the caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PushSubscriptions)]
pub(crate) struct ListJson {
    /// Oldest first; at most 20.
    push_subscriptions: Vec<SubscriptionJson>,
}

impl SubscriptionJson {
    fn new(subscription: PushSubscription) -> Self {
        Self {
            id: subscription.id,
            host: host(&subscription.endpoint).to_owned(),
            device: subscription.device,
            created_at: subscription.created_at,
            last_sent_at: subscription.last_sent_at,
        }
    }
}

/// Shows the key that a browser has to subscribe with.
#[utoipa::path(
    get,
    path = "/v1/notifications/push-key",
    operation_id = "notifications_push_key_get",
    tag = "notifications",
    responses((status = 200, description = "The key; it never changes.", body = KeyJson), ReadProblems),
)]
pub(crate) async fn get_key(
    State(notifications): State<Notifications>,
    actor: Actor,
) -> Result<Json<KeyJson>, Problem> {
    let public_key = notifications.push_public_key(&actor).await?;
    Ok(Json(KeyJson { public_key }))
}

/// Lists the browsers in which the caller is told.
#[utoipa::path(
    get,
    path = "/v1/notifications/push-subscriptions",
    operation_id = "notifications_push_subscriptions_list",
    tag = "notifications",
    responses((status = 200, description = "All of them.", body = ListJson), ReadProblems),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
) -> Result<Json<ListJson>, Problem> {
    let found = notifications.push_subscriptions(&actor).await?;
    let push_subscriptions = found.into_iter().map(SubscriptionJson::new).collect();
    Ok(Json(ListJson { push_subscriptions }))
}

/// Subscribes a browser: the caller is told there, of the kinds that they chose.
///
/// Repeating it changes nothing, and pages do so whenever they are opened: a change of the password
/// unsubscribes all browsers. A browser tells one user, so one that another had subscribed is the
/// caller's afterwards.
#[utoipa::path(
    post,
    path = "/v1/notifications/push-subscriptions",
    operation_id = "notifications_push_subscriptions_create",
    tag = "notifications",
    request_body(content = CreateBody, example = json!({
        "endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
        "expirationTime": null,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    })),
    responses(
        (status = 201, description = "It is subscribed.", body = SubscriptionJson,
         headers(("Location" = String, description = "Its path."))),
        (status = 200, description = "It was the caller's already.", body = SubscriptionJson),
        (status = 422, description = "There are 20 already.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(notifications): State<Notifications>,
    actor: Actor,
    extensions: Extensions,
    Json(body): Json<CreateBody>,
) -> Result<Response, Problem> {
    let keys = keys(&body.keys)?;
    let device = extensions.get::<ClientInfo>().and_then(|client| client.user_agent.clone());
    let (subscription, is_new) = notifications
        .subscribe_push(&actor, &body.endpoint, &keys, device)
        .await
        .map_err(name_field)?;
    let location = format!("/v1/notifications/push-subscriptions/{}", subscription.id);
    let body = Json(SubscriptionJson::new(subscription));
    Ok(match is_new {
        true => (StatusCode::CREATED, [(LOCATION, location)], body).into_response(),
        false => body.into_response(),
    })
}

fn keys(keys: &KeysJson) -> Result<BrowserKeys, Problem> {
    // Some browsers pad, some don't.
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
    let (point, secret) = (decode(&keys.p256dh), decode(&keys.auth));
    BrowserKeys::try_new(&point.unwrap_or_default(), &secret.unwrap_or_default())
        .map_err(|error| name_field(error.into()))
}

/// Says which field a refusal is about.
fn name_field(problem: Problem) -> Problem {
    let pointer = match &*problem.code {
        "notifications.push_subscription.keys_malformed" => "/keys",
        "notifications.push_subscription.endpoint_refused" => "/endpoint",
        _ => return problem,
    };
    let detail = problem.detail.clone();
    problem.with_field(pointer, detail)
}

/// Unsubscribes a browser.
#[utoipa::path(
    delete,
    path = "/v1/notifications/push-subscriptions/{id}",
    operation_id = "notifications_push_subscriptions_delete",
    tag = "notifications",
    params(("id" = PushSubscriptionId, Path, description = "The subscription's id.")),
    responses(
        (status = 204, description = "Nothing is told there any more."),
        (status = 404, description = "The caller has no such subscription.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn delete(
    State(notifications): State<Notifications>,
    actor: Actor,
    Path(id): Path<PushSubscriptionId>,
) -> Result<StatusCode, Problem> {
    notifications.unsubscribe_push(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
