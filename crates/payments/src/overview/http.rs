//! `/v1/payments/overview`: the flows of all users, for staff.

use axum::extract::{FromRequestParts, OriginalUri, State};
use axum::http::request::Parts;
use axum::response::Response;
use identity::{Actor, UserId};
use kernel::http::ClientInfo;
use kernel::http::documents::ReadProblems;
use kernel::{Cursor, Limit, Page, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{FlowFilter, Viewer};
use crate::deposits::http::DepositJson;
use crate::deposits::{Deposit, DepositId, DepositStatus};
use crate::http::position;
use crate::payments::Payments;
use crate::withdrawals::http::WithdrawalJson;
use crate::withdrawals::{Withdrawal, WithdrawalId, WithdrawalStatus};

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(deposits)).routes(routes!(withdrawals))
}

/// A deposit, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserDeposit)]
struct UserDepositJson {
    user: UserId,
    /// Without what only its owner may do.
    deposit: DepositJson,
}

/// A withdrawal, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserWithdrawal)]
struct UserWithdrawalJson {
    user: UserId,
    withdrawal: WithdrawalJson,
}

/// What a deposit's row says.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DepositStatusFilter {
    Pending,
    RequiresAction,
    Processing,
    /// Also if it was refunded or disputed later.
    Succeeded,
    Failed,
    /// The bank took it back.
    Reversed,
}

/// What a withdrawal's row says.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WithdrawalStatusFilter {
    Pending,
    Processing,
    Paid,
    Failed,
    Returned,
}

impl From<DepositStatusFilter> for DepositStatus {
    fn from(filter: DepositStatusFilter) -> Self {
        match filter {
            DepositStatusFilter::Pending => Self::Pending,
            DepositStatusFilter::RequiresAction => Self::RequiresAction,
            DepositStatusFilter::Processing => Self::Processing,
            DepositStatusFilter::Succeeded => Self::Succeeded,
            DepositStatusFilter::Failed => Self::Failed,
            DepositStatusFilter::Reversed => Self::Reversed,
        }
    }
}

impl From<WithdrawalStatusFilter> for WithdrawalStatus {
    fn from(filter: WithdrawalStatusFilter) -> Self {
        match filter {
            WithdrawalStatusFilter::Pending => Self::Pending,
            WithdrawalStatusFilter::Processing => Self::Processing,
            WithdrawalStatusFilter::Paid => Self::Paid,
            WithdrawalStatusFilter::Failed => Self::Failed,
            WithdrawalStatusFilter::Returned => Self::Returned,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, state).await?;
        Ok(Self { actor, ip: parts.extensions.get::<ClientInfo>().map(|client| client.ip) })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DepositsQuery {
    /// Only those of this user.
    #[serde(rename = "filter[user]")]
    user: Option<UserId>,
    /// Only those in this state.
    #[serde(rename = "filter[status]")]
    #[param(inline)]
    status: Option<DepositStatusFilter>,
    /// Only those of this asset.
    #[serde(rename = "filter[asset]")]
    asset: Option<String>,
    /// Only those with this provider.
    #[serde(rename = "filter[provider]")]
    provider: Option<String>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, DepositId)>>,
    /// How many deposits a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists the deposits of all users, newest first. That they were looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/payments/overview/deposits",
    operation_id = "payments_overview_deposits",
    tag = "payments",
    params(DepositsQuery),
    responses(
        (status = 200, description = "A page of deposits.", body = Page<UserDepositJson>),
        ReadProblems,
    ),
)]
async fn deposits(
    State(payments): State<Payments>,
    viewer: Viewer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<DepositsQuery>,
) -> Result<Response, Problem> {
    let DepositsQuery { user, status, asset, provider, cursor, limit } = query;
    let filter = FlowFilter { user, status: status.map(DepositStatus::from), asset, provider };
    let rows =
        payments.user_deposits(viewer, &filter, position(cursor), limit.with_one_more()).await?;
    let place = |(_, row): &(UserId, Deposit)| (row.created_at.as_micros(), row.id);
    let page = Page::cut(rows, limit, place, |(user, row)| UserDepositJson {
        user,
        deposit: DepositJson::for_staff(&payments, &row),
    });
    Ok(page.into_response_for(&uri))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WithdrawalsQuery {
    /// Only those of this user.
    #[serde(rename = "filter[user]")]
    user: Option<UserId>,
    /// Only those in this state.
    #[serde(rename = "filter[status]")]
    #[param(inline)]
    status: Option<WithdrawalStatusFilter>,
    /// Only those of this asset.
    #[serde(rename = "filter[asset]")]
    asset: Option<String>,
    /// Only those with this provider.
    #[serde(rename = "filter[provider]")]
    provider: Option<String>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, WithdrawalId)>>,
    /// How many withdrawals a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists the withdrawals of all users, newest first. That they were looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/payments/overview/withdrawals",
    operation_id = "payments_overview_withdrawals",
    tag = "payments",
    params(WithdrawalsQuery),
    responses(
        (status = 200, description = "A page of withdrawals.", body = Page<UserWithdrawalJson>),
        ReadProblems,
    ),
)]
async fn withdrawals(
    State(payments): State<Payments>,
    viewer: Viewer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<WithdrawalsQuery>,
) -> Result<Response, Problem> {
    let WithdrawalsQuery { user, status, asset, provider, cursor, limit } = query;
    let filter = FlowFilter { user, status: status.map(WithdrawalStatus::from), asset, provider };
    let rows =
        payments.user_withdrawals(viewer, &filter, position(cursor), limit.with_one_more()).await?;
    let place = |row: &Withdrawal| (row.created_at.as_micros(), row.id);
    let page = Page::cut(rows, limit, place, |row| UserWithdrawalJson {
        user: row.user,
        withdrawal: WithdrawalJson::from(&row),
    });
    Ok(page.into_response_for(&uri))
}
