//! What other contexts hear: events of the context `shop`, about the user whom they concern, and
//! about nobody if a guest bought. Together they are the contract `bushel.shop.v1`; what each says
//! stands in `data`.

mod data;

use kernel::bus::NewEvent;

use self::data::{Cancelled, Cause, Data, Line, Money, Parcel, Piece, Placed, Returned};
use crate::orders::cancel::Cancellation;
use crate::orders::{Order, OrderState, OrderStatus, WholeOrder};
use crate::refunds::Refund;
use crate::returns::{Return, ReturnState};
use crate::shipments::Shipment;

const CONTEXT: &str = "shop";

pub(crate) const ORDER_PLACED: &str = "shop.order.placed";
pub(crate) const ORDER_PAID: &str = "shop.order.paid";
pub(crate) const ORDER_PAYMENT_NEEDED: &str = "shop.order.payment_needed";
pub(crate) const ORDER_PAYMENT_FAILED: &str = "shop.order.payment_failed";
pub(crate) const ORDER_SHIPPED: &str = "shop.order.shipped";
pub(crate) const ORDER_DELIVERED: &str = "shop.order.delivered";
pub(crate) const ORDER_CANCELLED: &str = "shop.order.cancelled";
pub(crate) const ORDER_REFUNDED: &str = "shop.order.refunded";
pub(crate) const RETURN_REQUESTED: &str = "shop.return.requested";
pub(crate) const RETURN_APPROVED: &str = "shop.return.approved";
pub(crate) const RETURN_REJECTED: &str = "shop.return.rejected";
pub(crate) const RETURN_RECEIVED: &str = "shop.return.received";

fn event(kind: &'static str, order: &Order, data: Data<'_>) -> NewEvent {
    NewEvent::new(CONTEXT, kind, order.user.map(identity::UserId::as_u128), data)
}

/// It was placed, and perhaps paid at once.
pub(crate) fn placed(whole: &WholeOrder) -> Vec<NewEvent> {
    let order = &whole.order;
    let data = Data {
        lines: whole.lines.iter().map(Line::of).collect(),
        placed: Some(Placed::of(whole)),
        ..Data::of(order)
    };
    let mut events = vec![event(ORDER_PLACED, order, data)];
    if order.status == OrderStatus::Paid {
        events.push(event(ORDER_PAID, order, Data { at_once: true, ..Data::of(order) }));
    }
    events
}

/// Its money came after it was placed.
pub(crate) fn paid(order: &Order) -> NewEvent {
    event(ORDER_PAID, order, Data::of(order))
}

/// The holder of a card has to confirm its payment, and has not for a while.
pub(crate) fn payment_needed(order: &Order) -> NewEvent {
    event(ORDER_PAYMENT_NEEDED, order, Data::of(order))
}

/// A card or a wallet did not pay: its buyer may try another one.
pub(crate) fn payment_failed(order: &Order, reason: Option<&str>) -> NewEvent {
    event(ORDER_PAYMENT_FAILED, order, Data { reason, ..Data::of(order) })
}

/// A parcel was sent, and billed with the invoice of this number.
pub(crate) fn shipped(whole: &WholeOrder, parcel: &Shipment, invoice: &str) -> NewEvent {
    let pieces = parcel.lines.iter().map(|it| (it.line, it.quantity));
    let shipment = Parcel {
        shipment_id: parcel.id,
        carrier: parcel.carrier.as_deref(),
        tracking: parcel.tracking.as_deref(),
        url: parcel.url.as_deref(),
        shipped_at: parcel.shipped_at,
        invoice,
        lines: Piece::all(whole, pieces),
    };
    event(ORDER_SHIPPED, &whole.order, Data { shipment: Some(shipment), ..Data::of(&whole.order) })
}

pub(crate) fn delivered(order: &Order) -> NewEvent {
    event(ORDER_DELIVERED, order, Data::of(order))
}

pub(crate) fn cancelled(whole: &WholeOrder, it: &Cancellation) -> NewEvent {
    let order = &whole.order;
    let cancellation = Cancelled {
        cancellation_id: it.id,
        cause: match (it.is_unpaid, it.by_staff) {
            (true, _) => Cause::Unpaid,
            (false, true) => Cause::Staff,
            (false, false) => Cause::Buyer,
        },
        is_whole: order.state == OrderState::Cancelled,
        amount: it.amount,
        lines: Piece::all(whole, it.lines.iter().copied()),
    };
    event(ORDER_CANCELLED, order, Data { cancellation: Some(cancellation), ..Data::of(order) })
}

/// Money went back, and the credit note of this number says so.
pub(crate) fn refunded(order: &Order, refund: &Refund, credit_note: &str) -> NewEvent {
    let money = Money {
        refund_id: refund.id,
        amount: refund.amount,
        credit_note,
        is_exchange: refund.exchange.is_some(),
        effective_at: refund.effective_at,
    };
    event(ORDER_REFUNDED, order, Data { refund: Some(money), ..Data::of(order) })
}

/// What has become of a return: its state says which event it is.
pub(crate) fn returned(whole: &WholeOrder, it: &Return) -> NewEvent {
    let kind = match it.state {
        ReturnState::Requested => RETURN_REQUESTED,
        ReturnState::Approving | ReturnState::Approved => RETURN_APPROVED,
        ReturnState::Rejected => RETURN_REJECTED,
        ReturnState::Receiving | ReturnState::Received | ReturnState::Closed => RETURN_RECEIVED,
    };
    let returned = Returned::of(whole, it);
    event(kind, &whole.order, Data { returned: Some(returned), ..Data::of(&whole.order) })
}
