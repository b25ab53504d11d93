//! `/v1/wallet/overview`: the transfers of all users, for staff.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use ledger::TransferId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{OverviewQuery, UserTransfer};
use crate::transfers::Status;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverviewParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    #[serde(rename = "filter[status]")]
    #[param(inline)]
    status: Option<Status>,
    /// Code of an asset.
    #[serde(rename = "filter[asset]")]
    #[param(max_length = 64)]
    asset: Option<String>,
    /// Made at this time or later.
    #[serde(rename = "filter[from]")]
    #[param(inline)]
    from: Option<Timestamp>,
    /// Made before this time.
    #[serde(rename = "filter[before]")]
    #[param(inline)]
    before: Option<Timestamp>,
    #[serde(rename = "filter[amount][gte]")]
    #[param(inline)]
    amount_min: Option<Amount>,
    #[serde(rename = "filter[amount][lte]")]
    #[param(inline)]
    amount_max: Option<Amount>,
}

impl From<OverviewParams> for OverviewQuery {
    fn from(params: OverviewParams) -> Self {
        Self {
            status: params.status,
            asset: params.asset.filter(|code| !code.is_empty()),
            from: params.from,
            before: params.before,
            amount_min: params.amount_min,
            amount_max: params.amount_max,
            cursor: params.cursor.map(|Cursor(sequence)| sequence),
            limit: params.limit.get(),
        }
    }
}

/// The transfers between all users, newest first, without what they wrote. That they were looked at
/// is recorded.
///
/// A page may hold fewer transfers than asked for, or none, and still have a `next_cursor`: how much
/// is looked at for one page is bounded.
#[utoipa::path(
    get,
    path = "/v1/wallet/overview/transfers",
    operation_id = "wallet_overview_transfers",
    tag = "wallet",
    params(OverviewParams),
    responses(
        (status = 200, description = "A page of transfers.", body = Page<UserTransfer>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<OverviewParams>,
) -> Result<Response, Problem> {
    let (data, next) = wallet.user_transfers(&actor, &params.into()).await?;
    let next_cursor = next.map(|sequence| Cursor(sequence).to_string());
    Ok(Page { data, next_cursor }.into_response_for(&uri))
}

/// A transfer of anybody, with what happened to it. That it was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/wallet/overview/transfers/{id}",
    operation_id = "wallet_overview_transfer",
    tag = "wallet",
    params(("id" = TransferId, Path, description = "The transfer's id.")),
    responses(
        (status = 200, description = "The transfer.", body = UserTransfer),
        (status = 404, description = "There is no such transfer between people.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<TransferId>,
) -> Result<Json<UserTransfer>, Problem> {
    Ok(Json(wallet.user_transfer(&actor, id).await?))
}
