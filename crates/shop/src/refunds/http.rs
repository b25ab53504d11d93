//! `/v1/shop/orders/{id}/refunds`, for staff.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::WriteProblems;
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::plan::NewRefund;
use super::{Refund, RefundState};
use crate::carts::LINES_MAX;
use crate::fields::{Note, Positive, past};
use crate::ids::{OrderId, OrderLineId, OrderRefundId};
use crate::shop::Shop;

/// Its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderRefund)]
pub(crate) struct RefundJson {
    id: OrderRefundId,
    state: RefundState,
    amount: Amount,
    lines: Vec<RefundedLineJson>,
    /// Of the amount, for the sending.
    shipping: Amount,
    #[schema(required)]
    reason: Option<String>,
    /// When it was made, if not when it was recorded.
    #[schema(required)]
    effective_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// What goes back of a line, tax included.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundedLine)]
pub(crate) struct RefundedLineJson {
    line: OrderLineId,
    amount: Amount,
}

impl From<Refund> for RefundJson {
    fn from(it: Refund) -> Self {
        let line = |it: &super::RefundedLine| RefundedLineJson {
            line: it.line,
            amount: Amount::new(it.net.get() + it.tax.get()),
        };
        Self {
            id: it.id,
            state: it.state,
            amount: it.amount,
            lines: it.lines.iter().map(line).collect(),
            shipping: Amount::new(it.shipping_net.get() + it.shipping_tax.get()),
            reason: it.reason,
            effective_at: it.effective_at,
            created_at: it.created_at,
        }
    }
}

/// Money to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOrderRefund {
    /// Of which lines how much, tax included; each line once.
    #[serde(default)]
    #[schema(max_items = 2000)]
    lines: Vec<RefundLine>,
    /// How much of the sending.
    #[serde(default)]
    shipping: Amount,
    reason: Option<Note>,
    /// When it was made, if not now.
    effective_at: Option<Timestamp>,
}

/// A line, and how much of it goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundLine {
    line: OrderLineId,
    amount: Positive,
}

impl CreateOrderRefund {
    fn read(self, now: Timestamp) -> Result<NewRefund, Problem> {
        past("/effective_at", self.effective_at, now)?;
        if self.lines.len() > LINES_MAX {
            return Err(invalid_field("/lines", format!("expected at most {LINES_MAX} lines")));
        }
        if self.lines.is_empty() && self.shipping.is_zero() {
            return Err(invalid_field("/lines", "say what goes back: lines, shipping or both"));
        }
        let mut lines: Vec<(OrderLineId, Amount)> = Vec::with_capacity(self.lines.len());
        for (index, it) in self.lines.into_iter().enumerate() {
            if lines.iter().any(|(line, _)| *line == it.line) {
                return Err(invalid_field(format!("/lines/{index}/line"), "is there twice"));
            }
            lines.push((it.line, it.amount.into()));
        }
        Ok(NewRefund {
            lines,
            shipping: self.shipping,
            reason: self.reason.map(String::from),
            effective_at: self.effective_at,
        })
    }
}

/// Gives money back to whoever paid: never more of a line than was sent of it.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/refunds",
    operation_id = "shop_refunds_create",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateOrderRefund, example = json!({
        "lines": [{ "line": "oln_01h455vb4pex5vsknk084sn02q", "amount": "500" }], "reason": "scratched",
    })),
    responses(
        (status = 201, description = "The refund.", body = RefundJson),
        (status = 404, description = "`shop.order.not_found` or `shop.order.line_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.refund.too_large` or `shop.refund.refused`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Path(order): Path<OrderId>,
    Json(body): Json<CreateOrderRefund>,
) -> Result<Response, Problem> {
    let id = OrderRefundId::from_u128(ids.get(0));
    let new = body.read(shop.clock.now())?;
    let refund = shop.refund_order(&actor, order, id, &new).await?;
    Ok((StatusCode::CREATED, Json(RefundJson::from(refund))).into_response())
}
