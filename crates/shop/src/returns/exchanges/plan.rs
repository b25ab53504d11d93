//! The order of an exchange: a basket at the catalogue's prices, without promotions and without
//! anything for sending. From there on it is like any other. Pure.

use kernel::{Amount, Timestamp};

use super::Exchange;
use crate::carts::store::StoredCart;
use crate::carts::view::CartView;
use crate::carts::{Cart, CartLine, CartStatus};
use crate::customers::NewCustomer;
use crate::error::{AfterSaleError, Result};
use crate::ids::{CartId, CartLineId, OrderId};
use crate::orders::plan::{self, NewOrder, WantedPayment};
use crate::orders::{Order, PaymentKind};
use crate::returns::Return;

/// The basket of what is wanted, for whoever bought the first order.
pub(super) fn basket(
    first: &Order,
    exchange: &Exchange,
    rules_version: i64,
    now: Timestamp,
) -> StoredCart {
    let line = |it: &super::ExchangeItem| CartLine {
        id: CartLineId::generate(),
        variant: it.variant,
        quantity: it.quantity,
        gift_note: String::new(),
    };
    let cart = Cart {
        id: CartId::generate(),
        user: first.user,
        token_hash: first.token_hash.clone(),
        currency: first.currency.clone(),
        email: first.email.clone(),
        shipping_address: first.shipping_address.clone(),
        billing_address: first.billing_address.clone(),
        shipping_method: None,
        codes: Vec::new(),
        note: None,
        status: CartStatus::Open,
        order: None,
        reserved_until: None,
        reservation: 0,
        version: 0,
        created_at: now,
    };
    StoredCart { cart, lines: exchange.items.iter().map(line).collect(), rules_version }
}

/// The order of such a basket once it was priced, of which the return pays so much at most.
pub(super) fn order(
    first: &Order,
    it: &Return,
    view: &CartView,
    worth: u128,
    (scale, now): (u8, Timestamp),
) -> Result<NewOrder> {
    // Its payments come later: by the return, and by the buyer if it is dearer.
    let any = WantedPayment { kind: PaymentKind::External, card: None, amount: None };
    if view.lines.iter().any(|line| line.item.is_none()) {
        return Err(AfterSaleError::ExchangeUnavailable.into());
    }
    let mut made = plan::of_cart(OrderId::generate(), view, &[], &[any], (scale, now))?;
    made.payments.clear();
    let order = &mut made.order;
    order.cart = None;
    "exchange".clone_into(&mut order.channel);
    order.country.clone_from(&first.country);
    order.exchange_of = Some(it.id);
    order.credit = Amount::new(worth.min(order.total.get()));
    // Whoever has no name in another system, nor is a user, is known by the first order.
    made.customer = NewCustomer {
        id: first.customer,
        user: first.user,
        email: first.email.clone(),
        name: None,
        external_ref: None,
    };
    Ok(made)
}
