//! `/v1/shop/shipping-methods`.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, invalid_field};
use kernel::{Json, Page, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ShippingMethodPatch;
use crate::fields::{Country, Handle, Line};
use crate::ids::ShippingMethodId;
use crate::pricing::shipping::ShippingRate;
use crate::pricing::{AMOUNT_MAX, ShippingMethod};
use crate::shop::Shop;

const RATES_MAX: usize = 100;
const COUNTRIES_MAX: usize = 250;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(update))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A way in which orders are sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippingMethod)]
pub(crate) struct ShippingMethodJson {
    id: ShippingMethodId,
    handle: String,
    title: String,
    /// Where it goes to; everywhere if empty.
    countries: Vec<String>,
    tax_class: String,
    /// Of these the first one that fits the basket counts.
    rates: Vec<ShippingRate>,
    is_active: bool,
    /// Its ETag.
    version: u32,
}

impl From<ShippingMethod> for ShippingMethodJson {
    fn from(it: ShippingMethod) -> Self {
        Self {
            id: it.id,
            handle: it.handle,
            title: it.title,
            countries: it.countries,
            tax_class: it.tax_class,
            rates: it.rates,
            is_active: it.is_active,
            version: it.version,
        }
    }
}

fn answer(status: StatusCode, method: ShippingMethod) -> Response {
    let version = etag(method.version);
    (status, [(ETAG, version)], Json(ShippingMethodJson::from(method))).into_response()
}

/// The ways in which orders are sent; staff sees those that aren't offered, too.
#[utoipa::path(
    get,
    path = "/v1/shop/shipping-methods",
    operation_id = "shop_shipping_methods_list",
    tag = "shop",
    responses(
        (status = 200, description = "All at once, the oldest first.", body = Page<ShippingMethodJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    actor: Option<axum::Extension<Actor>>,
) -> Result<Json<Page<ShippingMethodJson>>, Problem> {
    let actor = actor.map(|axum::Extension(actor)| actor);
    let methods = shop.shipping_methods(actor.as_ref()).await?;
    let data = methods.into_iter().map(ShippingMethodJson::from).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// A way of shipping to offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateShippingMethod {
    handle: Handle,
    title: Line,
    #[serde(default)]
    #[schema(max_items = 250)]
    countries: Vec<Country>,
    /// `standard` unless given.
    tax_class: Option<Handle>,
    #[schema(min_items = 1, max_items = 100)]
    rates: Vec<ShippingRate>,
}

fn check(rates: &[ShippingRate], countries: &[Country]) -> Result<(), Problem> {
    if !(1..=RATES_MAX).contains(&rates.len()) {
        return Err(invalid_field("/rates", "expected 1 to 100 rates"));
    }
    if countries.len() > COUNTRIES_MAX {
        return Err(invalid_field("/countries", "expected at most 250 countries"));
    }
    for (index, rate) in rates.iter().enumerate() {
        let at = |field: &str| format!("/rates/{index}/{field}");
        if !ledger::is_asset_code(&rate.currency) {
            return Err(invalid_field(at("currency"), "expected the code of an asset"));
        }
        if rate.amount.get() > AMOUNT_MAX {
            return Err(invalid_field(at("amount"), "is too large"));
        }
    }
    Ok(())
}

/// Offers a way of shipping.
#[utoipa::path(
    post,
    path = "/v1/shop/shipping-methods",
    operation_id = "shop_shipping_methods_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateShippingMethod, example = json!({
        "handle": "post", "title": "Post", "countries": ["AT", "DE"],
        "rates": [
            { "currency": "EUR", "amount": "0", "subtotal_min": "5000" },
            { "currency": "EUR", "amount": "490", "weight_g_max": 10000 },
        ],
    })),
    responses(
        (status = 201, description = "The way of shipping.", body = ShippingMethodJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "`shop.shipping_method.taken`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateShippingMethod>,
) -> Result<Response, Problem> {
    check(&body.rates, &body.countries)?;
    let new = ShippingMethod {
        id: ShippingMethodId::from_u128(ids.get(0)),
        handle: body.handle.into(),
        title: body.title.into(),
        countries: body.countries.into_iter().map(String::from).collect(),
        tax_class: body.tax_class.map_or_else(|| "standard".to_owned(), String::from),
        is_active: true,
        rates: body.rates,
        version: 1,
    };
    Ok(answer(StatusCode::CREATED, shop.create_shipping_method(&actor, new).await?))
}

/// A merge patch (RFC 7396): what is left out stays; lists are exchanged as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ShippingMethodPatch)]
pub(crate) struct PatchBody {
    title: Option<Line>,
    #[schema(max_items = 250)]
    countries: Option<Vec<Country>>,
    tax_class: Option<Handle>,
    #[schema(min_items = 1, max_items = 100)]
    rates: Option<Vec<ShippingRate>>,
    is_active: Option<bool>,
}

/// Changes a way of shipping. Orders that were placed stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/shop/shipping-methods/{id}",
    operation_id = "shop_shipping_methods_update",
    tag = "shop",
    params(
        ("id" = ShippingMethodId, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "Its ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "is_active": false })),
        (PatchBody = "application/merge-patch+json", example = json!({ "title": "Parcel" })),
    )),
    responses(
        (status = 200, description = "As it is now.", body = ShippingMethodJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such way of shipping.",
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
    Path(id): Path<ShippingMethodId>,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    if let Some(rates) = &body.rates {
        check(rates, &[])?;
    }
    let patch = ShippingMethodPatch {
        title: body.title.map(String::from),
        countries: body.countries.map(|all| all.into_iter().map(String::from).collect()),
        tax_class: body.tax_class.map(String::from),
        rates: body.rates,
        is_active: body.is_active,
    };
    Ok(answer(StatusCode::OK, shop.update_shipping_method(&actor, id, patch, &expected).await?))
}
