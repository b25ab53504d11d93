//! What events say. Amounts are in the currency's minor unit; what isn't known is left out or null.

use kernel::{Amount, Timestamp};
use serde::Serialize;

use crate::carts::Address;
use crate::ids::{CancellationId, OrderId, OrderLineId, OrderRefundId, ReturnId, ShipmentId};
use crate::orders::{Order, OrderDiscount, OrderLine, OrderStatus, WholeOrder};
use crate::returns::{Return, ReturnReason, ReturnState};

/// What an event about an order says of it.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub(super) order_id: OrderId,
    pub(super) number: Option<i64>,
    pub(super) status: OrderStatus,
    /// `storefront` or `staff`.
    pub(super) channel: &'a str,
    /// In which its buyer reads, such as `de-AT`.
    pub(super) language: Option<&'a str>,
    pub(super) currency: &'a str,
    pub(super) scale: u8,
    pub(super) total: Amount,
    /// Where its buyer is told of it.
    pub(super) email: Option<&'a str>,
    /// When it was placed in the world, if that was before it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<Line<'a>>,
    #[serde(flatten)]
    pub(super) placed: Option<Placed<'a>>,
    /// Of a payment: it came together with the order.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) at_once: bool,
    /// Why a payment failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shipment: Option<Parcel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cancellation: Option<Cancelled<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refund: Option<Money<'a>>,
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    pub(super) returned: Option<Returned<'a>>,
}

impl<'a> Data<'a> {
    pub(super) fn of(order: &'a Order) -> Self {
        Self {
            order_id: order.id,
            number: order.number,
            status: order.status,
            channel: &order.channel,
            language: order.language.as_deref(),
            currency: &order.currency,
            scale: order.scale,
            total: order.total,
            email: order.email.as_deref(),
            effective_at: order.effective_at,
            lines: Vec::new(),
            placed: None,
            at_once: false,
            reason: None,
            shipment: None,
            cancellation: None,
            refund: None,
            returned: None,
        }
    }
}

/// What was bought.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    #[serde(flatten)]
    piece: Piece<'a>,
    /// Tax included.
    total: Amount,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a OrderLine) -> Self {
        Self { piece: Piece::of(line, line.quantity), total: line.total }
    }
}

/// Pieces of a line.
#[derive(Serialize)]
pub(super) struct Piece<'a> {
    line_id: OrderLineId,
    sku: &'a str,
    title: &'a str,
    variant_title: Option<&'a str>,
    quantity: u32,
}

impl<'a> Piece<'a> {
    fn of(line: &'a OrderLine, quantity: u32) -> Self {
        let (sku, title) = (&line.sku, &line.title);
        let variant_title = line.variant_title.as_deref();
        Self { line_id: line.id, sku, title, variant_title, quantity }
    }

    pub(super) fn all(
        whole: &'a WholeOrder,
        pieces: impl Iterator<Item = (OrderLineId, u32)>,
    ) -> Vec<Self> {
        let line = |id| whole.lines.iter().find(|line| line.id == id);
        pieces.filter_map(|(id, quantity)| Some(Self::of(line(id)?, quantity))).collect()
    }
}

/// What a confirmation says beside the lines.
#[derive(Serialize)]
pub(super) struct Placed<'a> {
    /// All lines before discounts.
    subtotal: Amount,
    discounts: &'a [OrderDiscount],
    /// What sending costs, tax included.
    shipping: Amount,
    shipping_method: Option<&'a str>,
    /// The tax in the total.
    tax: Amount,
    shipping_address: Option<&'a Address>,
    billing_address: Option<&'a Address>,
}

impl<'a> Placed<'a> {
    pub(super) fn of(whole: &'a WholeOrder) -> Self {
        let order = &whole.order;
        let of_lines: u128 = whole.lines.iter().map(|line| line.tax.get()).sum();
        Self {
            subtotal: order.subtotal,
            discounts: &order.discounts,
            shipping: order.shipping_total,
            shipping_method: order.shipping_method.as_deref(),
            tax: Amount::new(of_lines + order.shipping_tax.get()),
            shipping_address: order.shipping_address.as_ref(),
            billing_address: order.billing_address.as_ref(),
        }
    }
}

/// What was sent.
#[derive(Serialize)]
pub(super) struct Parcel<'a> {
    pub(super) shipment_id: ShipmentId,
    pub(super) carrier: Option<&'a str>,
    pub(super) tracking: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    /// When it was sent in the world, which may be before that was recorded.
    pub(super) shipped_at: Timestamp,
    /// The number with which it is billed.
    pub(super) invoice: &'a str,
    pub(super) lines: Vec<Piece<'a>>,
}

/// What isn't sent any more.
#[derive(Serialize)]
pub(super) struct Cancelled<'a> {
    pub(super) cancellation_id: CancellationId,
    pub(super) cause: Cause,
    /// Nothing of the order was sent, and nothing will be.
    pub(super) is_whole: bool,
    /// By as much the order is worth less.
    pub(super) amount: Amount,
    /// Pieces; everything that was open, if empty.
    pub(super) lines: Vec<Piece<'a>>,
}

/// Who cancelled, or why it was.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cause {
    Buyer,
    Staff,
    /// It wasn't paid in time.
    Unpaid,
}

/// What went back.
#[derive(Serialize)]
pub(super) struct Money<'a> {
    pub(super) refund_id: OrderRefundId,
    pub(super) amount: Amount,
    /// The number of the document that says so.
    pub(super) credit_note: &'a str,
    /// Some of it pays for another order, by which something is sent instead.
    pub(super) is_exchange: bool,
    /// When it was made in the world, if that was before it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_at: Option<Timestamp>,
}

/// What is to come back, or came.
#[derive(Serialize)]
pub(super) struct Returned<'a> {
    return_id: ReturnId,
    state: ReturnState,
    by_staff: bool,
    /// What staff says about it.
    decision: Option<&'a str>,
    refund_id: Option<OrderRefundId>,
    lines: Vec<ReturnedLine<'a>>,
}

#[derive(Serialize)]
struct ReturnedLine<'a> {
    #[serde(flatten)]
    piece: Piece<'a>,
    reason: ReturnReason,
    restocked: u32,
    written_off: u32,
}

impl<'a> Returned<'a> {
    pub(super) fn of(whole: &'a WholeOrder, it: &'a Return) -> Self {
        let pieces = Piece::all(whole, it.lines.iter().map(|line| (line.line, line.quantity)));
        let lines = pieces.into_iter().filter_map(|piece| {
            let line = it.lines.iter().find(|line| line.line == piece.line_id)?;
            let (restocked, written_off) = (line.restocked, line.written_off);
            Some(ReturnedLine { piece, reason: line.reason, restocked, written_off })
        });
        Self {
            return_id: it.id,
            state: it.state,
            by_staff: it.by_staff,
            decision: it.decision.as_deref(),
            refund_id: it.refund,
            lines: lines.collect(),
        }
    }
}
