//! The history of an account over HTTP.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Amount, Cursor, Limit, Page, Path, Problem, Query, Timestamp};
use ledger::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{EntryKind, HistoryEntry, HistoryQuery};
use crate::transfers::Direction;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(history))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// Recorded at this time or later.
    #[serde(rename = "filter[from]")]
    #[param(inline)]
    from: Option<Timestamp>,
    /// Recorded before this time.
    #[serde(rename = "filter[before]")]
    #[param(inline)]
    before: Option<Timestamp>,
    #[serde(rename = "filter[direction]")]
    #[param(inline)]
    direction: Option<Direction>,
    /// The other side's handle.
    #[serde(rename = "filter[counterparty]")]
    counterparty: Option<String>,
    #[serde(rename = "filter[kind]")]
    #[param(inline)]
    kind: Option<EntryKind>,
    #[serde(rename = "filter[amount][gte]")]
    #[param(inline)]
    amount_min: Option<Amount>,
    #[serde(rename = "filter[amount][lte]")]
    #[param(inline)]
    amount_max: Option<Amount>,
    /// Part of the message, the reference, or the other side's name or handle.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// What came into an account and went out of it, newest first, with the balance after each entry.
///
/// A page may hold fewer entries than asked for, or none, and still have a `next_cursor`: how much
/// is looked at for one page is bounded.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts/{id}/history",
    operation_id = "wallet_accounts_history",
    tag = "wallet",
    params(("id" = AccountId, Path, description = "The account's id."), HistoryParams),
    responses(
        (status = 200, description = "A page of entries.", body = Page<HistoryEntry>),
        (status = 404, description = "The caller has no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn history(
    State(wallet): State<Wallet>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Path(id): Path<AccountId>,
    Query(params): Query<HistoryParams>,
) -> Result<Response, Problem> {
    let user = actor.require_user()?;
    let page = wallet.history(user, id, &params.into()).await?;
    let next_cursor = page.next.map(|sequence| Cursor(sequence).to_string());
    Ok(Page { data: page.entries, next_cursor }.into_response_for(&uri))
}

impl From<HistoryParams> for HistoryQuery {
    fn from(params: HistoryParams) -> Self {
        let is_given = |text: &String| !text.is_empty();
        Self {
            from: params.from,
            before: params.before,
            direction: params.direction,
            counterparty: params.counterparty.filter(is_given),
            kind: params.kind,
            amount_min: params.amount_min,
            amount_max: params.amount_max,
            text: params.q.filter(is_given),
            cursor: params.cursor.map(|Cursor(sequence)| sequence),
            limit: params.limit.get(),
        }
    }
}
