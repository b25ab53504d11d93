//! Kept mail over HTTP, for staff.

use std::collections::BTreeMap;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::KeptMailSummary;
use crate::Notifications;
use crate::ids::MailId;
use crate::messages::Channel;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get, delete))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MailboxParams {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<MailId>>,
    /// To this address, in any case, or to this number.
    #[param(max_length = 320, example = "ann@example.org")]
    to: Option<String>,
}

/// A mail or short message that was kept, without what it says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptMailSummary)]
pub(crate) struct SummaryJson {
    id: MailId,
    channel: Channel,
    #[schema(example = "challenge.sign_in")]
    kind: String,
    /// An address, or the number of a phone.
    #[schema(example = "ann@example.org")]
    to: String,
    /// Empty for a short message.
    subject: String,
    created_at: Timestamp,
}

/// A mail or short message as it would have been sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptMail)]
pub(crate) struct KeptMailJson {
    id: MailId,
    channel: Channel,
    #[schema(example = "challenge.sign_in")]
    kind: String,
    /// An address, or the number of a phone.
    #[schema(example = "ann@example.org")]
    to: String,
    /// Empty for a short message, as are headers and HTML.
    subject: String,
    /// As they were written.
    headers: BTreeMap<String, String>,
    /// The plain text.
    text: String,
    /// The HTML. Show it in a sandboxed frame.
    html: String,
    created_at: Timestamp,
}

/// Lists mail and short messages that were kept instead of being sent, newest first. For staff.
#[utoipa::path(
    get,
    path = "/v1/notifications/mailbox",
    operation_id = "notifications_mailbox_list",
    tag = "notifications",
    params(MailboxParams),
    responses((status = 200, description = "A page of mail.", body = Page<SummaryJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(params): Query<MailboxParams>,
) -> Result<Response, Problem> {
    let before = params.cursor.map(|Cursor(id)| id);
    let rows = notifications.mailbox(&actor, params.to.as_deref(), before, params.limit).await?;
    let page = Page::cut(rows, params.limit, |row| row.id, SummaryJson::new);
    Ok(page.into_response_for(&uri))
}

/// Shows a mail that was kept, with codes and links. For staff.
#[utoipa::path(
    get,
    path = "/v1/notifications/mailbox/{id}",
    operation_id = "notifications_mailbox_get",
    tag = "notifications",
    params(("id" = MailId, Path, description = "The mail's id.")),
    responses(
        (status = 200, description = "The mail.", body = KeptMailJson),
        (status = 404, description = "There is no such mail.", body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(notifications): State<Notifications>,
    actor: Actor,
    Path(id): Path<MailId>,
) -> Result<Json<KeptMailJson>, Problem> {
    let mail = notifications.kept_mail(&actor, id).await?;
    Ok(Json(KeptMailJson {
        id: mail.id,
        channel: mail.channel,
        kind: mail.kind,
        to: mail.to,
        subject: mail.subject,
        headers: mail.headers,
        text: mail.text,
        html: mail.html,
        created_at: mail.created_at,
    }))
}

/// Removes a mail that was kept. For staff.
#[utoipa::path(
    delete,
    path = "/v1/notifications/mailbox/{id}",
    operation_id = "notifications_mailbox_delete",
    tag = "notifications",
    params(("id" = MailId, Path, description = "The mail's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such mail.", body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn delete(
    State(notifications): State<Notifications>,
    actor: Actor,
    Path(id): Path<MailId>,
) -> Result<StatusCode, Problem> {
    notifications.delete_kept_mail(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl SummaryJson {
    fn new(mail: KeptMailSummary) -> Self {
        Self {
            id: mail.id,
            channel: mail.channel,
            kind: mail.kind,
            to: mail.to,
            subject: mail.subject,
            created_at: mail.created_at,
        }
    }
}
