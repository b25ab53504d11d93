//! The days of an account over HTTP.

use axum::extract::State;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::query::invalid_parameter;
use kernel::{Json, Page, Path, Problem, Query};
use ledger::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DayBalance, Days};
use crate::fields::Day;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(balances))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BalancesParams {
    /// The first day; 89 days before the last one unless given.
    #[param(value_type = Option<String>, format = Date, example = "2026-08-24")]
    from: Option<Day>,
    /// The last day; today unless given or if it is later.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-21")]
    to: Option<Day>,
}

/// What an account held at the end of each day of UTC, and what came and went: for a chart.
///
/// Oldest first, without gaps, at most 366 days, all at once. Before the account was opened it held
/// nothing.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts/{id}/balances",
    operation_id = "wallet_accounts_balances",
    tag = "wallet",
    params(("id" = AccountId, Path, description = "The account's id."), BalancesParams),
    responses(
        (status = 200, description = "A line for each day.", body = Page<DayBalance>),
        (status = 404, description = "The caller has no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn balances(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<AccountId>,
    Query(params): Query<BalancesParams>,
) -> Result<Json<Page<DayBalance>>, Problem> {
    let days = Days::try_new(params.from, params.to, wallet.today())
        .map_err(|error| invalid_parameter("from", error.to_string()))?;
    let data = wallet.day_balances(actor.require_user()?, id, days).await?;
    Ok(Json(Page { data, next_cursor: None }))
}
