//! Orders: what somebody bought.
//!
//! An order is written down with the ids of everything that the ledger is about to do for it; then
//! one linked batch holds its goods and its money and counts its promotions, all or nothing; then it
//! is placed, or refused and the cart opened again. Whatever is cut off is finished by a job.
//!
//! Money flows through an account of the order: payments fill it, parcels empty it into sales, tax
//! and shipping, refunds go back through it. It never falls below zero.

pub(crate) mod access;
pub(crate) mod book;
pub(crate) mod cancel;
pub(crate) mod edits;
pub(crate) mod flows;
pub(crate) mod http;
pub(crate) mod jobs;
pub(crate) mod json;
mod lowering;
pub(crate) mod placing;
pub(crate) mod plan;
pub(crate) mod service;
pub(crate) mod status;
pub(crate) mod store;

use identity::UserId;
use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::carts::Address;
use crate::ids::{
    CartId, CustomerId, ImageId, OrderId, OrderLineId, OrderPaymentId, ProductId, PromotionId,
    ReturnId, VariantId,
};

use crate::order_payments::OrderCard;

pub(crate) use status::{OrderState, OrderStatus, PaymentStatus};

/// An order as its rows say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    /// For people; once it is placed.
    pub(crate) number: Option<i64>,
    pub(crate) cart: Option<CartId>,
    pub(crate) customer: CustomerId,
    pub(crate) user: Option<UserId>,
    pub(crate) token_hash: Option<Vec<u8>>,
    pub(crate) channel: String,
    pub(crate) state: OrderState,
    pub(crate) status: OrderStatus,
    /// Why the ledger refused it.
    pub(crate) refusal: Option<String>,
    pub(crate) currency: String,
    pub(crate) scale: u8,
    /// Whose tax is in it.
    pub(crate) country: Option<String>,
    pub(crate) email: Option<String>,
    /// In which its buyer read the shop, such as `de-AT`.
    pub(crate) language: Option<String>,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) billing_address: Option<Address>,
    /// The title of the way in which it is sent.
    pub(crate) shipping_method: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) prices_include_tax: bool,
    pub(crate) subtotal: Amount,
    pub(crate) shipping_total: Amount,
    pub(crate) shipping_tax: Amount,
    pub(crate) shipping_tax_rate: u32,
    pub(crate) total: Amount,
    pub(crate) discounts: Vec<OrderDiscount>,
    pub(crate) cancelled_total: Amount,
    pub(crate) earned: Amount,
    pub(crate) refunded: Amount,
    /// Of it, for the sending.
    pub(crate) shipping_refunded: Amount,
    pub(crate) version: u32,
    /// The return in whose place it is sent.
    pub(crate) exchange_of: Option<ReturnId>,
    /// What that return is still to pay of it.
    pub(crate) credit: Amount,
    /// Its number in another system.
    pub(crate) external_ref: Option<String>,
    /// When it was placed in the world, if that was before it was recorded.
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) placed_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What a promotion took off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderDiscount {
    pub(crate) promotion: PromotionId,
    pub(crate) title: String,
    pub(crate) amount: Amount,
}

/// A variant in an order, as it was when it was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) id: OrderLineId,
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) sku: String,
    pub(crate) asset: String,
    /// Of its product, and a picture of it; of orders from before these were kept, none.
    pub(crate) handle: Option<String>,
    pub(crate) image: Option<ImageId>,
    pub(crate) title: String,
    pub(crate) variant_title: Option<String>,
    /// Empty if it is no present.
    pub(crate) gift_note: String,
    pub(crate) tracks_stock: bool,
    pub(crate) needs_shipping: bool,
    pub(crate) unit_price: Amount,
    pub(crate) quantity: u32,
    pub(crate) subtotal: Amount,
    pub(crate) discount: Amount,
    pub(crate) tax: Amount,
    pub(crate) tax_rate: u32,
    pub(crate) total: Amount,
    pub(crate) cancelled: u32,
    pub(crate) shipped: u32,
    pub(crate) returned: u32,
    pub(crate) refunded: Amount,
    pub(crate) earned: Amount,
}

impl OrderLine {
    /// Pieces that are neither sent nor cancelled.
    pub(crate) const fn open(&self) -> u32 {
        self.quantity - self.shipped - self.cancelled
    }
}

/// A pending transfer that holds goods of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderHold {
    pub(crate) line: OrderLineId,
    pub(crate) transfer: u128,
    /// Handle of the place; none for what isn't there yet.
    pub(crate) location: Option<String>,
    pub(crate) quantity: u32,
    /// Pieces that were sent from it or released.
    pub(crate) taken: u32,
}

/// Money for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderPayment {
    pub(crate) id: OrderPaymentId,
    pub(crate) kind: PaymentKind,
    pub(crate) amount: Amount,
    pub(crate) status: PaymentStatus,
    pub(crate) captured: Amount,
    pub(crate) refunded: Amount,
    /// Of it, what could not reach the card, and waits.
    pub(crate) stranded: Amount,
    pub(crate) reference: Option<String>,
    /// Of a payment by card.
    pub(crate) card: Option<OrderCard>,
    /// Why it came to nothing.
    pub(crate) failure: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// When the first of it was taken.
    pub(crate) captured_at: Option<Timestamp>,
}

impl OrderPayment {
    /// Whose money it is: its own, or that of the payment it came from.
    pub(crate) const fn origin(&self, order: OrderId) -> Origin {
        let way = match self.kind {
            PaymentKind::Exchange { origin } => return origin,
            PaymentKind::Wallet { payer } => OriginWay::Wallet { payer },
            PaymentKind::Card => OriginWay::Card,
            PaymentKind::External => OriginWay::External,
        };
        Origin { payment: self.id, order, way }
    }

    /// What of it is with us. What is disputed, the payments have taken back.
    pub(crate) fn kept(&self) -> u128 {
        let is_here = self.status != PaymentStatus::Disputed;
        if is_here { self.captured.get() - self.refunded.get() } else { 0 }
    }
}

/// Where money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentKind {
    /// Held in a user's wallet.
    Wallet { payer: UserId },
    /// Charged to a card by the payments.
    Card,
    /// Paid elsewhere, as staff says.
    External,
    /// From a payment of another order, of which a return gave it back.
    Exchange { origin: Origin },
}

/// The payment of another order whose money it is, and to which it goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) payment: OrderPaymentId,
    pub(crate) order: OrderId,
    pub(crate) way: OriginWay,
}

/// How that one was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OriginWay {
    Wallet { payer: UserId },
    Card,
    External,
}

impl PaymentKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Wallet { .. } => "wallet",
            Self::Card => "card",
            Self::External => "external",
            Self::Exchange { .. } => "exchange",
        }
    }
}

/// An order with all that its ledger transfers follow from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WholeOrder {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) holds: Vec<OrderHold>,
    pub(crate) payments: Vec<OrderPayment>,
}

impl WholeOrder {
    /// What was paid, is still here, and isn't earned.
    pub(crate) fn unearned(&self) -> u128 {
        let there: u128 = self.payments.iter().map(OrderPayment::kept).sum();
        there.saturating_sub(self.order.earned.get() - self.order.refunded.get())
    }

    /// What is neither sent nor cancelled, in money.
    pub(crate) fn open_worth(&self) -> u128 {
        let order = &self.order;
        order.total.get() - order.cancelled_total.get() - order.earned.get()
    }
}

impl WholeOrder {
    /// Payments by card of which nobody has said yet what becomes of them.
    pub(crate) fn open_cards(&self) -> impl Iterator<Item = &OrderPayment> {
        let is_open = |it: &&OrderPayment| {
            it.kind == PaymentKind::Card && it.status == PaymentStatus::Pending
        };
        self.payments.iter().filter(is_open)
    }
}

/// An address as it is stored.
pub(crate) fn address_value(address: &Option<Address>) -> Option<Value> {
    address.as_ref().map(|it| serde_json::to_value(it).expect("an address is plain values"))
}
