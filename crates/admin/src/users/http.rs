//! Users over HTTP.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::{User, UserId};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AccountJson, Details, Item, Position, SessionJson, UserJson};
use crate::Admin;
use crate::caller::Caller;
use crate::http::ReasonBody;

pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(sessions))
        .routes(routes!(accounts))
        .routes(routes!(timeline))
        .routes(routes!(freeze))
        .routes(routes!(unfreeze))
        .routes(routes!(end_sessions))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// What is known of the user: the id of anything of theirs (`usr_`, `ses_`, `key_`, `acct_`,
    /// `tr_`, `dep_`, `wdr_`), the beginning of their e-mail address, handle, names or API key, or
    /// the reference of a transfer.
    #[param(min_length = 2, max_length = 254, example = "ann@example.org")]
    q: String,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<UserId>>,
    /// How many users a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Finds users. Who looked at whom, and by which text, is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/users",
    operation_id = "admin_users_list",
    tag = "admin",
    params(SearchQuery),
    responses(
        (status = 200, description = "A page of users.", body = Page<UserJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(admin): State<Admin>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let before = query.cursor.map(|Cursor(id)| id);
    let found = admin.search_users(&caller, &query.q, before, query.limit).await?;
    let page =
        Page::cut(found, query.limit, |user: &Arc<User>| user.id, |user| UserJson::from(&*user));
    Ok(page.into_response_for(&uri))
}

/// A user with what there is of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserDetails)]
pub(crate) struct DetailsJson {
    #[serde(flatten)]
    user: UserJson,
    counts: CountsJson,
}

/// How many of each a user has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUserCounts)]
pub(crate) struct CountsJson {
    /// Devices on which they are signed in.
    sessions: usize,
    /// Accounts in which they hold value.
    accounts: usize,
}

impl From<Details> for DetailsJson {
    fn from(details: Details) -> Self {
        let counts = CountsJson { sessions: details.sessions, accounts: details.accounts };
        Self { user: UserJson::from(&*details.user), counts }
    }
}

/// One user. That they were looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/users/{id}",
    operation_id = "admin_users_get",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "The user.", body = DetailsJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Json<DetailsJson>, Problem> {
    Ok(Json(admin.user_details(&caller, id).await?.into()))
}

/// A user's sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSessions)]
pub(crate) struct SessionsJson {
    data: Vec<SessionJson>,
}

/// Where a user is signed in, the newest first, at most 200. That they were looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/users/{id}/sessions",
    operation_id = "admin_users_sessions",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "The sessions.", body = SessionsJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn sessions(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Json<SessionsJson>, Problem> {
    let sessions = admin.user_sessions(&caller, id).await?;
    Ok(Json(SessionsJson { data: sessions.into_iter().map(SessionJson::from).collect() }))
}

/// A user's accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAccounts)]
pub(crate) struct AccountsJson {
    data: Vec<AccountJson>,
}

/// What a user holds. That it was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/users/{id}/accounts",
    operation_id = "admin_users_accounts",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "The accounts.", body = AccountsJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn accounts(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Json<AccountsJson>, Problem> {
    let accounts = admin.user_accounts(&caller, id).await?;
    let json = |(account, asset): &(_, Arc<_>)| AccountJson::new(account, asset);
    Ok(Json(AccountsJson { data: accounts.iter().map(json).collect() }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<Position>>,
    /// How many items a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// What happened to a user, the newest first: the audit log, events, and transfers of their
/// accounts. That it was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/users/{id}/timeline",
    operation_id = "admin_users_timeline",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id."), TimelineQuery),
    responses(
        (status = 200, description = "A page of the timeline.", body = Page<Item>),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn timeline(
    State(admin): State<Admin>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    Path(id): Path<UserId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Response, Problem> {
    let position = query.cursor.map(|Cursor(position)| position).unwrap_or_default();
    let timeline = admin.user_timeline(&caller, id, position, query.limit).await?;
    let next_cursor = timeline.next.map(|next| Cursor(next).to_string());
    Ok(Page { data: timeline.items, next_cursor }.into_response_for(&uri))
}

/// Freezes a user: they are signed out, and may look, but not move anything.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{id}/freeze",
    operation_id = "admin_users_freeze",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    request_body(content = ReasonBody, example = json!({ "reason": "the phone was stolen" })),
    responses(
        (status = 200, description = "The user is frozen.", body = UserJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn freeze(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
    Json(body): Json<ReasonBody>,
) -> Result<Json<UserJson>, Problem> {
    Ok(Json(UserJson::from(&*admin.freeze_user(&caller, id, &body.reason).await?)))
}

/// Takes a freeze back.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{id}/unfreeze",
    operation_id = "admin_users_unfreeze",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    request_body(content = ReasonBody, example = json!({ "reason": "the phone was found" })),
    responses(
        (status = 200, description = "The user is not frozen.", body = UserJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn unfreeze(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
    Json(body): Json<ReasonBody>,
) -> Result<Json<UserJson>, Problem> {
    Ok(Json(UserJson::from(&*admin.unfreeze_user(&caller, id, &body.reason).await?)))
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminEndedSessions)]
pub(crate) struct EndedJson {
    ended: usize,
}

/// Signs a user out everywhere, on every node within a second.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{id}/end-sessions",
    operation_id = "admin_users_end_sessions",
    tag = "admin",
    params(("id" = UserId, Path, description = "The user's id.")),
    request_body(content = ReasonBody, example = json!({ "reason": "the phone was stolen" })),
    responses(
        (status = 200, description = "The user is signed in nowhere.", body = EndedJson),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn end_sessions(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<UserId>,
    Json(body): Json<ReasonBody>,
) -> Result<Json<EndedJson>, Problem> {
    let ended = admin.end_user_sessions(&caller, id, &body.reason).await?;
    Ok(Json(EndedJson { ended }))
}
