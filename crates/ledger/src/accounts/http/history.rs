//! An account's history, and its balances at any moment.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use kernel::{Cursor, ErrorKind, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::find;
use super::json::BalancesJson;
use crate::accounts::{EntriesQuery, Entry, Moment};
use crate::http::documents::ReadProblems;
use crate::http::fields::{CodeOf, Net};
use crate::http::position;
use crate::ids::AccountId;
use crate::ledger::Ledger;
use crate::text::AccountRef;
use crate::transfers::http::json::TransferJson;
use crate::transfers::http::list::OrderName;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesParams {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// How many entries a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Newest first unless given.
    #[serde(default)]
    #[param(inline)]
    order: OrderName,
    /// Recorded at this time or later.
    #[serde(rename = "filter[at][gte]")]
    from: Option<Timestamp>,
    /// Recorded before this time.
    #[serde(rename = "filter[at][lt]")]
    before: Option<Timestamp>,
}

/// A transfer in the history of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Entry)]
pub(crate) struct EntryJson {
    /// Which side of the transfer the account is on.
    direction: Direction,
    /// What the transfer added to `posted`; negative for a debit, zero while it is only reserved.
    change: Net,
    /// What the transfer added to `pending`.
    pending_change: Net,
    /// The account's balances after the transfer.
    balances: BalancesJson,
    transfer: TransferJson,
}

/// A side of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    Debit,
    Credit,
}

impl EntryJson {
    fn new(account: u128, entry: Entry) -> Self {
        let effect = entry.transfer.record.effect();
        let direction = if entry.transfer.debit_account == account {
            Direction::Debit
        } else {
            Direction::Credit
        };
        let (change, pending_change) = match direction {
            Direction::Debit => {
                (Net::of(0, effect.posted), Net::of(effect.released, effect.pending))
            }
            Direction::Credit => {
                (Net::of(effect.posted, 0), Net::of(effect.pending, effect.released))
            }
        };
        Self {
            direction,
            change,
            pending_change,
            balances: entry.balances.into(),
            transfer: TransferJson::now(entry.transfer),
        }
    }
}

/// The history of an account, with the balances after each transfer.
#[utoipa::path(
    get,
    path = "/v1/ledger/accounts/{id}/entries",
    operation_id = "ledger_accounts_entries",
    tag = "ledger",
    params(
        ("id" = AccountRef, Path, description = "The account's id or its address, percent-encoded (`users%2F7%2FEUR`)."),
        EntriesParams,
    ),
    responses(
        (status = 200, description = "A page of entries.", body = Page<EntryJson>),
        (status = 404, description = "There is no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn entries(
    State(ledger): State<Ledger>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<AccountRef>,
    Query(params): Query<EntriesParams>,
) -> Result<Response, Problem> {
    let query = EntriesQuery {
        order: params.order.into(),
        cursor: position(params.cursor)?,
        from: params.from.map(Timestamp::as_micros),
        before: params.before.map(Timestamp::as_micros),
        limit: params.limit.get() + 1,
    };
    let account = find(&ledger, &id).await?;
    let rows = ledger.entries(&account, &query).await?;
    let page = Page::cut(
        rows,
        params.limit,
        |entry| entry.transfer.record.seq,
        |entry| EntryJson::new(account.id, entry),
    );
    Ok(page.into_response_for(&uri))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BalanceParams {
    /// Everything recorded at this time or before. Now unless given.
    at: Option<Timestamp>,
    /// Everything that took effect at this time or before, whenever it was recorded. Not
    /// together with `at`.
    effective_at: Option<Timestamp>,
}

/// The balances of an account at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountBalance)]
pub(crate) struct BalanceJson {
    account: AccountId,
    asset: CodeOf,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18)]
    scale: u8,
    /// The time of recording that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// The effective time that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_at: Option<Timestamp>,
    balances: BalancesJson,
}

/// The balances of an account, now or at a moment.
#[utoipa::path(
    get,
    path = "/v1/ledger/accounts/{id}/balance",
    operation_id = "ledger_accounts_balance",
    tag = "ledger",
    params(
        ("id" = AccountRef, Path, description = "The account's id or its address, percent-encoded (`users%2F7%2FEUR`)."),
        BalanceParams,
    ),
    responses(
        (status = 200, description = "The balances.", body = BalanceJson),
        (status = 404, description = "There is no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn balance(
    State(ledger): State<Ledger>,
    Path(id): Path<AccountRef>,
    Query(params): Query<BalanceParams>,
) -> Result<Json<BalanceJson>, Problem> {
    let moment = match (params.at, params.effective_at) {
        (None, None) => Moment::Now,
        (Some(at), None) => Moment::At(at.as_micros()),
        (None, Some(at)) => Moment::Effective(at.as_micros()),
        (Some(_), Some(_)) => {
            let detail = "ask for `at` or for `effective_at`, not for both";
            return Err(Problem::new(ErrorKind::Invalid, "request.query.invalid", detail)
                .with_field("query:effective_at", detail));
        }
    };
    let account = find(&ledger, &id).await?;
    let balances = ledger.balances_at(&account, moment).await?;
    let asset = ledger.known_asset(account.asset).await?;
    Ok(Json(BalanceJson {
        account: AccountId::from_u128(account.id),
        scale: asset.scale,
        asset: CodeOf(asset),
        at: params.at,
        effective_at: params.effective_at,
        balances: balances.into(),
    }))
}
