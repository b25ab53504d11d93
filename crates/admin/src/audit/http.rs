//! The audit log over HTTP, as pages or as a file of JSON lines.

use axum::extract::{OriginalUri, State};
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use identity::UserId;
use kernel::audit::{AuditActor, Entry, EntryFilter};
use kernel::http::documents::ReadProblems;
use kernel::{Cursor, Limit, Page, Problem, Query, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{EXPORT_MAX, EntryJson, actor_id};
use crate::Admin;
use crate::caller::Caller;
use crate::http::invalid_query;
use crate::ids::AuditEntryId;

const LINES: &str = "application/x-ndjson";

pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::default().routes(routes!(list))
}

/// What acts.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditActorKind)]
pub(crate) enum KindParameter {
    User,
    ApiKey,
    Operator,
    System,
    Anonymous,
    Application,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only what this user (`usr_…`), API key (`key_…`) or application (`app_…`) did.
    #[serde(rename = "filter[actor]")]
    actor: Option<String>,
    /// Only what actors of this kind did.
    #[serde(rename = "filter[actor_kind]")]
    #[param(inline)]
    actor_kind: Option<KindParameter>,
    /// Only what concerns this user.
    #[serde(rename = "filter[subject]")]
    subject: Option<UserId>,
    /// Only this action, or everything below it if it ends with a dot: `admin.user.`
    #[serde(rename = "filter[action]")]
    #[param(max_length = 100)]
    action: Option<String>,
    /// Only what happened at this time or later.
    #[serde(rename = "filter[from]")]
    from: Option<Timestamp>,
    /// Only what happened before this time.
    #[serde(rename = "filter[before]")]
    before: Option<Timestamp>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<AuditEntryId>>,
    /// How many entries a page holds. A file holds up to 10,000.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists what was done, refused and looked at, the newest first. Looking at it is recorded, too.
///
/// With `Accept: application/x-ndjson` the answer is a file with one entry a line, up to 10,000;
/// if there are more, the `Link` header says where the next file begins.
#[utoipa::path(
    get,
    path = "/v1/admin/audit",
    operation_id = "admin_audit_list",
    tag = "admin",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of entries, or a file.", content(
            (Page<EntryJson> = "application/json"),
            (String = "application/x-ndjson"),
        )),
        ReadProblems,
    ),
)]
async fn list(
    State(admin): State<Admin>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let filter = filter(&query)?;
    let before = query.cursor.map(|Cursor(id)| id);
    let position = |entry: &Entry| AuditEntryId::from_u128(entry.id);
    if wants_lines(&headers) {
        let mut entries = admin.audit_export(&caller, &filter, before).await?;
        let has_more = entries.len() > EXPORT_MAX;
        entries.truncate(EXPORT_MAX);
        let last = entries.last().filter(|_| has_more).map(position);
        let next_cursor = last.map(|id| Cursor(id).to_string());
        // The page is only asked for its link.
        let page = Page::<()> { data: Vec::new(), next_cursor }.into_response_for(&uri);
        return Ok(file(entries, page.headers().get(LINK).cloned()));
    }
    let limit = query.limit.with_one_more();
    let entries = admin.audit_entries(&caller, &filter, before, limit).await?;
    Ok(Page::cut(entries, query.limit, position, EntryJson::from).into_response_for(&uri))
}

fn filter(query: &ListQuery) -> Result<EntryFilter, Problem> {
    let actor = query.actor.as_deref().map(actor_id).transpose().map_err(|_| {
        invalid_query(
            "filter[actor]",
            "expected the id of a user (usr_…), a key (key_…) or an application (app_…)",
        )
    })?;
    Ok(EntryFilter {
        actor,
        actor_kind: query.actor_kind.map(|kind| AuditActor::KINDS[kind as usize]),
        subject: query.subject.map(UserId::as_u128),
        action: query.action.clone(),
        from: query.from,
        before: query.before,
    })
}

fn wants_lines(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|media_type| {
        media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(LINES)
    })
}

fn file(entries: Vec<Entry>, next: Option<HeaderValue>) -> Response {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, &EntryJson::from(entry))
            .expect("an entry has only plain values");
        lines.push(b'\n');
    }
    let disposition = HeaderValue::from_static("attachment; filename=\"audit.ndjson\"");
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(LINES)), (CONTENT_DISPOSITION, disposition)];
    let mut response = (headers, lines).into_response();
    if let Some(next) = next {
        response.headers_mut().insert(LINK, next);
    }
    response
}
