//! What a parcel takes and earns. Pure: the order goes in, the parcel and the order as it is then
//! come out.

use kernel::{Amount, Timestamp};

use super::{Capture, Pick, Shipment, ShipmentState, ShippedLine};
use crate::error::{Result, ShopError};
use crate::ids::{OrderLineId, ShipmentId, transfer_id};
use crate::orders::{
    OrderHold, OrderLine, OrderState, PaymentKind, PaymentStatus, WholeOrder, status,
};
use crate::pricing::split::of_pieces;

/// What staff says of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewShipment {
    /// Pieces of lines; everything that is open, if empty.
    pub(crate) lines: Vec<(OrderLineId, u32)>,
    pub(crate) location: String,
    pub(crate) carrier: Option<String>,
    pub(crate) tracking: Option<String>,
    pub(crate) url: Option<String>,
    /// When it was sent, if not now.
    pub(crate) shipped_at: Option<Timestamp>,
}

/// The parcel, and changes the order to what it is with it.
pub(super) fn plan(
    whole: &mut WholeOrder,
    id: ShipmentId,
    new: &NewShipment,
    now: Timestamp,
) -> Result<Shipment> {
    require_shippable(whole)?;
    let wanted = wanted(&whole.lines, &new.lines)?;
    let lines = earn(whole, &wanted);
    let is_first = whole.order.earned.is_zero();
    let shipping = if is_first { whole.order.shipping_total } else { Amount::ZERO };
    let shipping_tax = if is_first { whole.order.shipping_tax } else { Amount::ZERO };
    let picks = pick(whole, id, &wanted);
    let goods: u128 = lines.iter().map(|it| it.net.get() + it.tax.get()).sum();
    let worth = goods + shipping.get();
    let captures = capture(whole, worth);
    whole.order.earned = Amount::new(whole.order.earned.get() + worth);
    let mut parcel = Shipment {
        id,
        order: whole.order.id,
        location: new.location.clone(),
        state: ShipmentState::Pending,
        carrier: new.carrier.clone(),
        tracking: new.tracking.clone(),
        url: new.url.clone(),
        shipping_net: Amount::new(shipping.get() - shipping_tax.get()),
        shipping_tax,
        shipped_at: new.shipped_at.unwrap_or(now),
        delivered_at: None,
        created_at: now,
        lines,
        picks,
        captures,
    };
    in_stored_order(&mut parcel);
    Ok(parcel)
}

/// The ids of a parcel's transfers count them: whoever makes them again from the rows must find the
/// same order.
fn in_stored_order(parcel: &mut Shipment) {
    parcel.lines.sort_unstable_by_key(|it| it.line);
    parcel.picks.sort_unstable_by_key(|it| it.transfer);
    parcel.captures.sort_unstable_by_key(|it| it.payment);
}

fn require_shippable(whole: &WholeOrder) -> Result<()> {
    let due = whole.order.total.get() - whole.order.cancelled_total.get();
    if whole.order.state != OrderState::Placed {
        return Err(ShopError::OrderNotOpen);
    }
    if status::paid(&whole.payments) < due { Err(ShopError::OrderNotPaid) } else { Ok(()) }
}

/// Which lines, by their places, and how many pieces.
fn wanted(lines: &[OrderLine], asked: &[(OrderLineId, u32)]) -> Result<Vec<(usize, u32)>> {
    let all = || lines.iter().enumerate().map(|(index, line)| (index, line.open()));
    let mut wanted: Vec<(usize, u32)> = Vec::new();
    if asked.is_empty() {
        wanted.extend(all().filter(|(_, open)| *open > 0));
    }
    for (id, quantity) in asked {
        let index = lines.iter().position(|line| line.id == *id);
        let index = index.ok_or(ShopError::OrderLineNotFound)?;
        let is_twice = wanted.iter().any(|(known, _)| *known == index);
        if is_twice || *quantity > lines[index].open() {
            return Err(ShopError::OrderLineNotOpen(lines[index].sku.clone()));
        }
        wanted.push((index, *quantity));
    }
    if wanted.is_empty() { Err(ShopError::OrderNotOpen) } else { Ok(wanted) }
}

/// What the pieces earn. However a line is cut into parcels, the parts add up to it.
fn earn(whole: &mut WholeOrder, wanted: &[(usize, u32)]) -> Vec<ShippedLine> {
    let mut earned = Vec::with_capacity(wanted.len());
    for (index, quantity) in wanted {
        let line = &mut whole.lines[*index];
        let before = line.shipped + line.cancelled;
        let part = |whole: Amount| of_pieces(whole.get(), line.quantity, before, before + quantity);
        let (total, tax) = (part(line.total), part(line.tax));
        // Of the smallest parts the tax may be rounded up before the price is.
        let tax = tax.min(total);
        line.shipped += quantity;
        line.earned = Amount::new(line.earned.get() + total);
        earned.push(ShippedLine {
            line: line.id,
            quantity: *quantity,
            net: Amount::new(total - tax),
            tax: Amount::new(tax),
        });
    }
    earned
}

/// From which holds the pieces are taken: what was there at the sale first. What wasn't there is
/// taken as a whole, and what is left of it is held anew.
fn pick(whole: &mut WholeOrder, id: ShipmentId, wanted: &[(usize, u32)]) -> Vec<Pick> {
    let mut picks = Vec::with_capacity(wanted.len());
    let mut held_anew = Vec::new();
    for (index, quantity) in wanted {
        let line = whole.lines[*index].id;
        let mut left = *quantity;
        let mut holds: Vec<&mut OrderHold> =
            whole.holds.iter_mut().filter(|hold| hold.line == line).collect();
        holds.sort_by_key(|hold| hold.location.is_none());
        for hold in holds {
            let here = left.min(hold.quantity - hold.taken);
            if here == 0 {
                continue;
            }
            left -= here;
            hold.taken += here;
            picks.push(Pick { transfer: hold.transfer, quantity: here });
            let rest = hold.quantity - hold.taken;
            if hold.location.is_none() && rest > 0 {
                hold.taken = hold.quantity;
                let transfer = transfer_id(id.as_u128(), "hold", picks.len() as u64);
                held_anew.push(OrderHold {
                    line,
                    transfer,
                    location: None,
                    quantity: rest,
                    taken: 0,
                });
            }
        }
        debug_assert!(left == 0 || !whole.lines[*index].tracks_stock, "every piece is held");
    }
    whole.holds.extend(held_anew);
    picks
}

/// Undoes [`pick`] for a parcel that the ledger refused: none of its transfers was made, so what was
/// to be held anew isn't, and what it was made of still is.
pub(super) fn put_back(whole: &mut WholeOrder, shipment: &Shipment) {
    let numbers = 1..=shipment.picks.len() as u64;
    let ours: Vec<u128> =
        numbers.map(|number| transfer_id(shipment.id.as_u128(), "hold", number)).collect();
    for hold in whole.holds.iter_mut().filter(|hold| ours.contains(&hold.transfer)) {
        hold.taken = hold.quantity;
    }
    for pick in &shipment.picks {
        if let Some(hold) = whole.holds.iter_mut().find(|hold| hold.transfer == pick.transfer) {
            // One that wasn't there was taken as a whole, in one parcel.
            hold.taken = if hold.location.is_none() { 0 } else { hold.taken - pick.quantity };
        }
    }
}

/// What has to be taken from payments that are held: what the order's account lacks.
fn capture(whole: &mut WholeOrder, worth: u128) -> Vec<Capture> {
    let mut need = worth.saturating_sub(whole.unearned());
    let mut captures = Vec::new();
    for payment in &mut whole.payments {
        let is_held = matches!(payment.kind, PaymentKind::Wallet { .. })
            && payment.status == PaymentStatus::Authorized;
        let here = need.min(payment.amount.get() - payment.captured.get());
        if !is_held || here == 0 {
            continue;
        }
        need -= here;
        payment.captured = Amount::new(payment.captured.get() + here);
        if payment.captured == payment.amount {
            payment.status = PaymentStatus::Captured;
        }
        captures.push(Capture { payment: payment.id, amount: Amount::new(here) });
    }
    assert_eq!(need, 0, "an order that is paid has the money for its parcels");
    captures
}
