//! One account, and lists of them.

use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use hashbrown::HashMap;
use kernel::http::etag;
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Deserializer, de};
use utoipa::IntoParams;

use super::find;
use super::json::AccountJson;
use crate::accounts::AccountFilter;
use crate::engine::Account;
use crate::http::documents::{MetadataFilter, ReadProblems};
use crate::http::filter::Filtered;
use crate::http::position;
use crate::ledger::Ledger;
use crate::text::{ADDRESS_CHARS_MAX, AccountRef, AssetCode, is_address_byte};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    /// How many accounts a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    #[serde(rename = "filter[asset]")]
    asset: Option<AssetCode>,
    #[serde(rename = "filter[code]")]
    #[param(minimum = 0, maximum = 65535)]
    code: Option<u16>,
    /// The address begins with this text.
    #[serde(rename = "filter[address][prefix]", default, deserialize_with = "address_prefix")]
    #[param(pattern = "^[A-Za-z0-9._:@/-]{1,200}$", min_length = 1, max_length = 200)]
    address_prefix: Option<String>,
    #[serde(rename = "filter[closed]")]
    closed: Option<bool>,
    /// Created at this time or later.
    #[serde(rename = "filter[created_at][gte]")]
    created_from: Option<Timestamp>,
    /// Created before this time.
    #[serde(rename = "filter[created_at][lt]")]
    created_before: Option<Timestamp>,
}

fn address_prefix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let prefix = String::deserialize(deserializer)?;
    let fits = (1..=ADDRESS_CHARS_MAX).contains(&prefix.len());
    if fits && prefix.bytes().all(is_address_byte) {
        Ok(Some(prefix))
    } else {
        Err(de::Error::custom(crate::text::TextError::Address))
    }
}

/// Lists accounts in the order of their creation.
#[utoipa::path(
    get,
    path = "/v1/ledger/accounts",
    operation_id = "ledger_accounts_list",
    tag = "ledger",
    params(
        ListQuery,
        ("filter[metadata]" = Option<MetadataFilter>, Query, style = DeepObject, explode,
         description = "One pair that the metadata holds: `filter[metadata][name]=Ann`."),
    ),
    responses((status = 200, description = "A page of accounts.", body = Page<AccountJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(ledger): State<Ledger>,
    OriginalUri(uri): OriginalUri,
    query: Filtered<ListQuery>,
) -> Result<Response, Problem> {
    let Filtered { named, metadata } = query;
    let after = position(named.cursor)?;
    let asset = match &named.asset {
        None => None,
        Some(code) => match ledger.asset(code.as_str()).await? {
            Some(asset) => Some(asset.no),
            None => return Ok(empty().into_response_for(&uri)),
        },
    };
    let filter = AccountFilter {
        asset,
        code: named.code,
        address_prefix: named.address_prefix,
        closed: named.closed,
        created_from: named.created_from.map(Timestamp::as_micros),
        created_before: named.created_before.map(Timestamp::as_micros),
        metadata,
    };
    let rows = ledger.accounts(&filter, after, named.limit.get() + 1).await?;
    Ok(page(&ledger, rows, named.limit).await?.into_response_for(&uri))
}

fn empty() -> Page<AccountJson> {
    Page { data: Vec::new(), next_cursor: None }
}

async fn page(
    ledger: &Ledger,
    rows: Vec<Account>,
    limit: Limit,
) -> Result<Page<AccountJson>, Problem> {
    let mut assets = HashMap::new();
    for row in &rows {
        if !assets.contains_key(&row.asset) {
            assets.insert(row.asset, ledger.known_asset(row.asset).await?);
        }
    }
    Ok(Page::cut(
        rows,
        limit,
        |row| row.no,
        |row| {
            let asset = assets[&row.asset].clone();
            AccountJson::new(row, asset)
        },
    ))
}

/// One account, with its balances as of now.
#[utoipa::path(
    get,
    path = "/v1/ledger/accounts/{id}",
    operation_id = "ledger_accounts_get",
    tag = "ledger",
    params(("id" = AccountRef, Path, description = "The account's id or its address, percent-encoded (`users%2F7%2FEUR`).")),
    responses(
        (status = 200, description = "The account.", body = AccountJson,
         headers(("ETag" = String, description = "The account's version, for `If-Match`. Balances don't change it."))),
        (status = 404, description = "There is no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(ledger): State<Ledger>,
    Path(id): Path<AccountRef>,
) -> Result<Response, Problem> {
    let account = find(&ledger, &id).await?;
    let (asset, version) = (ledger.known_asset(account.asset).await?, account.version);
    Ok(([(ETAG, etag(version))], Json(AccountJson::new(account, asset))).into_response())
}
