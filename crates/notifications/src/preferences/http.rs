//! Preferences over HTTP.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag};
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Choice, Choices, Preferences, Wish};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::events::EventKind;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(get, update))
}

/// Where one kind of event is told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationPreference)]
pub(crate) struct PreferenceJson {
    /// The kind's stable name.
    #[schema(example = "transfer.received", max_length = 100)]
    kind: String,
    /// In the list of notifications.
    in_app: bool,
    /// By mail.
    email: bool,
    /// To the user's webhooks that ask for it.
    webhook: bool,
    /// By short message, if the user has a phone; as by default if it is left out.
    sms: Option<bool>,
    /// In browsers that are subscribed; as by default if it is left out.
    push: Option<bool>,
}

/// One kind as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CurrentNotificationPreference)]
pub(crate) struct CurrentJson {
    /// The kind's stable name.
    #[schema(example = "transfer.received")]
    kind: &'static str,
    in_app: bool,
    email: bool,
    webhook: bool,
    /// By short message, if the user has a phone.
    sms: bool,
    /// In browsers that are subscribed.
    push: bool,
    /// Whether it protects the user: list, mail and webhooks can't be switched off.
    is_required: bool,
}

/// What a user is told, and where.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationPreferences)]
pub(crate) struct PreferencesJson {
    /// Every kind.
    preferences: Vec<CurrentJson>,
    /// Counts changes; it is also the ETag.
    version: u32,
}

/// What a user wants to be told, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateNotificationPreferences)]
pub(crate) struct UpdateBody {
    /// Kinds that are left out are as by default.
    #[schema(max_items = 100)]
    preferences: Vec<PreferenceJson>,
}

/// Shows where each kind of event is told.
#[utoipa::path(
    get,
    path = "/v1/notifications/preferences",
    operation_id = "notifications_preferences_get",
    tag = "notifications",
    responses(
        (status = 200, description = "All kinds.", body = PreferencesJson,
         headers(("ETag" = String, description = "The version, for `If-Match`."))),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(notifications): State<Notifications>,
    actor: Actor,
) -> Result<Response, Problem> {
    Ok(answer(&notifications.preferences(&actor).await?))
}

/// Replaces where kinds of events are told. What concerns the user's security can't be switched
/// off in list, mail and webhooks.
#[utoipa::path(
    put,
    path = "/v1/notifications/preferences",
    operation_id = "notifications_preferences_update",
    tag = "notifications",
    params(("If-Match" = String, Header, description = "The ETag of what was read, or `*`.", example = "\"3\"")),
    request_body(content = UpdateBody, example = json!({
        "preferences": [{ "kind": "transfer.received", "in_app": true, "email": false, "webhook": true, "sms": false, "push": true }]
    })),
    responses(
        (status = 200, description = "All kinds, as they are now.", body = PreferencesJson,
         headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 412, description = "The preferences have changed since they were read.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A kind that protects the user would be switched off; `errors` names it.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(notifications): State<Notifications>,
    actor: Actor,
    headers: HeaderMap,
    Json(body): Json<UpdateBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let choices = choices(body.preferences)?;
    Ok(answer(&notifications.set_preferences(&actor, &expected, choices).await?))
}

/// The choices of a request; a refusal names the field.
fn choices(asked: Vec<PreferenceJson>) -> Result<Choices, Problem> {
    let kinds: Vec<String> = asked.iter().map(|one| one.kind.clone()).collect();
    let pairs = asked.into_iter().map(|one| {
        let PreferenceJson { kind, in_app, email, webhook, sms, push } = one;
        (kind, Wish { in_app, email, webhook, sms, push })
    });
    Choices::try_new(pairs).map_err(|error| refusal(error, &kinds))
}

pub(crate) fn refusal(error: NotificationsError, kinds: &[String]) -> Problem {
    let index = match &error {
        NotificationsError::KindUnknown(kind) => kinds.iter().position(|it| it == kind),
        NotificationsError::KindTwice(kind) => kinds.iter().rposition(|it| it == kind),
        NotificationsError::SecurityRequired(kind) => kinds.iter().position(|it| it == kind),
        _ => None,
    };
    let problem = Problem::from(error);
    match index {
        Some(index) => {
            let detail = problem.detail.clone();
            problem.with_field(format!("/preferences/{index}"), detail)
        }
        None => problem,
    }
}

fn answer(preferences: &Preferences) -> Response {
    let current = |kind: &EventKind| {
        let Choice { in_app, email, webhook, sms, push } = preferences.choices.of(*kind);
        let (kind, is_required) = (kind.as_str(), kind.is_security());
        CurrentJson { kind, in_app, email, webhook, sms, push, is_required }
    };
    let version = preferences.version;
    let body =
        PreferencesJson { preferences: EventKind::ALL.iter().map(current).collect(), version };
    let mut response = Json(body).into_response();
    response.headers_mut().insert(ETAG, etag(version));
    response
}
