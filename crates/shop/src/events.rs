//! What other contexts hear: events of the context `shop`, about the user whom they concern.
//! Together they are the contract `bushel.shop.v1`.

use kernel::Amount;
use kernel::bus::NewEvent;
use serde::Serialize;

use crate::ids::{OrderId, OrderLineId, OrderRefundId, ReturnId, ShipmentId};
use crate::orders::{Order, OrderStatus, WholeOrder};
use crate::returns::{Return, ReturnReason, ReturnState};

const CONTEXT: &str = "shop";

pub(crate) const ORDER_PLACED: &str = "shop.order.placed";
pub(crate) const ORDER_PAID: &str = "shop.order.paid";
pub(crate) const ORDER_PAYMENT_FAILED: &str = "shop.order.payment_failed";
pub(crate) const ORDER_SHIPPED: &str = "shop.order.shipped";
pub(crate) const ORDER_DELIVERED: &str = "shop.order.delivered";
pub(crate) const ORDER_CANCELLED: &str = "shop.order.cancelled";
pub(crate) const ORDER_REFUNDED: &str = "shop.order.refunded";
pub(crate) const RETURN_REQUESTED: &str = "shop.return.requested";
pub(crate) const RETURN_APPROVED: &str = "shop.return.approved";
pub(crate) const RETURN_REJECTED: &str = "shop.return.rejected";
pub(crate) const RETURN_RECEIVED: &str = "shop.return.received";

/// What an event about an order says of it.
#[derive(Serialize)]
struct Data<'a> {
    order_id: OrderId,
    number: Option<i64>,
    status: OrderStatus,
    currency: &'a str,
    scale: u8,
    total: Amount,
    /// Where the confirmation goes.
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment: Option<Parcel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<Money>,
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    returned: Option<Returned<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    line_id: OrderLineId,
    sku: &'a str,
    title: &'a str,
    variant_title: Option<&'a str>,
    quantity: u32,
    total: Amount,
}

/// What was sent.
#[derive(Serialize)]
pub(crate) struct Parcel<'a> {
    pub(crate) shipment_id: ShipmentId,
    pub(crate) carrier: Option<&'a str>,
    pub(crate) tracking: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
}

/// What went back.
#[derive(Serialize)]
pub(crate) struct Money {
    pub(crate) refund_id: OrderRefundId,
    pub(crate) amount: Amount,
}

/// What is to come back, or came.
#[derive(Serialize)]
struct Returned<'a> {
    return_id: ReturnId,
    state: ReturnState,
    /// What staff says about it.
    decision: Option<&'a str>,
    refund_id: Option<OrderRefundId>,
    lines: Vec<ReturnedLine>,
}

#[derive(Serialize)]
struct ReturnedLine {
    line_id: OrderLineId,
    quantity: u32,
    reason: ReturnReason,
    restocked: u32,
    written_off: u32,
}

fn data(order: &Order) -> Data<'_> {
    Data {
        order_id: order.id,
        number: order.number,
        status: order.status,
        currency: &order.currency,
        scale: order.scale,
        total: order.total,
        email: order.email.as_deref(),
        lines: Vec::new(),
        shipment: None,
        refund: None,
        returned: None,
    }
}

fn event(kind: &'static str, order: &Order, data: Data<'_>) -> NewEvent {
    NewEvent::new(CONTEXT, kind, order.user.map(identity::UserId::as_u128), data)
}

/// It was placed, and perhaps paid at once.
pub(crate) fn placed(whole: &WholeOrder) -> Vec<NewEvent> {
    let order = &whole.order;
    let lines = whole.lines.iter().map(|it| Line {
        line_id: it.id,
        sku: &it.sku,
        title: &it.title,
        variant_title: it.variant_title.as_deref(),
        quantity: it.quantity,
        total: it.total,
    });
    let mut events =
        vec![event(ORDER_PLACED, order, Data { lines: lines.collect(), ..data(order) })];
    if order.status == OrderStatus::Paid {
        events.push(event(ORDER_PAID, order, data(order)));
    }
    events
}

/// Its money came after it was placed.
pub(crate) fn paid(order: &Order) -> NewEvent {
    event(ORDER_PAID, order, data(order))
}

/// A card or a wallet did not pay: its buyer may try another one.
pub(crate) fn payment_failed(order: &Order) -> NewEvent {
    event(ORDER_PAYMENT_FAILED, order, data(order))
}

pub(crate) fn shipped(order: &Order, parcel: Parcel<'_>) -> NewEvent {
    event(ORDER_SHIPPED, order, Data { shipment: Some(parcel), ..data(order) })
}

pub(crate) fn delivered(order: &Order) -> NewEvent {
    event(ORDER_DELIVERED, order, data(order))
}

pub(crate) fn cancelled(order: &Order) -> NewEvent {
    event(ORDER_CANCELLED, order, data(order))
}

pub(crate) fn refunded(order: &Order, refund: Money) -> NewEvent {
    event(ORDER_REFUNDED, order, Data { refund: Some(refund), ..data(order) })
}

/// What has become of a return: its state says which event it is.
pub(crate) fn returned(order: &Order, it: &Return) -> NewEvent {
    let kind = match it.state {
        ReturnState::Requested => RETURN_REQUESTED,
        ReturnState::Approving | ReturnState::Approved => RETURN_APPROVED,
        ReturnState::Rejected => RETURN_REJECTED,
        ReturnState::Receiving | ReturnState::Received | ReturnState::Closed => RETURN_RECEIVED,
    };
    let line = |line: &crate::returns::ReturnLine| ReturnedLine {
        line_id: line.line,
        quantity: line.quantity,
        reason: line.reason,
        restocked: line.restocked,
        written_off: line.written_off,
    };
    let returned = Returned {
        return_id: it.id,
        state: it.state,
        decision: it.decision.as_deref(),
        refund_id: it.refund,
        lines: it.lines.iter().map(line).collect(),
    };
    event(kind, order, Data { returned: Some(returned), ..data(order) })
}
