//! A staff order as a basket whose prices are given: from there on it is like any other.

use hashbrown::HashMap;
use kernel::{Amount, Timestamp};

use super::{StaffLine, StaffOrder};
use crate::carts::store::StoredCart;
use crate::carts::view::CartView;
use crate::carts::{Cart, CartLine, CartStatus};
use crate::customers::NewCustomer;
use crate::error::{Result, ShopError};
use crate::ids::{CartId, CartLineId, CustomerId, OrderId, VariantId};
use crate::order_payments::OrderCard;
use crate::orders::PaymentKind;
use crate::orders::plan::{self, NewOrder, WantedPayment};

/// Lines with their variants, and the cart in which they would lie.
pub(super) fn basket(
    new: &StaffOrder,
    variants: &HashMap<String, VariantId>,
    rules_version: i64,
    now: Timestamp,
) -> Result<StoredCart> {
    let line = |it: &StaffLine| {
        let variant = variants.get(&it.sku).copied();
        Ok(CartLine {
            id: CartLineId::generate(),
            variant: variant.ok_or_else(|| ShopError::SkuUnknown(it.sku.clone()))?,
            quantity: it.quantity,
            gift_note: String::new(),
        })
    };
    let cart = Cart {
        id: CartId::generate(),
        user: None,
        token_hash: None,
        currency: new.currency.clone(),
        email: new.customer.email.clone(),
        shipping_address: None,
        billing_address: None,
        shipping_method: None,
        codes: Vec::new(),
        note: new.note.clone(),
        status: CartStatus::Open,
        order: None,
        reserved_until: None,
        reservation: 0,
        version: 0,
        created_at: now,
    };
    let lines = new.lines.iter().map(line).collect::<Result<_>>()?;
    Ok(StoredCart { cart, lines, rules_version })
}

/// The order of such a basket once it was priced.
pub(super) fn order(
    id: OrderId,
    new: &StaffOrder,
    view: &CartView,
    (scale, now): (u8, Timestamp),
) -> Result<NewOrder> {
    let elsewhere = WantedPayment {
        kind: PaymentKind::External,
        card: None::<OrderCard>,
        amount: None::<Amount>,
    };
    let mut made = plan::of_cart(id, view, &[], &[elsewhere], (scale, now))?;
    if made.lines.len() != new.lines.len() {
        return Err(ShopError::CartNotReady);
    }
    made.order.cart = None;
    "staff".clone_into(&mut made.order.channel);
    made.order.external_ref.clone_from(&new.reference);
    made.order.effective_at = new.placed_at;
    made.order.country = new.country.clone().or(made.order.country);
    made.customer = NewCustomer {
        id: CustomerId::generate(),
        user: None,
        email: new.customer.email.clone(),
        name: new.customer.name.clone(),
        external_ref: new.customer.reference.clone(),
    };
    for payment in &mut made.payments {
        payment.reference.clone_from(&new.payment_reference);
    }
    Ok(made)
}
