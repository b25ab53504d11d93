//! An order as it is about to be written: what a cart comes to, from where its goods are taken and
//! with what it is paid. Pure, but for the ids that are new.

use hashbrown::HashMap;
use kernel::audit::NewEntry;
use kernel::{Amount, Timestamp};

use super::{
    Order, OrderDiscount, OrderHold, OrderLine, OrderPayment, OrderState, OrderStatus, PaymentKind,
    PaymentStatus,
};
use crate::carts::reservations::CartHold;
use crate::carts::view::{CartView, ViewLine};
use crate::customers::NewCustomer;
use crate::error::{Result, ShopError};
use crate::ids::{CustomerId, OrderId, OrderLineId, OrderPaymentId, VariantId, transfer_id};
use crate::locations::Location;
use crate::order_payments::OrderCard;
use crate::pricing::{Priced, PricedLine, Promotion};
use crate::stock::Levels;

/// An order to write.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) order: Order,
    pub(crate) customer: NewCustomer,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) holds: Vec<OrderHold>,
    pub(crate) payments: Vec<OrderPayment>,
    /// The promotions that it uses, in the order of their ids.
    pub(crate) promotions: Vec<Promotion>,
    /// What is held for its cart; none if nothing was ever held for it.
    pub(crate) held: Option<Vec<CartHold>>,
    /// The cart that was checked: its version, and which of its reservations.
    pub(crate) cart_version: (i64, u32),
    /// What the audit log says of it, if staff writes it down.
    pub(crate) entry: Option<NewEntry>,
}

/// With what somebody wants to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedPayment {
    pub(crate) kind: PaymentKind,
    pub(crate) card: Option<OrderCard>,
    /// None: what the others leave.
    pub(crate) amount: Option<Amount>,
}

/// The order of a cart that lacks nothing.
pub(crate) fn of_cart(
    id: OrderId,
    view: &CartView,
    held: &[CartHold],
    wanted: &[WantedPayment],
    (scale, now): (u8, Timestamp),
) -> Result<NewOrder> {
    let priced = view.priced.as_ref().ok_or(ShopError::CartNotReady)?;
    let sold: Vec<(&ViewLine, &PricedLine)> =
        view.lines.iter().filter_map(|line| Some((line, &priced.lines[line.item?]))).collect();
    let lines: Vec<OrderLine> =
        sold.iter().filter_map(|(line, part)| order_line(line, part)).collect();
    let holds = allocate(id, &sold, &lines, &view.rules.places, held)?;
    let cart = &view.cart;
    let order = order(id, view, priced, (scale, now));
    let address = cart.billing_address.as_ref().or(cart.shipping_address.as_ref());
    let customer = NewCustomer {
        id: order.customer,
        user: cart.user,
        email: cart.email.clone(),
        name: address.map(|it| it.name.0.clone()),
        external_ref: None,
    };
    let payments = payments(wanted, order.total, now)?;
    Ok(NewOrder {
        promotions: promotions(view, &order.discounts),
        held: cart.reserved_until.map(|_| held.to_vec()),
        cart_version: (cart.version, cart.reservation),
        entry: None,
        order,
        customer,
        lines,
        holds,
        payments,
    })
}

/// What it comes to; nothing has become of it yet.
fn order(id: OrderId, view: &CartView, priced: &Priced, (scale, now): (u8, Timestamp)) -> Order {
    let shipping = priced.shipping.clone().unwrap_or_default();
    let cart = &view.cart;
    Order {
        id,
        number: None,
        cart: Some(cart.id),
        customer: CustomerId::generate(),
        user: cart.user,
        token_hash: cart.token_hash.clone(),
        channel: "storefront".to_owned(),
        state: OrderState::Placing,
        status: OrderStatus::Placing,
        refusal: None,
        currency: cart.currency.clone(),
        scale,
        country: cart.country().map(str::to_owned).or_else(|| view.rules.taxes.home.clone()),
        email: cart.email.clone(),
        language: None,
        shipping_address: cart.shipping_address.clone(),
        billing_address: cart.billing_address.clone(),
        shipping_method: priced.shipping.as_ref().and_then(|_| {
            let method = view.rules.shipping_method(cart.shipping_method?)?;
            Some(method.title.clone())
        }),
        note: cart.note.clone(),
        prices_include_tax: view.rules.taxes.are_inclusive,
        subtotal: Amount::new(priced.subtotal),
        shipping_total: Amount::new(shipping.total),
        shipping_tax: Amount::new(shipping.tax),
        shipping_tax_rate: shipping.tax_rate,
        total: Amount::new(priced.total),
        discounts: discounts(view),
        cancelled_total: Amount::ZERO,
        earned: Amount::ZERO,
        refunded: Amount::ZERO,
        shipping_refunded: Amount::ZERO,
        exchange_of: None,
        credit: Amount::ZERO,
        version: 1,
        external_ref: None,
        effective_at: None,
        placed_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn order_line(line: &ViewLine, part: &PricedLine) -> Option<OrderLine> {
    let it = line.sellable.as_ref()?;
    Some(OrderLine {
        id: OrderLineId::generate(),
        variant: it.variant,
        product: it.product,
        sku: it.sku.clone(),
        asset: it.asset.clone(),
        handle: Some(it.handle.clone()),
        image: it.image,
        title: it.title.clone(),
        variant_title: it.variant_title.clone(),
        gift_note: line.line.gift_note.clone(),
        tracks_stock: it.tracks_stock,
        needs_shipping: it.needs_shipping,
        unit_price: it.unit_price(line.line.quantity)?,
        quantity: line.line.quantity,
        subtotal: Amount::new(part.subtotal),
        discount: Amount::new(part.discount),
        tax: Amount::new(part.tax),
        tax_rate: part.tax_rate,
        total: Amount::new(part.total),
        cancelled: 0,
        shipped: 0,
        returned: 0,
        refunded: Amount::ZERO,
        earned: Amount::ZERO,
    })
}

fn promotions(view: &CartView, discounts: &[OrderDiscount]) -> Vec<Promotion> {
    let is_used = |it: &&Promotion| discounts.iter().any(|discount| discount.promotion == it.id);
    let mut used: Vec<Promotion> = view.rules.promotions.iter().filter(is_used).cloned().collect();
    used.sort_by_key(|it| it.id);
    used
}

fn discounts(view: &CartView) -> Vec<OrderDiscount> {
    let title = |id| {
        let found = view.rules.promotions.iter().find(|it| it.id == id);
        found.map(|it| it.title.clone()).unwrap_or_default()
    };
    let taken = view.priced.iter().flat_map(|priced| &priced.discounts);
    let discount = |it: &crate::pricing::Discount| OrderDiscount {
        promotion: it.promotion,
        title: title(it.promotion),
        amount: Amount::new(it.amount),
    };
    taken.map(discount).collect()
}

/// From where the goods of each line are taken. What is held for the cart is there for its order.
fn allocate(
    order: OrderId,
    sold: &[(&ViewLine, &PricedLine)],
    lines: &[OrderLine],
    places: &[Location],
    held: &[CartHold],
) -> Result<Vec<OrderHold>> {
    let mut left: HashMap<VariantId, Levels> = HashMap::new();
    let mut holds = Vec::with_capacity(lines.len());
    for ((view, _), line) in sold.iter().zip(lines) {
        let Some(levels) = &view.levels else { continue };
        let levels =
            left.entry(line.variant).or_insert_with(|| freed(levels, line.variant, places, held));
        let insufficient = || ShopError::StockInsufficient {
            sku: line.sku.clone(),
            available: Amount::new(levels.sellable()),
        };
        let parts = levels.allocate(line.quantity.into()).ok_or_else(insufficient)?;
        for (place, quantity) in parts {
            levels.take(place, quantity);
            holds.push(OrderHold {
                line: line.id,
                transfer: transfer_id(order.as_u128(), "goods", holds.len() as u64),
                location: place.map(|index| places[index].handle.clone()),
                quantity: u32::try_from(quantity).expect("at most what the line wants"),
                taken: 0,
            });
        }
    }
    Ok(holds)
}

/// What there is of a variant once the cart's own holds are released.
pub(crate) fn freed(
    levels: &Levels,
    variant: VariantId,
    places: &[Location],
    held: &[CartHold],
) -> Levels {
    let mut levels = levels.clone();
    for hold in held.iter().filter(|hold| hold.variant == variant) {
        let pieces = u128::from(hold.quantity);
        let place = places.iter().position(|it| Some(&it.handle) == hold.location.as_ref());
        match (place, &hold.location) {
            (Some(index), _) => levels.places[index].release(pieces),
            (None, None) => levels.release_backorder(pieces),
            // Nothing is sold from there any more.
            (None, Some(_)) => {}
        }
    }
    levels
}

/// The payments, which come to the total together.
pub(crate) fn payments(
    wanted: &[WantedPayment],
    total: Amount,
    now: Timestamp,
) -> Result<Vec<OrderPayment>> {
    let given: u128 = wanted.iter().filter_map(|it| it.amount).map(Amount::get).sum();
    let open = wanted.iter().filter(|it| it.amount.is_none()).count();
    let left = total.get().checked_sub(given).filter(|left| *left == 0 || open == 1);
    let left = left.filter(|_| open <= 1).ok_or(ShopError::PaymentsDiffer(total))?;
    let payment = |it: &WantedPayment| OrderPayment {
        id: OrderPaymentId::generate(),
        kind: it.kind,
        amount: it.amount.unwrap_or(Amount::new(left)),
        status: PaymentStatus::Pending,
        captured: Amount::ZERO,
        refunded: Amount::ZERO,
        stranded: Amount::ZERO,
        reference: None,
        card: it.card.clone(),
        failure: None,
        created_at: now,
        updated_at: now,
        captured_at: None,
    };
    Ok(wanted.iter().map(payment).filter(|it| !it.amount.is_zero()).collect())
}

#[cfg(test)]
mod tests {
    use identity::UserId;

    use super::*;

    #[test]
    fn payments_come_to_the_total() {
        let wallet = |amount: Option<u128>| WantedPayment {
            kind: PaymentKind::Wallet { payer: UserId::from_u128(1) },
            card: None,
            amount: amount.map(Amount::new),
        };
        let check = |wanted: &[WantedPayment], expected: Option<&[u128]>| {
            let found = payments(wanted, Amount::new(100), Timestamp::from_micros(0)).ok();
            let found = found.map(|all| all.iter().map(|it| it.amount.get()).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), expected, "{wanted:?}");
        };
        check(&[wallet(None)], Some(&[100]));
        check(&[wallet(Some(30)), wallet(None)], Some(&[30, 70]));
        check(&[wallet(Some(30)), wallet(Some(70))], Some(&[30, 70]));
        check(&[wallet(Some(100)), wallet(None)], Some(&[100]));
        check(&[], None);
        check(&[wallet(Some(99))], None);
        check(&[wallet(Some(101))], None);
        check(&[wallet(None), wallet(None)], None);
    }
}
