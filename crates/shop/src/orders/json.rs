//! An order as it is shown. Amounts are in the currency's minor unit.

use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use kernel::http::etag;
use kernel::{Amount, Json, Timestamp};
use payments::NextActionJson;
use serde::Serialize;
use utoipa::ToSchema;

use super::service::OrderView;
use super::{
    Order, OrderDiscount, OrderLine, OrderPayment, OrderStatus, PaymentKind, PaymentStatus,
};
use crate::carts::Address;
use crate::carts::json::DiscountJson;
use crate::ids::{
    CartId, CustomerId, OrderId, OrderLineId, OrderPaymentId, ProductId, ReturnId, VariantId,
};
use crate::images::http::small_url;
use crate::refunds::http::RefundJson;
use crate::shipments::http::ShipmentJson;

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderSummary)]
pub(crate) struct OrderSummaryJson {
    id: OrderId,
    /// For people.
    #[schema(required)]
    number: Option<i64>,
    status: OrderStatus,
    customer: CustomerId,
    /// Its number in another system.
    #[schema(required)]
    reference: Option<String>,
    #[schema(required)]
    email: Option<String>,
    #[schema(example = "EUR")]
    currency: String,
    scale: u8,
    total: Amount,
    refunded: Amount,
    #[schema(required)]
    placed_at: Option<Timestamp>,
}

/// An order, as it was bought, and what has become of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderJson {
    id: OrderId,
    /// For people.
    #[schema(required)]
    number: Option<i64>,
    status: OrderStatus,
    #[schema(required)]
    cart: Option<CartId>,
    customer: CustomerId,
    /// Its number in another system.
    #[schema(required)]
    reference: Option<String>,
    /// Where it comes from: `storefront`, `staff`, or `exchange` if it is sent in place of what came
    /// back.
    #[schema(example = "storefront")]
    channel: String,
    /// The return in whose place it is sent.
    #[schema(required)]
    exchange_of: Option<ReturnId>,
    /// What that return is still to pay of it: it does when the goods arrived.
    credit: Amount,
    #[schema(example = "EUR")]
    currency: String,
    /// Decimals of the currency.
    scale: u8,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    shipping_address: Option<Address>,
    #[schema(required)]
    billing_address: Option<Address>,
    #[schema(required)]
    shipping_method: Option<String>,
    #[schema(required)]
    note: Option<String>,
    lines: Vec<OrderLineJson>,
    /// All lines before discounts.
    subtotal: Amount,
    discounts: Vec<DiscountJson>,
    /// What sending costs, tax included.
    shipping: Amount,
    /// The tax in the total.
    tax: Amount,
    total: Amount,
    /// Of the total, what was cancelled.
    cancelled: Amount,
    /// Of the total, what was sent.
    earned: Amount,
    /// Of what was sent, what goes back.
    refunded: Amount,
    payments: Vec<OrderPaymentJson>,
    shipments: Vec<ShipmentJson>,
    refunds: Vec<RefundJson>,
    #[schema(required)]
    placed_at: Option<Timestamp>,
    updated_at: Timestamp,
}

/// A variant in an order, as it was when it was bought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct OrderLineJson {
    id: OrderLineId,
    variant: VariantId,
    product: ProductId,
    sku: String,
    /// Of the product, for its address.
    #[schema(required)]
    handle: Option<String>,
    /// Where a small picture of it was at the sale; it may be gone.
    #[schema(required, example = "/v1/shop/images/img_01j/200")]
    image: Option<String>,
    title: String,
    /// In what it differed from the product's other variants; null if there were none.
    #[schema(required)]
    variant_title: Option<String>,
    #[schema(required)]
    gift_note: Option<String>,
    unit_price: Amount,
    quantity: u32,
    discount: Amount,
    tax: Amount,
    /// In millionths.
    tax_rate: u32,
    /// What it costs in the end, tax included.
    total: Amount,
    /// Pieces that are neither sent nor cancelled.
    open: u32,
    cancelled: u32,
    shipped: u32,
    returned: u32,
    /// Of what was sent, what went back in money.
    refunded: Amount,
    /// What was sent of it, in money.
    earned: Amount,
}

/// Money for an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPayment)]
pub(crate) struct OrderPaymentJson {
    id: OrderPaymentId,
    /// `wallet`, `card`, `external`, or `exchange` of what a return paid.
    #[schema(value_type = String, example = "wallet")]
    kind: &'static str,
    status: PaymentStatus,
    amount: Amount,
    /// What was taken by now; the rest is only held.
    captured: Amount,
    refunded: Amount,
    /// Of what was refunded, what could not reach the card and waits to be given back otherwise.
    stranded: Amount,
    #[schema(required)]
    reference: Option<String>,
    /// Who charges the card.
    #[schema(required, example = "sandbox")]
    provider: Option<String>,
    /// Why it came to nothing.
    #[schema(required, example = "card_declined")]
    failure: Option<String>,
    /// What the card's holder has to do; only the buyer sees it.
    #[schema(required)]
    next_action: Option<NextActionJson>,
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
    /// When the first of it was taken.
    #[schema(required)]
    captured_at: Option<Timestamp>,
}

/// The order with its version as ETag.
pub(super) fn versioned(view: OrderView) -> Response {
    let version = etag(view.whole.order.version);
    ([(ETAG, version)], Json(OrderJson::from(view))).into_response()
}

impl From<Order> for OrderSummaryJson {
    fn from(it: Order) -> Self {
        Self {
            id: it.id,
            number: it.number,
            status: it.status,
            customer: it.customer,
            reference: it.external_ref,
            email: it.email,
            currency: it.currency,
            scale: it.scale,
            total: it.total,
            refunded: it.refunded,
            placed_at: it.placed_at,
        }
    }
}

impl From<OrderLine> for OrderLineJson {
    fn from(it: OrderLine) -> Self {
        Self {
            open: it.open(),
            id: it.id,
            variant: it.variant,
            product: it.product,
            sku: it.sku,
            handle: it.handle,
            image: it.image.map(small_url),
            title: it.title,
            variant_title: it.variant_title,
            gift_note: Some(it.gift_note).filter(|note| !note.is_empty()),
            unit_price: it.unit_price,
            quantity: it.quantity,
            discount: it.discount,
            tax: it.tax,
            tax_rate: it.tax_rate,
            total: it.total,
            cancelled: it.cancelled,
            shipped: it.shipped,
            returned: it.returned,
            refunded: it.refunded,
            earned: it.earned,
        }
    }
}

impl OrderPaymentJson {
    fn new(it: OrderPayment, actions: &mut Vec<(OrderPaymentId, NextActionJson)>) -> Self {
        let action = actions.iter().position(|(id, _)| *id == it.id);
        Self {
            next_action: action.map(|index| actions.swap_remove(index).1),
            id: it.id,
            kind: PaymentKind::as_str(it.kind),
            status: it.status,
            amount: it.amount,
            captured: it.captured,
            refunded: it.refunded,
            stranded: it.stranded,
            reference: it.reference,
            provider: it.card.map(|card| card.provider),
            failure: it.failure,
            created_at: it.created_at,
            updated_at: it.updated_at,
            captured_at: it.captured_at,
        }
    }
}

impl From<OrderView> for OrderJson {
    fn from(mut view: OrderView) -> Self {
        let (it, lines) = (view.whole.order, view.whole.lines);
        let tax = lines.iter().map(|line| line.tax.get()).sum::<u128>() + it.shipping_tax.get();
        let payments = view.whole.payments.into_iter();
        let payments = payments.map(|it| OrderPaymentJson::new(it, &mut view.actions));
        let discount = |it: OrderDiscount| DiscountJson {
            promotion: it.promotion,
            title: it.title,
            amount: it.amount,
        };
        Self {
            id: it.id,
            number: it.number,
            status: it.status,
            cart: it.cart,
            customer: it.customer,
            reference: it.external_ref,
            channel: it.channel,
            exchange_of: it.exchange_of,
            credit: it.credit,
            currency: it.currency,
            scale: it.scale,
            email: it.email,
            shipping_address: it.shipping_address,
            billing_address: it.billing_address,
            shipping_method: it.shipping_method,
            note: it.note,
            lines: lines.into_iter().map(OrderLineJson::from).collect(),
            subtotal: it.subtotal,
            discounts: it.discounts.into_iter().map(discount).collect(),
            shipping: it.shipping_total,
            tax: Amount::new(tax),
            total: it.total,
            cancelled: it.cancelled_total,
            earned: it.earned,
            refunded: it.refunded,
            payments: payments.collect(),
            shipments: view.shipments.into_iter().map(ShipmentJson::from).collect(),
            refunds: view.refunds.into_iter().map(RefundJson::from).collect(),
            placed_at: it.placed_at,
            updated_at: it.updated_at,
        }
    }
}
