//! `/v1/shop/stock`, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::{StockEntry, StockOf};
use super::{ChangeKind, ChangedItem, DoneItem, NewStockChange};
use crate::books::code;
use crate::fields::{Handle, Line, past};
use crate::ids::{ProductId, StockChangeId, VariantId};
use crate::locations::{self, Location};
use crate::shop::Shop;

const ITEMS_MAX: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get)).routes(routes!(history))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(change))
}

/// What is done to stock.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StockChangeKind {
    /// It came from a supplier.
    Receive,
    /// It is brought to another place: `to`.
    Move,
    /// It was found (a quantity above zero) or is missing (below zero): `reason` says why.
    Adjust,
    /// So much was counted: what the books say otherwise is adjusted.
    Count,
}

/// A movement of stock by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateStockChange {
    kind: StockChangeKind,
    /// Handle of the place; `main` unless given.
    location: Option<Handle>,
    /// Handle of the place to which it is moved.
    to: Option<Handle>,
    /// Needed to adjust.
    reason: Option<Line>,
    /// A delivery note, say: at most 100 characters.
    reference: Option<Line>,
    /// When it happened, if not now.
    effective_at: Option<Timestamp>,
    /// Each SKU once.
    #[schema(min_items = 1, max_items = 1000)]
    items: Vec<StockItem>,
}

/// How many pieces of what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockItem {
    #[schema(example = "85123A")]
    sku: Line,
    /// Above zero; to adjust it may be below, and counted it may be zero.
    #[schema(example = "120")]
    quantity: SignedAmount,
}

/// What became of a movement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockChange)]
pub(crate) struct StockChangeJson {
    id: StockChangeId,
    kind: StockChangeKind,
    location: String,
    items: Vec<DoneItemJson>,
}

/// What became of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockChangeItem)]
struct DoneItemJson {
    sku: String,
    /// By how much it changed there (of a move: how much left or came).
    change: SignedAmount,
}

impl CreateStockChange {
    fn read(
        self,
        id: StockChangeId,
        now: Timestamp,
    ) -> Result<(StockChangeKind, NewStockChange), Problem> {
        past("/effective_at", self.effective_at, now)?;
        let kind = match (self.kind, self.to) {
            (StockChangeKind::Move, Some(to)) => ChangeKind::Move { to: to.into() },
            (StockChangeKind::Move, None) => return Err(invalid_field("/to", "is missing")),
            (_, Some(_)) => return Err(invalid_field("/to", "only what is moved goes somewhere")),
            (StockChangeKind::Receive, None) => ChangeKind::Receive,
            (StockChangeKind::Adjust, None) => ChangeKind::Adjust,
            (StockChangeKind::Count, None) => ChangeKind::Count,
        };
        if matches!(kind, ChangeKind::Adjust) && self.reason.is_none() {
            return Err(invalid_field("/reason", "is missing: say why"));
        }
        if self.reference.as_ref().is_some_and(|it| it.0.chars().count() > 100) {
            return Err(invalid_field("/reference", "a reference has at most 100 characters"));
        }
        let location = self.location.map_or_else(|| locations::MAIN.to_owned(), String::from);
        if matches!(&kind, ChangeKind::Move { to } if *to == location) {
            return Err(invalid_field("/to", "it is there already"));
        }
        let change = NewStockChange {
            id,
            items: read_items(&kind, self.items)?,
            kind,
            location,
            reason: self.reason.map(String::from),
            reference: self.reference.map(String::from),
            effective_at: self.effective_at,
        };
        Ok((self.kind, change))
    }
}

fn read_items(kind: &ChangeKind, items: Vec<StockItem>) -> Result<Vec<ChangedItem>, Problem> {
    const PIECES_MAX: i128 = 1_000_000_000_000;
    if !(1..=ITEMS_MAX).contains(&items.len()) {
        return Err(invalid_field("/items", format!("expected 1 to {ITEMS_MAX} items")));
    }
    let mut seen = hashbrown::HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let at = |field: &str| format!("/items/{index}/{field}");
        let pieces = item.quantity.get();
        let is_fine = match kind {
            ChangeKind::Receive | ChangeKind::Move { .. } => pieces > 0,
            ChangeKind::Adjust => pieces != 0,
            ChangeKind::Count => pieces >= 0,
        };
        if !is_fine || pieces.abs() > PIECES_MAX {
            return Err(invalid_field(at("quantity"), "is out of range for this kind of change"));
        }
        if !seen.insert(item.sku.0.clone()) {
            return Err(invalid_field(at("sku"), "is there twice"));
        }
    }
    let item = |it: StockItem| ChangedItem { sku: it.sku.into(), quantity: it.quantity };
    Ok(items.into_iter().map(item).collect())
}

/// Receives, moves, adjusts or counts stock: all items or none.
#[utoipa::path(
    post,
    path = "/v1/shop/stock/changes",
    operation_id = "shop_stock_change",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateStockChange, example = json!({
        "kind": "receive", "reference": "delivery 17", "items": [{ "sku": "85123A", "quantity": "120" }],
    })),
    responses(
        (status = 201, description = "It is done.", body = StockChangeJson),
        (status = 404, description = "`shop.location.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.variant.sku_unknown`, `shop.stock.insufficient`, `shop.stock.not_tracked`, or a key that was used with another body.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn change(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateStockChange>,
) -> Result<Response, Problem> {
    let (kind, change) = body.read(StockChangeId::from_u128(ids.get(0)), shop.clock.now())?;
    let (id, location) = (change.id, change.location.clone());
    let done = shop.change_stock(&actor, change).await?.into_iter();
    let items = done.map(|DoneItem { sku, change }| DoneItemJson { sku, change }).collect();
    let body = StockChangeJson { id, kind, location, items };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What there is of a variant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stock)]
pub(crate) struct StockJson {
    variant: VariantId,
    #[schema(example = "85123A")]
    sku: String,
    product: ProductId,
    /// The product's, as it is written.
    title: String,
    /// In what it differs from the product's other variants; null if there are none.
    #[schema(required)]
    variant_title: Option<String>,
    /// What can be sold at this moment, backorders included.
    sellable: Amount,
    /// Sold without being there.
    backordered: Amount,
    /// So much may be sold without being there.
    backorder_max: Amount,
    locations: Vec<LevelJson>,
}

/// What lies in one place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockLevel)]
struct LevelJson {
    #[schema(example = "main")]
    location: String,
    on_hand: Amount,
    /// Of it, for carts and orders.
    reserved: Amount,
    available: Amount,
}

impl StockJson {
    fn new(places: &[Location], it: StockOf) -> Self {
        let level = |(place, level): (&Location, &super::Level)| LevelJson {
            location: place.handle.clone(),
            on_hand: level.on_hand,
            reserved: level.reserved,
            available: Amount::new(level.free()),
        };
        Self {
            variant: it.variant.id,
            sku: it.variant.sku,
            product: it.name.product,
            title: it.name.title,
            variant_title: it.name.variant_title,
            sellable: Amount::new(it.levels.sellable()),
            backordered: it.levels.backordered,
            backorder_max: Amount::new(it.levels.backorder_max),
            locations: places.iter().zip(&it.levels.places).map(level).collect(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<String>>,
}

/// What there is of all variants of which stock is kept, in the order of their SKUs.
#[utoipa::path(
    get,
    path = "/v1/shop/stock",
    operation_id = "shop_stock_list",
    tag = "shop",
    params(StockParams),
    responses(
        (status = 200, description = "A page of stock.", body = Page<StockJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<StockParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(sku)| sku).filter(|sku| !sku.contains('\0'));
    let limit = params.limit.with_one_more();
    let (places, rows) = shop.stock(&actor, after.as_deref(), limit).await?;
    let position = |it: &StockOf| it.variant.sku.clone();
    let page = Page::cut(rows, params.limit, position, |it| StockJson::new(&places, it));
    Ok(page.into_response_for(&uri))
}

/// What there is of a variant.
#[utoipa::path(
    get,
    path = "/v1/shop/stock/{sku}",
    operation_id = "shop_stock_get",
    tag = "shop",
    params(("sku" = Line, Path, description = "Its stock keeping unit.", example = "85123A")),
    responses(
        (status = 200, description = "Its stock.", body = StockJson),
        (status = 404, description = "There is no such variant.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    actor: Actor,
    Path(sku): Path<Line>,
) -> Result<Json<StockJson>, Problem> {
    let (places, found) = shop.stock_of(&actor, &sku.0).await?;
    Ok(Json(StockJson::new(&places, found)))
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
    /// Handle of the place; `main` unless given.
    #[param(value_type = Option<String>, example = "main")]
    location: Option<Handle>,
}

/// Something that happened to a variant in a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StockEntry)]
pub(crate) struct StockEntryJson {
    /// `receipt`, `move`, `adjustment`, `reservation`, `order`, `return` or `other`.
    #[schema(value_type = String, example = "receipt")]
    kind: &'static str,
    /// What it added to what lies there.
    change: SignedAmount,
    /// What it added to what is reserved.
    reserved_change: SignedAmount,
    /// What lay there afterwards.
    on_hand: SignedAmount,
    /// What was reserved afterwards.
    reserved: Amount,
    /// Of a movement by hand: why.
    #[schema(required)]
    reason: Option<String>,
    /// A delivery note, an order.
    #[schema(required)]
    reference: Option<String>,
    at: Timestamp,
    /// When it happened, if that was said.
    #[schema(required)]
    effective_at: Option<Timestamp>,
}

impl StockEntryJson {
    fn new(it: StockEntry) -> Self {
        let record = &it.entry.transfer.record;
        let (effect, extra) = (record.effect(), record.extra());
        let signed = |plus: u128, minus: u128| {
            SignedAmount::difference(Amount::new(plus), Amount::new(minus)).unwrap_or_default()
        };
        let is_debit = it.entry.transfer.debit_account == it.account;
        let (change, reserved_change) = if is_debit {
            (signed(0, effect.posted), signed(effect.pending, effect.released))
        } else {
            (signed(effect.posted, 0), SignedAmount::ZERO)
        };
        let balances = it.entry.balances;
        let metadata = extra.metadata.as_deref();
        let metadata =
            metadata.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        let reason = metadata.and_then(|it| it["reason"].as_str().map(str::to_owned));
        Self {
            kind: kind_of(record.code),
            change,
            reserved_change,
            on_hand: signed(balances.credits_posted, balances.debits_posted),
            reserved: Amount::new(balances.debits_pending),
            reason,
            reference: extra.reference.as_deref().map(str::to_owned),
            at: Timestamp::from_micros(record.at),
            effective_at: extra.effective_at.map(Timestamp::from_micros),
        }
    }
}

const fn kind_of(code: u16) -> &'static str {
    match code {
        code::RECEIPT => "receipt",
        code::MOVE => "move",
        code::ADJUSTMENT => "adjustment",
        code::RESERVATION => "reservation",
        code::ORDER_GOODS => "order",
        code::RETURNED_GOODS => "return",
        _ => "other",
    }
}

/// What happened to a variant in a place, newest first: the history of its account in the ledger.
#[utoipa::path(
    get,
    path = "/v1/shop/stock/{sku}/history",
    operation_id = "shop_stock_history",
    tag = "shop",
    params(
        ("sku" = Line, Path, description = "Its stock keeping unit.", example = "85123A"),
        HistoryParams,
    ),
    responses(
        (status = 200, description = "A page of its history.", body = Page<StockEntryJson>),
        (status = 404, description = "There is no such variant.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn history(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Path(sku): Path<Line>,
    Query(params): Query<HistoryParams>,
) -> Result<Response, Problem> {
    let place = params.location.map_or_else(|| locations::MAIN.to_owned(), String::from);
    let cursor = params.cursor.map(|Cursor(seq)| seq);
    let limit = params.limit.get() + 1;
    let rows = shop.stock_history(&actor, (&sku.0, &place), cursor, limit).await?;
    let page = Page::cut(rows, params.limit, |it| it.seq, StockEntryJson::new);
    Ok(page.into_response_for(&uri))
}
