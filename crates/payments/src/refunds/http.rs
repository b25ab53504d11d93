//! `/v1/payments/deposits/{id}/refunds`.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, OptionalJson, invalid_field};
use kernel::text::is_line;
use kernel::{Amount, Cursor, Limit, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewRefund, Refund, RefundId, RefundStatus};
use crate::http::{FailureJson, accepted, position};
use crate::ids::DepositId;
use crate::payments::Payments;

const REASON_CHARS_MAX: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(create, list))
}

/// A refund to make.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateRefund {
    /// In the asset's minor unit; all that is left of the deposit if not given.
    amount: Option<Amount>,
    /// For the record.
    #[schema(max_length = 200)]
    reason: Option<String>,
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundJson {
    id: RefundId,
    deposit_id: DepositId,
    #[schema(example = "EUR")]
    asset: String,
    /// In the asset's minor unit.
    amount: Amount,
    /// Decimals of the asset.
    scale: u8,
    status: RefundStatusJson,
    /// Why it failed.
    #[schema(required)]
    failure: Option<FailureJson>,
    #[schema(required)]
    reason: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What has become of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundStatus)]
pub(crate) enum RefundStatusJson {
    /// The amount has left the account; the provider has not confirmed it.
    Pending,
    /// The amount is on its way to the card.
    Succeeded,
    /// The card can't be reached; the amount is in the account.
    Failed,
}

impl From<&Refund> for RefundJson {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            deposit_id: refund.deposit,
            asset: refund.asset.clone(),
            amount: refund.amount,
            scale: refund.scale,
            status: match refund.status {
                RefundStatus::Pending | RefundStatus::Processing => RefundStatusJson::Pending,
                RefundStatus::Succeeded => RefundStatusJson::Succeeded,
                RefundStatus::Failed => RefundStatusJson::Failed,
            },
            failure: refund.failure.clone().map(|code| FailureJson { code }),
            reason: refund.reason.clone(),
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}

/// Gives a deposit back to its card, wholly or in part.
///
/// For the depositor, and for staff. The amount leaves the account at once; never more than the
/// account has, and all refunds together never more than the deposit brought. If the card can't
/// be reached in the end, the amount comes back and the refund has failed.
#[utoipa::path(
    post,
    path = "/v1/payments/deposits/{id}/refunds",
    operation_id = "payments_refunds_create",
    tag = "payments",
    params(
        ("id" = DepositId, Path, description = "The deposit's id."),
        ("Idempotency-Key" = Option<String>, Header,
         description = "Makes a repeat harmless. Never expires.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateRefund, example = json!({ "amount": "500" })),
    responses(
        (status = 202, description = "The refund, pending.", body = RefundJson,
         headers(("Location" = String, description = "Where the deposit's refunds are."),
                 ("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 404, description = "The caller has no such deposit.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The deposit has not succeeded, or is disputed.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It is more than is left of the deposit, or than the account has.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(payments): State<Payments>,
    actor: Actor,
    Path(deposit): Path<DepositId>,
    ids: Ids,
    OptionalJson(body): OptionalJson<CreateRefund>,
) -> Result<Response, Problem> {
    if !body.reason.as_deref().is_none_or(is_reason) {
        let detail = "a reason has 1 to 200 characters and no control characters";
        return Err(invalid_field("/reason", detail));
    }
    let id = RefundId::from_u128(ids.get(0));
    let new = NewRefund { amount: body.amount, reason: body.reason };
    let made = payments.create_refund(&actor, id, deposit, new).await?;
    let json = RefundJson::from(&made.it);
    Ok(accepted(&made, format!("/v1/payments/deposits/{deposit}/refunds"), json))
}

pub(crate) fn is_reason(text: &str) -> bool {
    is_line(text, 1..=REASON_CHARS_MAX)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, RefundId)>>,
    /// How many refunds a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists the refunds of a deposit, newest first. For the depositor, and for staff.
#[utoipa::path(
    get,
    path = "/v1/payments/deposits/{id}/refunds",
    operation_id = "payments_refunds_list",
    tag = "payments",
    params(("id" = DepositId, Path, description = "The deposit's id."), ListQuery),
    responses(
        (status = 200, description = "A page of refunds.", body = Page<RefundJson>),
        (status = 404, description = "The caller has no such deposit.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn list(
    State(payments): State<Payments>,
    actor: Actor,
    Path(deposit): Path<DepositId>,
    OriginalUri(uri): OriginalUri,
    kernel::Query(query): kernel::Query<ListQuery>,
) -> Result<Response, Problem> {
    let (limit, after) = (query.limit, position(query.cursor));
    let rows = payments.refunds(&actor, deposit, after, limit.with_one_more()).await?;
    let place = |row: &Refund| (row.created_at.as_micros(), row.id);
    let page = Page::cut(rows, limit, place, |row| RefundJson::from(&row));
    Ok(page.into_response_for(&uri))
}
