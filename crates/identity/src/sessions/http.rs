//! One's sessions over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::OptionalJson;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{EndReason, Session, Transport, cookies};
use crate::actor::Actor;
use crate::identity::Identity;
use crate::ids::SessionId;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(end))
        .routes(routes!(end_all))
        .routes(routes!(sign_out))
}

/// A signed-in device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionJson {
    id: SessionId,
    /// What its user called it when they signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ann's phone")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// Where it was last used from.
    #[schema(value_type = String, example = "192.0.2.7")]
    ip: std::net::IpAddr,
    transport: TransportJson,
    created_at: Timestamp,
    /// To within a minute.
    last_used_at: Timestamp,
    /// At the latest; it ends earlier if it isn't used.
    expires_at: Timestamp,
    /// Whether this very request belongs to it.
    is_current: bool,
}

/// How a session is shown with each request.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Transport)]
pub(crate) enum TransportJson {
    /// Access and refresh tokens, in the answer.
    #[default]
    Token,
    /// A cookie, for the web application.
    Cookie,
}

impl From<TransportJson> for Transport {
    fn from(transport: TransportJson) -> Self {
        match transport {
            TransportJson::Token => Self::Token,
            TransportJson::Cookie => Self::Cookie,
        }
    }
}

impl SessionJson {
    fn new(session: Session, current: SessionId) -> Self {
        Self {
            is_current: session.id == current,
            id: session.id,
            device: session.device,
            user_agent: session.user_agent,
            ip: session.ip,
            transport: match session.transport {
                Transport::Token => TransportJson::Token,
                Transport::Cookie => TransportJson::Cookie,
            },
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<SessionId>>,
    /// How many sessions a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Which sessions to end.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndAllSessions {
    /// Leaves the session of this request.
    #[serde(default)]
    keep_current: bool,
}

/// What was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedSessions {
    /// How many sessions.
    ended: usize,
}

/// Lists one's sessions, the newest first.
#[utoipa::path(
    get,
    path = "/v1/identity/sessions",
    operation_id = "identity_sessions_list",
    tag = "identity",
    params(ListQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<SessionJson>), ReadProblems),
)]
async fn list(
    State(identity): State<Identity>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let (user, current) = actor.require_session()?;
    let before = query.cursor.map(|Cursor(id)| id);
    let sessions = identity.list_sessions(user, before, query.limit).await?;
    let page = Page::cut(
        sessions,
        query.limit,
        |session| session.id,
        |session| SessionJson::new(session, current),
    );
    Ok(page.into_response_for(&uri))
}

/// Ends one of one's sessions. Its tokens and cookie are refused from now on, everywhere within a
/// second.
#[utoipa::path(
    delete,
    path = "/v1/identity/sessions/{id}",
    operation_id = "identity_sessions_end",
    tag = "identity",
    params(("id" = SessionId, Path, description = "The session's id.")),
    responses(
        (status = 204, description = "It has ended."),
        (status = 404, description = "There is no such session, or it has ended before.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn end(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, Problem> {
    let (user, _) = actor.require_session()?;
    identity.end_session(user, id, actor.audit(), EndReason::Ended).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of one's sessions, this one too unless it is to be kept.
#[utoipa::path(
    post,
    path = "/v1/identity/sessions/end-all",
    operation_id = "identity_sessions_end_all",
    tag = "identity",
    request_body(content = EndAllSessions, example = json!({ "keep_current": true })),
    responses(
        (status = 200, description = "They have ended.", body = EndedSessions),
        WriteProblems,
    ),
)]
async fn end_all(
    State(identity): State<Identity>,
    actor: Actor,
    OptionalJson(body): OptionalJson<EndAllSessions>,
) -> Result<Json<EndedSessions>, Problem> {
    let (user, current) = actor.require_session()?;
    let but = body.keep_current.then_some(current);
    let ended = identity.end_other_sessions(user, but, actor.audit()).await?;
    Ok(Json(EndedSessions { ended }))
}

/// Ends the session of this request, and clears its cookie.
#[utoipa::path(
    post,
    path = "/v1/identity/sign-out",
    operation_id = "identity_sessions_sign_out",
    tag = "identity",
    responses((status = 204, description = "The session has ended."), ReadProblems),
)]
async fn sign_out(
    State(identity): State<Identity>,
    actor: Actor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (user, session) = actor.require_session()?;
    identity.sign_out(user, session).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if headers.contains_key(axum::http::header::COOKIE) {
        cookies::clear_session(&mut response);
    }
    Ok(response)
}
