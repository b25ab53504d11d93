//! `/v1/shop/orders`, and `/v1/shop/carts/{id}/complete`, from which they come.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cancel::NewCancellation;
use super::json::{OrderJson, OrderSummaryJson, versioned};
use super::service::Completion;
use super::store::OrderFilter;
use super::{Order, OrderStatus};
use crate::carts::LINES_MAX;
use crate::carts::access::Shopper;
use crate::fields::{Note, Quantity};
use crate::ids::{CancellationId, CartId, CustomerId, OrderId, OrderLineId};
use crate::languages::Wanted;
use crate::order_payments::{self, http::PaymentInput};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(complete))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(overview))
        .merge(super::edits::http::routes())
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn cancel_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(cancel))
}

/// What a buyer says when a cart becomes an order.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompleteCart {
    /// With what it is paid; together the total. Empty if it costs nothing.
    #[serde(default)]
    #[schema(max_items = 10)]
    payments: Vec<PaymentInput>,
    /// The total that the buyer saw: another one is refused.
    total: Option<Amount>,
}

impl CompleteCart {
    fn read(self, shopper: &Shopper, wanted: &Wanted) -> Result<Completion, Problem> {
        let payments = order_payments::http::wishes(self.payments, shopper)?;
        let language = Some(wanted.first().to_owned()).filter(|it| !it.is_empty());
        Ok(Completion { payments, total_shown: self.total, language })
    }
}

/// Makes an order of a cart: its goods and its money are held in one step, all or nothing.
/// Repeating it is harmless: a cart becomes one order, and that is the answer.
#[utoipa::path(
    post,
    path = "/v1/shop/carts/{id}/complete",
    operation_id = "shop_carts_complete",
    tag = "shop",
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token; it opens the order, too."),
    ),
    request_body(content = CompleteCart, example = json!({ "payments": [{ "kind": "wallet" }], "total": "1250" })),
    responses(
        (status = 200, description = "The order that the cart became before.", body = OrderJson),
        (status = 201, description = "The order.", body = OrderJson),
        (status = 404, description = "The caller has no such cart.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.cart.total_changed`, `shop.cart.changed` or `shop.cart.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.cart.not_ready` with what is missing, `shop.payment.differs`, `shop.payment.funds_insufficient`, `shop.promotion.used_up` and the like.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn complete(
    State(shop): State<Shop>,
    shopper: Shopper,
    wanted: Wanted,
    Path(id): Path<CartId>,
    Json(body): Json<CompleteCart>,
) -> Result<Response, Problem> {
    let completion = body.read(&shopper, &wanted)?;
    let (whole, is_new) = shop.complete_cart(&shopper, id, &completion).await?;
    let (status, view) = match is_new {
        true => (StatusCode::CREATED, shop.new_order_view(whole).await?),
        false => (StatusCode::OK, shop.order_view(whole).await?),
    };
    Ok((status, Json(OrderJson::from(view))).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, OrderId)>>,
}

fn answer(rows: Vec<Order>, limit: Limit, uri: &axum::http::Uri) -> Response {
    let position = |it: &Order| (it.placed_at.unwrap_or(it.created_at), it.id);
    Page::cut(rows, limit, position, OrderSummaryJson::from).into_response_for(uri)
}

/// The caller's own orders, newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/orders",
    operation_id = "shop_orders_list",
    tag = "shop",
    params(OrderParams),
    responses(
        (status = 200, description = "A page of orders.", body = Page<OrderSummaryJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<OrderParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(after)| after);
    let rows = shop.own_orders(&actor, after, params.limit.with_one_more()).await?;
    Ok(answer(rows, params.limit, &uri))
}

/// An order of the caller's own, a guest's by its token, or for staff anybody's.
#[utoipa::path(
    get,
    path = "/v1/shop/orders/{id}",
    operation_id = "shop_orders_get",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The order.", body = OrderJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The caller has no such order.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    Ok(versioned(shop.order(&shopper, id).await?))
}

/// Why an order is cancelled, and what of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelOrder {
    reason: Option<Note>,
    /// Pieces of lines, each line once, for staff; everything that is open, if left out.
    #[serde(default)]
    #[schema(max_items = 2000)]
    lines: Vec<CancelLine>,
}

/// Pieces of a line that aren't sent any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelLine {
    line: OrderLineId,
    quantity: Quantity,
}

impl CancelOrder {
    fn read(self, id: CancellationId) -> Result<NewCancellation, Problem> {
        if self.lines.len() > LINES_MAX {
            return Err(invalid_field("/lines", format!("expected at most {LINES_MAX} lines")));
        }
        let mut lines: Vec<(OrderLineId, u32)> = Vec::with_capacity(self.lines.len());
        for (index, it) in self.lines.into_iter().enumerate() {
            if lines.iter().any(|(line, _)| *line == it.line) {
                return Err(invalid_field(format!("/lines/{index}/line"), "is there twice"));
            }
            lines.push((it.line, it.quantity.get()));
        }
        Ok(NewCancellation { id, lines, reason: self.reason.map(String::from) })
    }
}

/// Cancels what is still open of an order: its buyer can as long as nothing was sent, staff always.
/// Goods and money are free again. Staff can also lower the quantities of lines, or take lines off.
/// Repeating it without lines is harmless.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/cancel",
    operation_id = "shop_orders_cancel",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CancelOrder, example = json!({ "reason": "ordered twice" })),
    responses(
        (status = 200, description = "The order as it is now.", body = OrderJson),
        (status = 404, description = "The caller has no such order.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.not_open`: some of it was sent; `shop.order.busy`, `shop.order.not_paid`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.order.line_not_open` or `shop.order.pieces_by_staff`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn cancel(
    State(shop): State<Shop>,
    shopper: Shopper,
    ids: Ids,
    Path(id): Path<OrderId>,
    Json(body): Json<CancelOrder>,
) -> Result<Json<OrderJson>, Problem> {
    let new = body.read(CancellationId::from_u128(ids.get(0)))?;
    let whole = shop.cancel_order(&shopper, id, new).await?;
    Ok(Json(shop.order_view(whole).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverviewParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, OrderId)>>,
    #[serde(rename = "filter[status]")]
    #[param(inline)]
    status: Option<OrderStatus>,
    /// The number that people say.
    #[serde(rename = "filter[number]")]
    number: Option<i64>,
    #[serde(rename = "filter[customer]")]
    #[param(value_type = Option<CustomerId>)]
    customer: Option<CustomerId>,
}

/// Everybody's orders, for staff, newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/overview/orders",
    operation_id = "shop_overview_orders",
    tag = "shop",
    params(OverviewParams),
    responses(
        (status = 200, description = "A page of orders.", body = Page<OrderSummaryJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn overview(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<OverviewParams>,
) -> Result<Response, Problem> {
    let filter = OrderFilter {
        user: None,
        customer: params.customer,
        status: params.status,
        number: params.number,
    };
    let after = params.cursor.map(|Cursor(after)| after);
    let rows = shop.all_orders(&actor, &filter, after, params.limit.with_one_more()).await?;
    Ok(answer(rows, params.limit, &uri))
}
