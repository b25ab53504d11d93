//! `/v1/shop/carts`, for users and guests. A guest shows the cart's token in `Cart-Token`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::invalid_field;
use kernel::secret::SecretToken;
use kernel::{Json, Page, Path, Problem, Query};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{self, Shopper};
use super::json::CartJson;
use super::service::{CartPatch, WantedItem, WantedVariant};
use super::store::lines::LinePatch;
use super::view::CartView;
use super::{Address, LINES_MAX};
use crate::fields::{Email, Line, Note, Quantity, nullable};
use crate::ids::{CartId, CartLineId, ShippingMethodId, VariantId};
use crate::shop::Shop;

const TOKEN_PREFIX: &str = "bshl_ct_";
const CODES_MAX: usize = 20;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(set_line, remove_line))
        .routes(routes!(reserve, release))
        .routes(routes!(claim))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(add_lines))
}

fn shown(view: &CartView) -> Json<CartJson> {
    Json(CartJson::new(view, None))
}

/// A cart to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCart {
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    currency: String,
}

/// Begins a cart. Who is signed in gets their open one in this currency, if there is one; a guest
/// gets a token that belongs into the header `Cart-Token` from then on.
#[utoipa::path(
    post,
    path = "/v1/shop/carts",
    operation_id = "shop_carts_create",
    tag = "shop",
    request_body(content = CreateCart, example = json!({ "currency": "EUR" })),
    responses(
        (status = 200, description = "The cart that was open already.", body = CartJson),
        (status = 201, description = "A new cart.", body = CartJson),
        (status = 422, description = "`shop.currency.unknown`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    shopper: Shopper,
    Json(body): Json<CreateCart>,
) -> Result<Response, Problem> {
    let token = SecretToken::generate(TOKEN_PREFIX);
    let hash = access::hash(token.as_str());
    let id = CartId::generate();
    let (view, is_new) = shop.create_cart(&shopper, id, &body.currency, Some(hash)).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let token = view.cart.token_hash.as_ref().map(|_| token.as_str().to_owned());
    Ok((status, Json(CartJson::new(&view, token.filter(|_| is_new)))).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CartParams {
    /// The code of an asset whose kind is money.
    #[serde(rename = "filter[currency]")]
    #[param(max_length = 64)]
    currency: Option<String>,
}

/// The open carts of the user who is signed in: one at most in each currency, the one that changed
/// last first. A guest has the id of theirs.
#[utoipa::path(
    get,
    path = "/v1/shop/carts",
    operation_id = "shop_carts_list",
    tag = "shop",
    params(CartParams),
    responses(
        (status = 200, description = "All of them.", body = Page<CartJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    actor: Actor,
    Query(params): Query<CartParams>,
) -> Result<Json<Page<CartJson>>, Problem> {
    let carts = shop.open_carts(&actor, params.currency.as_deref()).await?;
    let data = carts.iter().map(|view| CartJson::new(view, None)).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// A cart, with prices, stock and what is missing at this moment.
#[utoipa::path(
    get,
    path = "/v1/shop/carts/{id}",
    operation_id = "shop_carts_get",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The cart.", body = CartJson),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
) -> Result<Json<CartJson>, Problem> {
    Ok(shown(&shop.cart(&shopper, id).await?))
}

/// What to put into a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddLines {
    #[schema(min_items = 1, max_items = 2000)]
    items: Vec<AddItem>,
}

/// A variant, by its id or its SKU, and how many of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddItem {
    variant: Option<VariantId>,
    sku: Option<Line>,
    quantity: Quantity,
    /// What is written on the present.
    gift_note: Option<Note>,
}

impl AddItem {
    fn read((index, it): (usize, Self)) -> Result<WantedItem, Problem> {
        let variant = match (it.variant, it.sku) {
            (Some(id), None) => WantedVariant::Id(id),
            (None, Some(sku)) => WantedVariant::Sku(sku.into()),
            _ => {
                let pointer = format!("/items/{index}");
                return Err(invalid_field(pointer, "give either `variant` or `sku`"));
            }
        };
        let gift_note = it.gift_note.map(String::from).unwrap_or_default();
        Ok(WantedItem { variant, quantity: it.quantity.get(), gift_note })
    }
}

/// Puts pieces into a cart: all items or none. Any number of requests may do so at once.
#[utoipa::path(
    post,
    path = "/v1/shop/carts/{id}/lines",
    operation_id = "shop_carts_add_lines",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = AddLines, example = json!({ "items": [{ "sku": "85123A", "quantity": 2 }] })),
    responses(
        (status = 200, description = "The cart as it is now.", body = CartJson),
        (status = 404, description = "`shop.cart.not_found` or `shop.variant.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Too many lines or pieces, or a key that was used with another body.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn add_lines(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
    Json(body): Json<AddLines>,
) -> Result<Json<CartJson>, Problem> {
    if !(1..=LINES_MAX).contains(&body.items.len()) {
        return Err(invalid_field("/items", format!("expected 1 to {LINES_MAX} items")));
    }
    let items: Result<Vec<WantedItem>, Problem> =
        body.items.into_iter().enumerate().map(AddItem::read).collect();
    Ok(shown(&shop.add_to_cart(&shopper, id, items?).await?))
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SetLine {
    quantity: Option<Quantity>,
    /// What is written on the present.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Note>)]
    gift_note: Option<Option<Note>>,
}

/// Changes the pieces of a line, or what is written on the present. A line that comes to have the
/// variant and the note of another one goes into it.
#[utoipa::path(
    patch,
    path = "/v1/shop/carts/{id}/lines/{line}",
    operation_id = "shop_carts_set_line",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("line" = CartLineId, Path, description = "The line's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    request_body(content(
        (SetLine = "application/json", example = json!({ "quantity": 3 })),
        (SetLine = "application/merge-patch+json", example = json!({ "gift_note": "For Ben" })),
    )),
    responses(
        (status = 200, description = "The cart as it is now.", body = CartJson),
        (status = 404, description = "`shop.cart.not_found` or `shop.cart.line_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.cart.too_many_pieces`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn set_line(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(at): Path<(CartId, CartLineId)>,
    Json(body): Json<SetLine>,
) -> Result<Json<CartJson>, Problem> {
    let patch = LinePatch {
        quantity: body.quantity.map(Quantity::get),
        gift_note: body.gift_note.map(|note| note.map(String::from).unwrap_or_default()),
    };
    Ok(shown(&shop.set_cart_line(&shopper, at, &patch).await?))
}

/// Takes a line out of a cart.
#[utoipa::path(
    delete,
    path = "/v1/shop/carts/{id}/lines/{line}",
    operation_id = "shop_carts_remove_line",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("line" = CartLineId, Path, description = "The line's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The cart as it is now.", body = CartJson),
        (status = 404, description = "`shop.cart.not_found` or `shop.cart.line_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn remove_line(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(at): Path<(CartId, CartLineId)>,
) -> Result<Json<CartJson>, Problem> {
    let removed = LinePatch { quantity: Some(0), gift_note: None };
    Ok(shown(&shop.set_cart_line(&shopper, at, &removed).await?))
}

/// A merge patch (RFC 7396): what is left out stays, null clears; lists and addresses are exchanged
/// as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CartPatch)]
pub(crate) struct PatchBody {
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Email>)]
    email: Option<Option<Email>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Address>)]
    shipping_address: Option<Option<Address>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Address>)]
    billing_address: Option<Option<Address>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<ShippingMethodId>)]
    shipping_method: Option<Option<ShippingMethodId>>,
    /// Codes of promotions. One that does nothing now is refused.
    #[schema(max_items = 20)]
    codes: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Note>)]
    note: Option<Option<Note>>,
}

/// Says where a cart goes, how, and with which codes.
#[utoipa::path(
    patch,
    path = "/v1/shop/carts/{id}",
    operation_id = "shop_carts_update",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "email": "ann@example.org" })),
        (PatchBody = "application/merge-patch+json", example = json!({ "codes": ["SPRING10"] })),
    )),
    responses(
        (status = 200, description = "The cart as it is now.", body = CartJson),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.promotion.code_unknown`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
    Json(body): Json<PatchBody>,
) -> Result<Json<CartJson>, Problem> {
    let codes = match body.codes {
        None => None,
        Some(given) => Some(read_codes(&shop, &given).await?),
    };
    let patch = CartPatch {
        email: body.email.map(|email| email.map(String::from)),
        shipping_address: body.shipping_address,
        billing_address: body.billing_address,
        shipping_method: body.shipping_method,
        codes,
        note: body.note.map(|note| note.map(String::from)),
    };
    Ok(shown(&shop.update_cart(&shopper, id, patch).await?))
}

async fn read_codes(shop: &Shop, given: &[String]) -> Result<Vec<String>, Problem> {
    if given.len() > CODES_MAX {
        return Err(invalid_field("/codes", "expected at most 20 codes"));
    }
    let mut codes = Vec::with_capacity(given.len());
    for (index, code) in given.iter().enumerate() {
        match shop.require_code(code).await {
            Ok(code) if codes.contains(&code) => {}
            Ok(code) => codes.push(code),
            Err(error) => {
                let detail = error.to_string();
                return Err(Problem::from(error).with_field(format!("/codes/{index}"), detail));
            }
        }
    }
    Ok(codes)
}

/// Holds stock for a cart while its buyer checks out. Every change of the cart extends the time;
/// what isn't there is told among the requirements. Repeating it is harmless.
#[utoipa::path(
    put,
    path = "/v1/shop/carts/{id}/reservation",
    operation_id = "shop_carts_reserve",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The cart; `reserved_until` says for how long.", body = CartJson),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn reserve(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
) -> Result<Json<CartJson>, Problem> {
    Ok(shown(&shop.reserve_cart(&shopper, id).await?))
}

/// Releases the stock that is held for a cart.
#[utoipa::path(
    delete,
    path = "/v1/shop/carts/{id}/reservation",
    operation_id = "shop_carts_release",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 204, description = "Nothing is held for it."),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn release(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
) -> Result<StatusCode, Problem> {
    shop.release_cart(&shopper, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a guest's cart to the user who signed in: what is in it goes into their open one, if they
/// have one. Needs the session and the token.
#[utoipa::path(
    post,
    path = "/v1/shop/carts/{id}/claim",
    operation_id = "shop_carts_claim",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The guest's cart."),
        ("Cart-Token" = Option<String>, Header, description = "Its token."),
    ),
    responses(
        (status = 200, description = "The user's cart.", body = CartJson),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.not_open` or `shop.cart.changed`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.cart.claim_needs_user`.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn claim(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<CartId>,
) -> Result<Json<CartJson>, Problem> {
    Ok(shown(&shop.claim_cart(&shopper, id).await?))
}
