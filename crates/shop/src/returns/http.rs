//! `/v1/shop/orders/{id}/returns` and `/v1/shop/returns`.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::Ids;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json::{ApproveReturn, CreateReturn, ReceiveReturn, RejectReturn, ReturnJson};
use super::service::Decision;
use super::{Return, ReturnState};
use crate::carts::access::Shopper;
use crate::ids::{OrderId, ReturnId};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(close))
        .routes(routes!(overview))
}

/// On their own, because their answers are kept for repeats.
pub(crate) fn replayed_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create)).routes(routes!(receive))
}

/// Asks to return pieces of an order that were sent, within the shop's period, and perhaps for
/// something to be sent instead. What staff makes for somebody is approved, and has no period.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/returns",
    operation_id = "shop_returns_create",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateReturn, example = json!({
        "lines": [{ "line": "oln_01h455vb4pex5vsknk084sn02q", "quantity": 1, "reason": "damaged" }],
        "note": "the handle came off",
    })),
    responses(
        (status = 201, description = "The return.", body = ReturnJson),
        (status = 404, description = "`shop.order.not_found` or `shop.order.line_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.return.too_many`, `shop.return.too_late`, `shop.return.exchange_unavailable` or `shop.variant.sku_unknown`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    shopper: Shopper,
    ids: Ids,
    Path(order): Path<OrderId>,
    Json(body): Json<CreateReturn>,
) -> Result<Response, Problem> {
    let id = ReturnId::from_u128(ids.get(0));
    let it = shop.create_return(&shopper, order, id, &body.read()?).await?;
    Ok((StatusCode::CREATED, Json(ReturnJson::from(it))).into_response())
}

/// The returns of an order, the first one first.
#[utoipa::path(
    get,
    path = "/v1/shop/orders/{id}/returns",
    operation_id = "shop_returns_list",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "All of them.", body = Page<ReturnJson>),
        (status = 404, description = "The caller has no such order.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(order): Path<OrderId>,
) -> Result<Json<Page<ReturnJson>>, Problem> {
    let all = shop.returns_of_order(&shopper, order).await?;
    let data = all.into_iter().map(ReturnJson::from).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// A return of the caller's own, a guest's by the token of its order, or for staff anybody's.
#[utoipa::path(
    get,
    path = "/v1/shop/returns/{id}",
    operation_id = "shop_returns_get",
    tag = "shop",
    params(
        ("id" = ReturnId, Path, description = "The return's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The return.", body = ReturnJson),
        (status = 404, description = "The caller has no such return.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<ReturnId>,
) -> Result<Json<ReturnJson>, Problem> {
    Ok(Json(shop.one_return(&shopper, id).await?.into()))
}

/// Lets the goods come, and holds what is sent instead. Repeating it is harmless.
///
/// What is sent instead is an order of its own, `exchange.order`. The return pays for it when the
/// goods are received, or at once; what it costs more, its buyer pays as of any order, what it costs
/// less goes back. It can be sent once it is paid.
#[utoipa::path(
    post,
    path = "/v1/shop/returns/{id}/approve",
    operation_id = "shop_returns_approve",
    tag = "shop",
    params(("id" = ReturnId, Path, description = "The return's id.")),
    request_body(content = ApproveReturn, example = json!({ "reason": "send it to the warehouse" })),
    responses(
        (status = 200, description = "The return as it is now.", body = ReturnJson),
        (status = 404, description = "`shop.return.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.return.state`: it doesn't wait for that; `shop.return.exchange_not_held` or `shop.order.busy`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.stock.insufficient`: what is to be sent instead isn't there; `shop.return.exchange_unavailable` or `shop.return.exchange_missing`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn approve(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<ReturnId>,
    Json(body): Json<ApproveReturn>,
) -> Result<Json<ReturnJson>, Problem> {
    let reason = body.reason.map(String::from);
    let decision = Decision::Approve { reason, at_once: body.at_once };
    Ok(Json(shop.decide_return(&actor, id, decision).await?.into()))
}

/// Refuses to take the goods back. Repeating it is harmless.
#[utoipa::path(
    post,
    path = "/v1/shop/returns/{id}/reject",
    operation_id = "shop_returns_reject",
    tag = "shop",
    params(("id" = ReturnId, Path, description = "The return's id.")),
    request_body(content = RejectReturn, example = json!({ "reason": "it was used" })),
    responses(
        (status = 200, description = "The return as it is now.", body = ReturnJson),
        (status = 404, description = "`shop.return.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.return.state`: it doesn't wait for that.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn reject(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<ReturnId>,
    Json(body): Json<RejectReturn>,
) -> Result<Json<ReturnJson>, Problem> {
    let decision = Decision::Reject { reason: body.reason.into() };
    Ok(Json(shop.decide_return(&actor, id, decision).await?.into()))
}

/// The goods arrived: each piece goes on a shelf again or is written off, and what was paid for them
/// goes back if that is wanted. The same again is harmless.
#[utoipa::path(
    post,
    path = "/v1/shop/returns/{id}/receive",
    operation_id = "shop_returns_receive",
    tag = "shop",
    params(
        ("id" = ReturnId, Path, description = "The return's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = ReceiveReturn, example = json!({
        "lines": [{ "line": "oln_01h455vb4pex5vsknk084sn02q", "restock": 1 }],
        "refund": { "shipping": "490" },
    })),
    responses(
        (status = 200, description = "The return as it is now.", body = ReturnJson),
        (status = 404, description = "`shop.return.not_found`, `shop.order.line_not_found` or `shop.location.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.return.state`: it isn't approved, or something else arrived; `shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.return.too_many`, `shop.return.empty` or `shop.refund.too_large`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn receive(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<ReturnId>,
    Json(body): Json<ReceiveReturn>,
) -> Result<Json<ReturnJson>, Problem> {
    let receipt = body.read(shop.clock.now())?;
    Ok(Json(shop.receive_return(&actor, id, &receipt).await?.into()))
}

/// Ends a return of which nothing more comes: its buyer as long as nothing arrived, staff also when
/// no money goes back. Repeating it is harmless.
#[utoipa::path(
    post,
    path = "/v1/shop/returns/{id}/close",
    operation_id = "shop_returns_close",
    tag = "shop",
    params(
        ("id" = ReturnId, Path, description = "The return's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The return as it is now.", body = ReturnJson),
        (status = 404, description = "The caller has no such return.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.return.state`: it is not to be closed.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn close(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<ReturnId>,
) -> Result<Json<ReturnJson>, Problem> {
    Ok(Json(shop.close_return(&shopper, id).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverviewReturnsParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, ReturnId)>>,
    #[serde(rename = "filter[state]")]
    #[param(inline)]
    state: Option<ReturnState>,
}

/// Everybody's returns, for staff, newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/overview/returns",
    operation_id = "shop_overview_returns",
    tag = "shop",
    params(OverviewReturnsParams),
    responses(
        (status = 200, description = "A page of returns.", body = Page<ReturnJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn overview(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<OverviewReturnsParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(after)| after);
    let limit = params.limit.with_one_more();
    let rows = shop.all_returns(&actor, params.state, after, limit).await?;
    let position = |it: &Return| (it.created_at, it.id);
    Ok(Page::cut(rows, params.limit, position, ReturnJson::from).into_response_for(&uri))
}
