//! `POST /v1/shop/orders`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::WriteProblems;
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Json, Problem, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{StaffCustomer, StaffLine, StaffOrder};
use crate::carts::LINES_MAX;
use crate::fields::{Country, Email, Handle, Line, Note, Quantity, past};
use crate::ids::OrderId;
use crate::orders::json::OrderJson;
use crate::pricing::AMOUNT_MAX;
use crate::shop::Shop;

pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// An order that was made elsewhere, and paid there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOrder {
    /// Its number in another system: the same again is the same order.
    reference: Option<Line>,
    /// Who bought; nobody whom one knows, if left out.
    customer: Option<OrderCustomer>,
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR")]
    currency: String,
    /// Whose tax is in it; that of the house unless given.
    country: Option<Country>,
    /// When it was placed, if not now.
    placed_at: Option<Timestamp>,
    note: Option<Note>,
    #[schema(min_items = 1, max_items = 2000)]
    lines: Vec<CreateOrderLine>,
    /// What the payment is known by where it was made.
    payment_reference: Option<Line>,
    /// Everything was sent at once, when it was placed.
    shipped: Option<ShippedAtOnce>,
}

/// Who bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderCustomer {
    /// Their number in another system: orders with the same one are of the same customer.
    reference: Option<Line>,
    email: Option<Email>,
    name: Option<Line>,
}

/// What was bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOrderLine {
    #[schema(example = "MUG-RED")]
    sku: String,
    quantity: Quantity,
    /// What one piece cost, in the currency's minor unit; the catalogue's price unless given.
    unit_price: Option<Amount>,
}

/// A parcel with all of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShippedAtOnce {
    /// Handle of the place from which it was sent; `main` unless given.
    location: Option<Handle>,
}

impl OrderCustomer {
    pub(crate) fn read(self) -> StaffCustomer {
        StaffCustomer {
            reference: self.reference.map(String::from),
            email: self.email.map(String::from),
            name: self.name.map(String::from),
        }
    }
}

impl CreateOrder {
    fn read(self, now: Timestamp) -> Result<StaffOrder, Problem> {
        if self.lines.is_empty() || self.lines.len() > LINES_MAX {
            return Err(invalid_field("/lines", format!("expected 1 to {LINES_MAX} lines")));
        }
        past("/placed_at", self.placed_at, now)?;
        let dear = |it: &CreateOrderLine| it.unit_price.is_some_and(|it| it.get() > AMOUNT_MAX);
        if let Some(index) = self.lines.iter().position(dear) {
            return Err(invalid_field(format!("/lines/{index}/unit_price"), "is too large"));
        }
        let line = |it: CreateOrderLine| StaffLine {
            sku: it.sku,
            quantity: it.quantity.get(),
            unit_price: it.unit_price,
        };
        let place = |it: ShippedAtOnce| {
            it.location.map_or_else(|| crate::locations::MAIN.to_owned(), String::from)
        };
        Ok(StaffOrder {
            reference: self.reference.map(String::from),
            customer: self.customer.map(OrderCustomer::read).unwrap_or_default(),
            currency: self.currency,
            country: self.country.map(|it| it.0),
            placed_at: self.placed_at,
            note: self.note.map(String::from),
            lines: self.lines.into_iter().map(line).collect(),
            payment_reference: self.payment_reference.map(String::from),
            shipped_from: self.shipped.map(place),
        })
    }
}

/// Writes down an order that was made elsewhere, by phone or in another system, and paid there: its
/// goods are taken as any order's are. With its date and its prices it may be long past.
#[utoipa::path(
    post,
    path = "/v1/shop/orders",
    operation_id = "shop_orders_create",
    tag = "shop",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateOrder, example = json!({
        "reference": "536365", "customer": { "reference": "17850" }, "currency": "EUR",
        "placed_at": "2010-12-01T08:26:00Z",
        "lines": [{ "sku": "MUG-RED", "quantity": 6, "unit_price": "255" }], "shipped": {},
    })),
    responses(
        (status = 200, description = "The order that was written down before.", body = OrderJson),
        (status = 201, description = "The order.", body = OrderJson),
        (status = 404, description = "`shop.location.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.variant.sku_unknown`, `shop.stock.insufficient`, `shop.cart.not_ready`: a line has no price, and the like.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateOrder>,
) -> Result<Response, Problem> {
    let new = body.read(shop.clock.now())?;
    if let Some(place) = &new.shipped_from {
        shop.require_location(place).await?;
    }
    let id = OrderId::from_u128(ids.get(0));
    let (whole, is_new) = shop.create_staff_order(&actor, id, &new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(OrderJson::from(shop.order_view(whole).await?))).into_response())
}
