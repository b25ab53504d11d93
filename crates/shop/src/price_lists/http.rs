//! `/v1/shop/price-lists`, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, invalid_field};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ListedPrices, PRICES_MAX, PriceList, PriceListPatch};
use crate::callers::CatalogueStaff;
use crate::fields::{Quantity, nullable};
use crate::http::created;
use crate::ids::PriceListId;
use crate::products::TIERS_MAX;
use crate::products::fields::{CatalogueHandle, Price, Sku, Title};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, update))
        .routes(routes!(prices, set_prices))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A list to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreatePriceList {
    title: Title,
    /// The code of an asset whose kind is money. It never changes.
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    currency: String,
    /// For whom it is; left out: for everybody.
    #[schema(value_type = Option<String>)]
    customer_group: Option<CatalogueHandle>,
    /// From when on it holds; left out: it does.
    from: Option<Timestamp>,
    /// At this moment it holds no longer.
    until: Option<Timestamp>,
    #[serde(default = "yes")]
    #[schema(default = true)]
    is_active: bool,
}

const fn yes() -> bool {
    true
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PriceListPatch)]
struct PatchPriceList {
    title: Option<Title>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    customer_group: Option<Option<CatalogueHandle>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    from: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    until: Option<Option<Timestamp>>,
    is_active: Option<bool>,
}

/// Prices that hold beside those of variants; the lowest that holds applies.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceList)]
struct PriceListJson {
    id: PriceListId,
    title: String,
    #[schema(example = "EUR")]
    currency: String,
    /// For whom it is; null: for everybody.
    #[schema(required)]
    customer_group: Option<String>,
    #[schema(required)]
    from: Option<Timestamp>,
    #[schema(required)]
    until: Option<Timestamp>,
    is_active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What each piece of a variant costs from a quantity on.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListedTier {
    min_quantity: Quantity,
    amount: Price,
}

/// What a variant costs in a list.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListedPrice {
    sku: Sku,
    /// Without any the variant isn't in the list.
    #[schema(max_items = 20)]
    tiers: Vec<ListedTier>,
}

/// What variants are to cost in a list. Others stay in it as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutListedPrices {
    #[schema(min_items = 1, max_items = 500)]
    prices: Vec<ListedPrice>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<PriceListId>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PriceParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<Sku>>,
}

impl From<PriceList> for PriceListJson {
    fn from(it: PriceList) -> Self {
        Self {
            id: it.id,
            title: it.title,
            currency: it.currency,
            customer_group: it.customer_group,
            from: it.from,
            until: it.until,
            is_active: it.is_active,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

impl ListedPrice {
    fn of(it: ListedPrices) -> Option<Self> {
        let tier = |(from, amount)| {
            let (min_quantity, amount) = (Quantity::try_from(from), Price::try_from(amount));
            Some(ListedTier { min_quantity: min_quantity.ok()?, amount: amount.ok()? })
        };
        let tiers = it.tiers.into_iter().map(tier).collect::<Option<_>>()?;
        Some(Self { sku: Sku::try_from(it.sku).ok()?, tiers })
    }

    fn read(self, at: &str) -> Result<ListedPrices, Problem> {
        let tiers = self.tiers.iter().map(|it| (it.min_quantity.get(), it.amount.amount()));
        let mut tiers: Vec<_> = tiers.collect();
        tiers.sort_unstable_by_key(|(from, _)| *from);
        if tiers.len() > TIERS_MAX || tiers.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            let detail = format!("at most {TIERS_MAX}, each from a quantity of its own");
            return Err(invalid_field(format!("{at}/tiers"), detail));
        }
        Ok(ListedPrices { sku: self.sku.into(), tiers })
    }
}

fn answer(it: PriceList) -> Response {
    ([(ETAG, etag(it.version))], Json(PriceListJson::from(it))).into_response()
}

/// All price lists, the newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/price-lists",
    operation_id = "shop_price_lists_list",
    tag = "shop",
    params(ListParams),
    responses(
        (status = 200, description = "A page of lists.", body = Page<PriceListJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    _staff: CatalogueStaff,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(id)| id);
    let rows = shop.price_lists(after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |it| it.id, PriceListJson::from);
    Ok(page.into_response_for(&uri))
}

/// A price list.
#[utoipa::path(
    get,
    path = "/v1/shop/price-lists/{id}",
    operation_id = "shop_price_lists_get",
    tag = "shop",
    params(("id" = PriceListId, Path, description = "The list's id.")),
    responses(
        (status = 200, description = "The list.", body = PriceListJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such list.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(shop): State<Shop>,
    _staff: CatalogueStaff,
    Path(id): Path<PriceListId>,
) -> Result<Response, Problem> {
    Ok(answer(shop.price_list(id).await?))
}

/// Makes a price list, without prices yet.
#[utoipa::path(
    post,
    path = "/v1/shop/price-lists",
    operation_id = "shop_price_lists_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreatePriceList, example = json!({
        "title": "Black Friday", "currency": "EUR",
        "from": "2026-11-27T00:00:00Z", "until": "2026-11-28T00:00:00Z",
    })),
    responses(
        (status = 201, description = "The list.", body = PriceListJson,
         headers(("Location" = String, description = "Where the list is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The currency is unknown, it ends before it begins, or there are 1,000.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    ids: Ids,
    Json(body): Json<CreatePriceList>,
) -> Result<Response, Problem> {
    let now = shop.clock.now();
    let new = PriceList {
        id: PriceListId::from_u128(ids.get(0)),
        title: body.title.into(),
        currency: body.currency,
        customer_group: body.customer_group.map(String::from),
        from: body.from,
        until: body.until,
        is_active: body.is_active,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = shop.create_price_list(&actor, new).await?;
    let location = format!("/v1/shop/price-lists/{}", made.id);
    Ok(created(location, answer(made)))
}

/// Changes when a list holds, for whom, or whether it does. Orders that were placed stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/shop/price-lists/{id}",
    operation_id = "shop_price_lists_update",
    tag = "shop",
    params(
        ("id" = PriceListId, Path, description = "The list's id."),
        ("If-Match" = String, Header, description = "The list's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchPriceList = "application/json", example = json!({ "is_active": false })),
        (PatchPriceList = "application/merge-patch+json", example = json!({ "until": null })),
    )),
    responses(
        (status = 200, description = "The list as it is now.", body = PriceListJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such list.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It ends before it begins.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<PriceListId>,
    headers: HeaderMap,
    Json(body): Json<PatchPriceList>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = PriceListPatch {
        title: body.title.map(String::from),
        customer_group: body.customer_group.map(|group| group.map(String::from)),
        from: body.from,
        until: body.until,
        is_active: body.is_active,
    };
    Ok(answer(shop.update_price_list(&actor, id, &expected, patch).await?))
}

/// What variants cost in a list, by SKU.
#[utoipa::path(
    get,
    path = "/v1/shop/price-lists/{id}/prices",
    operation_id = "shop_price_lists_prices",
    tag = "shop",
    params(("id" = PriceListId, Path, description = "The list's id."), PriceParams),
    responses(
        (status = 200, description = "A page of prices.", body = Page<ListedPrice>),
        (status = 404, description = "There is no such list.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn prices(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    _staff: CatalogueStaff,
    Path(id): Path<PriceListId>,
    Query(params): Query<PriceParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map_or_else(String::new, |Cursor(sku)| sku.into());
    let rows = shop.listed_prices(id, &after, params.limit.with_one_more()).await?;
    let rows: Vec<ListedPrice> = rows.into_iter().filter_map(ListedPrice::of).collect();
    let page = Page::cut(rows, params.limit, |it| it.sku.clone(), |it| it);
    Ok(page.into_response_for(&uri))
}

/// Sets what variants cost in a list.
#[utoipa::path(
    put,
    path = "/v1/shop/price-lists/{id}/prices",
    operation_id = "shop_price_lists_set_prices",
    tag = "shop",
    params(("id" = PriceListId, Path, description = "The list's id.")),
    request_body(content = PutListedPrices, example = json!({ "prices": [
        { "sku": "85123A", "tiers": [{ "min_quantity": 1, "amount": "990" }] },
        { "sku": "85123B", "tiers": [] },
    ] })),
    responses(
        (status = 204, description = "They are set."),
        (status = 404, description = "There is no such list.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no variant with one of the SKUs.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn set_prices(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<PriceListId>,
    Json(body): Json<PutListedPrices>,
) -> Result<StatusCode, Problem> {
    if !(1..=PRICES_MAX).contains(&body.prices.len()) {
        return Err(invalid_field("/prices", format!("expected 1 to {PRICES_MAX} variants")));
    }
    let mut skus: Vec<&str> = body.prices.iter().map(|it| it.sku.as_str()).collect();
    skus.sort_unstable();
    if let Some(pair) = skus.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(invalid_field("/prices", format!("{} is there twice", pair[0])));
    }
    let read = body.prices.into_iter().enumerate();
    let read = read.map(|(index, it)| it.read(&format!("/prices/{index}")));
    shop.set_listed_prices(&actor, id, read.collect::<Result<_, _>>()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
