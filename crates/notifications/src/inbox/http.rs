//! The list of notifications over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{OptionalJson, invalid_field};
use kernel::{Cursor, ErrorKind, Json, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Notifications;
use crate::events::SEQUENCE_MAX;
use crate::events::http::Sequence;
use crate::events::present::EventJson;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(unread_count))
        .routes(routes!(read))
        .routes(routes!(read_all))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InboxParams {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// `true`: only what is unread; `false`: only what is read.
    unread: Option<bool>,
}

/// How much is unread.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnreadCount)]
pub(crate) struct UnreadJson {
    /// At most 999.
    #[schema(minimum = 0, maximum = 999, example = 3)]
    unread: i64,
    /// Whether there are more than that.
    has_more: bool,
}

/// What to mark as read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadAllNotifications)]
pub(crate) struct ReadAllBody {
    /// Only up to this sequence, which is the newest that the user has seen. Everything without it.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 7)]
    up_to: Option<i64>,
}

/// How much was marked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadNotifications)]
pub(crate) struct ReadJson {
    /// How many were unread before.
    #[schema(minimum = 0)]
    read: u64,
}

/// Lists the caller's notifications, newest first, in the caller's language.
#[utoipa::path(
    get,
    path = "/v1/notifications/inbox",
    operation_id = "notifications_inbox_list",
    tag = "notifications",
    params(InboxParams),
    responses((status = 200, description = "A page of notifications.", body = Page<EventJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(params): Query<InboxParams>,
) -> Result<Response, Problem> {
    let user = actor.require_user()?;
    let before = params.cursor.map(|Cursor(before)| before);
    let rows = notifications.inbox(&actor, params.unread, before, params.limit).await?;
    let page = Page::cut(rows, params.limit, |row| row.sequence, |row| row);
    let next_cursor = page.next_cursor;
    let data = notifications.present(user, page.data).await?;
    Ok(Page { data, next_cursor }.into_response_for(&uri))
}

/// Counts the caller's unread notifications, up to 999.
#[utoipa::path(
    get,
    path = "/v1/notifications/inbox/unread-count",
    operation_id = "notifications_inbox_unread_count",
    tag = "notifications",
    responses((status = 200, description = "The count.", body = UnreadJson), ReadProblems),
)]
pub(crate) async fn unread_count(
    State(notifications): State<Notifications>,
    actor: Actor,
) -> Result<Json<UnreadJson>, Problem> {
    let (unread, has_more) = notifications.unread_count(&actor).await?;
    Ok(Json(UnreadJson { unread, has_more }))
}

/// Marks a notification as read. One that is read stays so.
#[utoipa::path(
    post,
    path = "/v1/notifications/inbox/{sequence}/read",
    operation_id = "notifications_inbox_read",
    tag = "notifications",
    params(("sequence" = i64, Path, description = "Its sequence.", minimum = 1, maximum = 9_007_199_254_740_991_i64)),
    responses(
        (status = 204, description = "It is read."),
        (status = 404, description = "The caller has no such notification.", body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn read(
    State(notifications): State<Notifications>,
    actor: Actor,
    Path(sequence): Path<String>,
) -> Result<StatusCode, Problem> {
    let sequence: Sequence = sequence.parse().map_err(|detail: &str| {
        Problem::new(ErrorKind::Invalid, "request.path.invalid", format!("sequence: {detail}"))
            .with_field("path:sequence", detail)
    })?;
    notifications.mark_read(&actor, sequence.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks the caller's notifications as read: all, or those up to a sequence.
#[utoipa::path(
    post,
    path = "/v1/notifications/inbox/read-all",
    operation_id = "notifications_inbox_read_all",
    tag = "notifications",
    request_body(content = ReadAllBody, example = json!({ "up_to": 7 })),
    responses((status = 200, description = "They are read.", body = ReadJson), WriteProblems),
)]
pub(crate) async fn read_all(
    State(notifications): State<Notifications>,
    actor: Actor,
    OptionalJson(body): OptionalJson<ReadAllBody>,
) -> Result<Json<ReadJson>, Problem> {
    if body.up_to.is_some_and(|up_to| !(0..=SEQUENCE_MAX).contains(&up_to)) {
        return Err(invalid_field("/up_to", "a sequence is an integer of 0 to 2^53-1"));
    }
    let read = notifications.mark_all_read(&actor, body.up_to).await?;
    Ok(Json(ReadJson { read }))
}
