//! Suppressed addresses over HTTP, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Cursor, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Suppression;
use crate::Notifications;
use crate::ids::MailId;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(delete))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuppressionsParams {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<String>>,
}

/// An address to which no more mail goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailSuppression)]
pub(crate) struct SuppressionJson {
    /// In lower case.
    #[schema(example = "gone@example.org")]
    address: String,
    /// What the mail server said.
    #[schema(example = "permanent error (550): 5.1.1 no such user")]
    reply: String,
    /// The mail that it said it to.
    mail_id: MailId,
    created_at: Timestamp,
}

/// Lists addresses to which no more mail goes, because a mail server said that there is no such
/// mailbox. For staff, in the order of addresses.
#[utoipa::path(
    get,
    path = "/v1/notifications/suppressions",
    operation_id = "notifications_suppressions_list",
    tag = "notifications",
    params(SuppressionsParams),
    responses((status = 200, description = "A page of addresses.", body = Page<SuppressionJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(params): Query<SuppressionsParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(address)| address);
    let rows = notifications.suppressions(&actor, after.as_deref(), params.limit).await?;
    let page = Page::cut(rows, params.limit, |row| row.address.clone(), SuppressionJson::new);
    Ok(page.into_response_for(&uri))
}

/// Lets mail go to an address again. For staff.
#[utoipa::path(
    delete,
    path = "/v1/notifications/suppressions/{address}",
    operation_id = "notifications_suppressions_delete",
    tag = "notifications",
    params(("address" = String, Path, description = "The address, in any case.", max_length = 320, example = "gone@example.org")),
    responses(
        (status = 204, description = "Mail goes there again."),
        (status = 404, description = "The address is not suppressed.", body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn delete(
    State(notifications): State<Notifications>,
    actor: Actor,
    Path(address): Path<String>,
) -> Result<StatusCode, Problem> {
    notifications.lift_suppression(&actor, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl SuppressionJson {
    fn new(suppression: Suppression) -> Self {
        Self {
            address: suppression.address,
            reply: suppression.reply,
            mail_id: suppression.message,
            created_at: suppression.created_at,
        }
    }
}
