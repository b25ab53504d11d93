//! `/v1/shop/promotions`, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, invalid_field};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PromotionPatch;
use crate::fields::{Line, nullable};
use crate::ids::PromotionId;
use crate::pricing::promotions::{Conditions, Effect};
use crate::pricing::{AMOUNT_MAX, Promotion};
use crate::shop::Shop;

const WHOLE: u32 = 1_000_000;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get, update))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A reduction of prices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Promotion)]
pub(crate) struct PromotionJson {
    id: PromotionId,
    title: String,
    /// What buyers type in; null: it applies by itself.
    #[schema(required)]
    code: Option<String>,
    effect: Effect,
    conditions: Conditions,
    /// Applies together with others; otherwise alone, if that is more.
    combines: bool,
    /// The lower, the earlier it is applied.
    priority: i32,
    #[schema(required)]
    starts_at: Option<Timestamp>,
    #[schema(required)]
    ends_at: Option<Timestamp>,
    /// How many orders may use it.
    #[schema(required)]
    uses_max: Option<u64>,
    #[schema(required)]
    uses_max_per_customer: Option<u64>,
    is_active: bool,
}

/// A promotion, and how often it was used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsedPromotion)]
pub(crate) struct UsedPromotionJson {
    #[serde(flatten)]
    promotion: PromotionJson,
    /// How many orders used it.
    used: u64,
}

impl From<Promotion> for PromotionJson {
    fn from(it: Promotion) -> Self {
        Self {
            id: it.id,
            title: it.title,
            code: it.code,
            effect: it.effect,
            conditions: it.conditions,
            combines: it.combines,
            priority: it.priority,
            starts_at: it.starts_at,
            ends_at: it.ends_at,
            uses_max: it.uses_max,
            uses_max_per_customer: it.uses_max_per_customer,
            is_active: it.is_active,
        }
    }
}

fn answer(status: StatusCode, promotion: Promotion, used: u64) -> Response {
    let version = etag(promotion.version);
    let body = UsedPromotionJson { promotion: promotion.into(), used };
    (status, [(ETAG, version)], Json(body)).into_response()
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PromotionParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<PromotionId>>,
}

/// All promotions, the newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/promotions",
    operation_id = "shop_promotions_list",
    tag = "shop",
    params(PromotionParams),
    responses(
        (status = 200, description = "A page of promotions.", body = Page<PromotionJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<PromotionParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(id)| id);
    let rows = shop.promotions(&actor, after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |it| it.id, PromotionJson::from);
    Ok(page.into_response_for(&uri))
}

/// A promotion.
#[utoipa::path(
    get,
    path = "/v1/shop/promotions/{id}",
    operation_id = "shop_promotions_get",
    tag = "shop",
    params(("id" = PromotionId, Path, description = "Its id.")),
    responses(
        (status = 200, description = "The promotion.", body = UsedPromotionJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such promotion.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<PromotionId>,
) -> Result<Response, Problem> {
    let (promotion, used) = shop.promotion(&actor, id).await?;
    Ok(answer(StatusCode::OK, promotion, used))
}

/// A promotion to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePromotion {
    title: Line,
    /// 1 to 40 of A-Z, 0-9, - and _, in any case; without one it applies by itself.
    #[schema(example = "SPRING10")]
    code: Option<String>,
    effect: Effect,
    #[serde(default)]
    conditions: Conditions,
    /// True unless given.
    combines: Option<bool>,
    #[serde(default)]
    #[schema(minimum = -1000, maximum = 1000)]
    priority: i16,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    uses_max: Option<u64>,
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    uses_max_per_customer: Option<u64>,
}

/// A code as it is compared: in capital letters.
pub(crate) fn read_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let is_part = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    ((1..=40).contains(&code.len()) && code.bytes().all(is_part)).then_some(code)
}

fn check_effect(effect: &Effect) -> Result<(), Problem> {
    let is_fine = match effect {
        Effect::Percentage { rate } => (1..=WHOLE).contains(rate),
        Effect::Amount { currency, amount } => {
            ledger::is_asset_code(currency) && (1..=AMOUNT_MAX).contains(&amount.get())
        }
        Effect::BuyGet { buy, get, rate } => {
            (1..=1_000).contains(buy) && (1..=1_000).contains(get) && (1..=WHOLE).contains(rate)
        }
        Effect::FreeShipping => true,
    };
    if is_fine { Ok(()) } else { Err(invalid_field("/effect", "a number is out of its range")) }
}

fn check_conditions(conditions: &Conditions) -> Result<(), Problem> {
    let is_tag = |tag: &String| kernel::text::is_line(tag, 1..=64);
    let is_fine = conditions.products.len() <= 1_000
        && conditions.tags.len() <= 100
        && conditions.tags.iter().all(is_tag)
        && conditions.subtotal_min.as_ref().is_none_or(|it| ledger::is_asset_code(&it.currency));
    if is_fine { Ok(()) } else { Err(invalid_field("/conditions", "too many, or malformed")) }
}

fn check_uses(field: &str, uses: Option<u64>) -> Result<Option<u64>, Problem> {
    match uses {
        Some(uses) if !(1..=1_000_000_000).contains(&uses) => {
            Err(invalid_field(format!("/{field}"), "expected 1 to 1000000000"))
        }
        uses => Ok(uses),
    }
}

/// Makes a promotion.
#[utoipa::path(
    post,
    path = "/v1/shop/promotions",
    operation_id = "shop_promotions_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreatePromotion, example = json!({
        "title": "Spring", "code": "SPRING10", "effect": { "kind": "percentage", "rate": 100000 },
        "uses_max": 500, "uses_max_per_customer": 1,
    })),
    responses(
        (status = 201, description = "The promotion.", body = UsedPromotionJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "`shop.promotion.code_taken`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreatePromotion>,
) -> Result<Response, Problem> {
    check_effect(&body.effect)?;
    check_conditions(&body.conditions)?;
    let bad_code = || invalid_field("/code", "expected 1 to 40 of A-Z, 0-9, - and _");
    let code = body.code.map(|code| read_code(&code).ok_or_else(bad_code)).transpose()?;
    let new = Promotion {
        id: PromotionId::from_u128(ids.get(0)),
        title: body.title.into(),
        code,
        effect: body.effect,
        conditions: body.conditions,
        combines: body.combines.unwrap_or(true),
        priority: body.priority.into(),
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        uses_max: check_uses("uses_max", body.uses_max)?,
        uses_max_per_customer: check_uses("uses_max_per_customer", body.uses_max_per_customer)?,
        is_active: true,
        version: 1,
    };
    Ok(answer(StatusCode::CREATED, shop.create_promotion(&actor, new).await?, 0))
}

/// A merge patch (RFC 7396): what is left out stays, null clears. The code never changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PromotionPatch)]
pub(crate) struct PatchBody {
    title: Option<Line>,
    effect: Option<Effect>,
    conditions: Option<Conditions>,
    combines: Option<bool>,
    #[schema(minimum = -1000, maximum = 1000)]
    priority: Option<i16>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    starts_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    ends_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<u64>)]
    uses_max: Option<Option<u64>>,
    /// For customers who haven't used it yet.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<u64>)]
    uses_max_per_customer: Option<Option<u64>>,
    is_active: Option<bool>,
}

/// Changes a promotion. Orders that were placed stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/shop/promotions/{id}",
    operation_id = "shop_promotions_update",
    tag = "shop",
    params(
        ("id" = PromotionId, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "Its ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "is_active": false })),
        (PatchBody = "application/merge-patch+json", example = json!({ "ends_at": null })),
    )),
    responses(
        (status = 200, description = "The promotion as it is now.", body = UsedPromotionJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such promotion.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<PromotionId>,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    body.effect.as_ref().map_or(Ok(()), check_effect)?;
    body.conditions.as_ref().map_or(Ok(()), check_conditions)?;
    check_uses("uses_max", body.uses_max.flatten())?;
    check_uses("uses_max_per_customer", body.uses_max_per_customer.flatten())?;
    let patch = PromotionPatch {
        title: body.title.map(String::from),
        effect: body.effect,
        conditions: body.conditions,
        combines: body.combines,
        priority: body.priority.map(i32::from),
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        uses_max: body.uses_max,
        uses_max_per_customer: body.uses_max_per_customer,
        is_active: body.is_active,
    };
    let (promotion, used) = shop.update_promotion(&actor, id, patch, &expected).await?;
    Ok(answer(StatusCode::OK, promotion, used))
}
