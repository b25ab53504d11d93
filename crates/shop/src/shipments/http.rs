//! `/v1/shop/orders/{id}/shipments`, for staff.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::plan::NewShipment;
use super::{Shipment, ShipmentState};
use crate::carts::LINES_MAX;
use crate::fields::{Handle, Line, Quantity, past};
use crate::ids::{OrderId, OrderLineId, ShipmentId};
use crate::locations;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(deliver))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub(crate) struct ShipmentJson {
    id: ShipmentId,
    state: ShipmentState,
    #[schema(required)]
    carrier: Option<String>,
    #[schema(required)]
    tracking: Option<String>,
    /// Where its way can be followed.
    #[schema(required)]
    url: Option<String>,
    lines: Vec<ShippedLineJson>,
    /// What it is worth, sending and tax included.
    amount: Amount,
    shipped_at: Timestamp,
    #[schema(required)]
    delivered_at: Option<Timestamp>,
}

/// Pieces of a line in a parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippedLine)]
pub(crate) struct ShippedLineJson {
    line: OrderLineId,
    quantity: u32,
    /// What they are worth, tax included.
    amount: Amount,
}

impl From<Shipment> for ShipmentJson {
    fn from(it: Shipment) -> Self {
        let worth = |net: Amount, tax: Amount| net.get() + tax.get();
        let goods: u128 = it.lines.iter().map(|line| worth(line.net, line.tax)).sum();
        let line = |line: &super::ShippedLine| ShippedLineJson {
            line: line.line,
            quantity: line.quantity,
            amount: Amount::new(worth(line.net, line.tax)),
        };
        Self {
            id: it.id,
            state: it.state,
            lines: it.lines.iter().map(line).collect(),
            amount: Amount::new(goods + worth(it.shipping_net, it.shipping_tax)),
            carrier: it.carrier,
            tracking: it.tracking,
            url: it.url,
            shipped_at: it.shipped_at,
            delivered_at: it.delivered_at,
        }
    }
}

/// A parcel to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateShipment {
    /// Pieces of lines, each line once; everything that is open, if left out.
    #[serde(default)]
    #[schema(max_items = 2000)]
    lines: Vec<ShipLine>,
    /// Handle of the place from which what wasn't there at the sale is taken; `main` unless given.
    location: Option<Handle>,
    carrier: Option<Line>,
    tracking: Option<Line>,
    /// Where its way can be followed: https.
    #[schema(max_length = 500, example = "https://post.example/1Z999")]
    url: Option<String>,
    /// When it was sent, if not now.
    shipped_at: Option<Timestamp>,
}

/// Pieces of a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipLine {
    line: OrderLineId,
    quantity: Quantity,
}

impl CreateShipment {
    fn read(self, now: Timestamp) -> Result<NewShipment, Problem> {
        past("/shipped_at", self.shipped_at, now)?;
        if self.lines.len() > LINES_MAX {
            return Err(invalid_field("/lines", format!("expected at most {LINES_MAX} lines")));
        }
        let is_url = |url: &String| {
            url.len() <= 500
                && url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
                && url.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.url.as_ref().is_some_and(|url| !is_url(url)) {
            return Err(invalid_field("/url", "expected an address that begins with https://"));
        }
        Ok(NewShipment {
            lines: self.lines.iter().map(|it| (it.line, it.quantity.get())).collect(),
            location: self.location.map_or_else(|| locations::MAIN.to_owned(), String::from),
            carrier: self.carrier.map(String::from),
            tracking: self.tracking.map(String::from),
            url: self.url,
            shipped_at: self.shipped_at,
        })
    }
}

/// Sends a parcel: its goods leave the stock and what they cost is taken from what is held, in one
/// step.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/shipments",
    operation_id = "shop_shipments_create",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateShipment, example = json!({ "carrier": "Post", "tracking": "1Z999" })),
    responses(
        (status = 201, description = "The parcel.", body = ShipmentJson),
        (status = 404, description = "`shop.order.not_found`, `shop.order.line_not_found` or `shop.location.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.not_open`, `shop.order.not_paid`, `shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.order.line_not_open` or `shop.shipment.not_in_stock`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Path(order): Path<OrderId>,
    Json(body): Json<CreateShipment>,
) -> Result<Response, Problem> {
    let id = ShipmentId::from_u128(ids.get(0));
    let shipment = shop.ship_order(&actor, order, id, &body.read(shop.clock.now())?).await?;
    Ok((StatusCode::CREATED, Json(ShipmentJson::from(shipment))).into_response())
}

/// Says that a parcel arrived. Repeating it is harmless.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/shipments/{shipment}/deliver",
    operation_id = "shop_shipments_deliver",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("shipment" = ShipmentId, Path, description = "The parcel's id."),
    ),
    responses(
        (status = 200, description = "The parcel.", body = ShipmentJson),
        (status = 404, description = "`shop.order.not_found` or `shop.shipment.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.shipment.not_in_stock`: it was never sent.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn deliver(
    State(shop): State<Shop>,
    actor: Actor,
    Path((order, id)): Path<(OrderId, ShipmentId)>,
) -> Result<Json<ShipmentJson>, Problem> {
    Ok(Json(shop.deliver_shipment(&actor, order, id).await?.into()))
}
