//! Finding transfers.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use kernel::{Amount, Cursor, ErrorKind, Json, Limit, Page, Path, Problem, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::json::TransferJson;
use crate::accounts::Order;
use crate::http::documents::ReadProblems;
use crate::http::filter::Filtered;
use crate::http::position;
use crate::ids::{GroupId, TransferId};
use crate::ledger::Ledger;
use crate::text::{AccountRef, AssetCode, Kind, Reference};
use crate::transfers::TransferFilter;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// How many transfers a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Newest first unless given.
    #[serde(default)]
    #[param(inline)]
    order: OrderName,
    /// Debits or credits this account.
    #[serde(rename = "filter[account]")]
    account: Option<AccountRef>,
    #[serde(rename = "filter[asset]")]
    asset: Option<AssetCode>,
    #[serde(rename = "filter[code]")]
    #[param(minimum = 0, maximum = 65535)]
    code: Option<u16>,
    #[serde(rename = "filter[kind]")]
    #[param(inline)]
    kind: Option<FilterKind>,
    #[serde(rename = "filter[reference]")]
    reference: Option<Reference>,
    /// Belongs to this group.
    #[serde(rename = "filter[group]")]
    group: Option<GroupId>,
    /// Posts, voids, extends or expires this pending transfer.
    #[serde(rename = "filter[pending_id]")]
    pending_id: Option<TransferId>,
    /// Takes this transfer back.
    #[serde(rename = "filter[reverses]")]
    reverses: Option<TransferId>,
    /// Recorded at this time or later.
    #[serde(rename = "filter[at][gte]")]
    from: Option<Timestamp>,
    /// Recorded before this time.
    #[serde(rename = "filter[at][lt]")]
    before: Option<Timestamp>,
    #[serde(rename = "filter[amount][gte]")]
    #[param(value_type = Option<String>, pattern = "^(0|[1-9][0-9]{0,38})$", max_length = 39)]
    amount_min: Option<Amount>,
    #[serde(rename = "filter[amount][lte]")]
    #[param(value_type = Option<String>, pattern = "^(0|[1-9][0-9]{0,38})$", max_length = 39)]
    amount_max: Option<Amount>,
}

/// In which order to list.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderName {
    #[default]
    Newest,
    Oldest,
}

impl From<OrderName> for Order {
    fn from(name: OrderName) -> Self {
        match name {
            OrderName::Newest => Self::NewestFirst,
            OrderName::Oldest => Self::OldestFirst,
        }
    }
}

/// Kinds that can be asked for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilterKind {
    Pending,
    Post,
    Void,
    Extend,
    Expire,
}

impl From<FilterKind> for Kind {
    fn from(kind: FilterKind) -> Self {
        match kind {
            FilterKind::Pending => Self::Pending,
            FilterKind::Post => Self::Post,
            FilterKind::Void => Self::Void,
            FilterKind::Extend => Self::Extend,
            FilterKind::Expire => Self::Expire,
        }
    }
}

/// Lists transfers in the order of their recording.
#[utoipa::path(
    get,
    path = "/v1/ledger/transfers",
    operation_id = "ledger_transfers_list",
    tag = "ledger",
    params(
        ListQuery,
        ("filter[metadata]" = Option<crate::http::documents::MetadataFilter>, Query, style = DeepObject, explode,
         description = "One pair that the metadata holds: `filter[metadata][order]=7`."),
    ),
    responses((status = 200, description = "A page of transfers.", body = Page<TransferJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(ledger): State<Ledger>,
    OriginalUri(uri): OriginalUri,
    query: Filtered<ListQuery>,
) -> Result<Response, Problem> {
    let (limit, order) = (query.named.limit, query.named.order.into());
    let cursor = position(query.named.cursor)?;
    let rows = match filter(&ledger, query).await? {
        Some(filter) => ledger.transfers(&filter, order, cursor, limit.get() + 1).await?,
        None => Vec::new(),
    };
    let page = Page::cut(rows, limit, |row| row.record.seq, TransferJson::now);
    Ok(page.into_response_for(&uri))
}

/// `None` if the filter names an account or asset that isn't there: then nothing matches.
async fn filter(
    ledger: &Ledger,
    query: Filtered<ListQuery>,
) -> Result<Option<TransferFilter>, Problem> {
    let Filtered { named, metadata } = query;
    let account = match &named.account {
        None => None,
        Some(AccountRef::Id(id)) => Some(id.as_u128()),
        Some(AccountRef::Address(address)) => {
            match ledger.account_ids(&[address.as_str()]).await?.pop().flatten() {
                Some(id) => Some(id),
                None => return Ok(None),
            }
        }
    };
    let asset = match &named.asset {
        None => None,
        Some(code) => match ledger.asset(code.as_str()).await? {
            Some(asset) => Some(asset.no),
            None => return Ok(None),
        },
    };
    Ok(Some(TransferFilter {
        account,
        asset,
        code: named.code,
        reference: named.reference.map(|reference| reference.into_inner().into()),
        group: named.group.map(GroupId::as_u128),
        pending_id: named.pending_id.map(TransferId::as_u128),
        reverses: named.reverses.map(TransferId::as_u128),
        flags_all: named.kind.map_or(0, |kind| Kind::from(kind).flag()),
        from: named.from.map(Timestamp::as_micros),
        before: named.before.map(Timestamp::as_micros),
        amount_min: named.amount_min.map(Amount::get),
        amount_max: named.amount_max.map(Amount::get),
        metadata,
    }))
}

/// One transfer, with what has become of it.
#[utoipa::path(
    get,
    path = "/v1/ledger/transfers/{id}",
    operation_id = "ledger_transfers_get",
    tag = "ledger",
    params(("id" = TransferId, Path, description = "The transfer's id.")),
    responses(
        (status = 200, description = "The transfer.", body = TransferJson),
        (status = 404, description = "There is no such transfer.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(ledger): State<Ledger>,
    Path(id): Path<TransferId>,
) -> Result<Json<TransferJson>, Problem> {
    let transfer = ledger.transfer(id.as_u128()).await?;
    let transfer = transfer.ok_or_else(|| {
        Problem::new(ErrorKind::NotFound, "ledger.transfer.not_found", "there is no such transfer")
    })?;
    Ok(Json(TransferJson::now(transfer)))
}
