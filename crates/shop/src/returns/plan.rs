//! What may come back, and what it is worth. Pure.

use std::time::Duration;

use kernel::{Amount, Timestamp};

use super::exchanges::Exchange;
use super::{Return, ReturnLine, ReturnReason, ReturnState};
use crate::carts::service::WantedItem;
use crate::error::{AfterSaleError, Result, ShopError};
use crate::ids::{OrderLineId, ReturnId};
use crate::orders::{OrderLine, WholeOrder};
use crate::pricing::split::of_pieces;
use crate::refunds::plan::NewRefund;
use crate::shipments::{Shipment, ShipmentState};

const DAY: Duration = Duration::from_secs(86_400);

/// What somebody wants to return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewReturn {
    /// Each line once.
    pub(crate) lines: Vec<(OrderLineId, u32, ReturnReason)>,
    pub(crate) note: Option<String>,
    /// What is wanted instead.
    pub(crate) exchange: Vec<WantedItem>,
}

/// What arrived of a return, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Each line once.
    pub(crate) lines: Vec<ReceivedLine>,
    pub(crate) location: String,
    /// Whether the goods are paid back, and how much of the sending.
    pub(crate) refund: Option<Amount>,
    /// When they arrived and were paid back, if not now.
    pub(crate) received_at: Option<Timestamp>,
}

impl Receipt {
    /// Whether this is what was written down when the goods arrived.
    pub(super) fn is_of(&self, it: &Return) -> bool {
        let of_line = |line: &ReturnLine| {
            let found = self.lines.iter().find(|received| received.line == line.line);
            let came = found.map_or((0, 0), |received| (received.restock, received.write_off));
            came == (line.restocked, line.written_off)
        };
        it.received_at.is_some()
            && it.location.as_deref() == Some(&*self.location)
            && it.lines.iter().all(of_line)
    }
}

/// Pieces of a line that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReceivedLine {
    pub(crate) line: OrderLineId,
    pub(crate) restock: u32,
    pub(crate) write_off: u32,
}

/// What was sent of an order and what is to come back of it by now.
pub(super) struct Sent<'a> {
    pub(super) whole: &'a WholeOrder,
    pub(super) shipments: &'a [Shipment],
    pub(super) returns: &'a [Return],
}

/// The return. Buyers have a period, in days; staff has none.
pub(super) fn request(
    sent: &Sent<'_>,
    id: ReturnId,
    new: &NewReturn,
    exchange: Option<Exchange>,
    (days, now): (Option<u32>, Timestamp),
) -> Result<Return> {
    let mut lines = Vec::with_capacity(new.lines.len());
    for (line, quantity, reason) in &new.lines {
        let found = sent.whole.lines.iter().find(|it| it.id == *line);
        let found = found.ok_or(ShopError::OrderLineNotFound)?;
        let left = sent.left(found);
        if *quantity > left {
            return Err(AfterSaleError::ReturnTooMany { sku: found.sku.clone(), left }.into());
        }
        if let Some(days) = days
            && *quantity > sent.in_period(*line, days, now)
        {
            return Err(AfterSaleError::ReturnTooLate(days).into());
        }
        let (restocked, written_off) = (0, 0);
        let quantity = *quantity;
        lines.push(ReturnLine { line: *line, quantity, reason: *reason, restocked, written_off });
    }
    let by_staff = days.is_none();
    // What is sent instead has to be held before it is approved.
    let is_approved = by_staff && exchange.is_none();
    Ok(Return {
        id,
        order: sent.whole.order.id,
        order_number: sent.whole.order.number,
        state: if is_approved { ReturnState::Approved } else { ReturnState::Requested },
        by_staff,
        note: new.note.clone(),
        decision: None,
        location: None,
        refund: None,
        created_at: now,
        decided_at: is_approved.then_some(now),
        received_at: None,
        closed_at: None,
        lines,
        exchange,
    })
}

impl Sent<'_> {
    /// Pieces that were sent and that no return is about.
    fn left(&self, line: &OrderLine) -> u32 {
        let claimed: u32 = self.returns.iter().map(|it| it.claimed(line.id)).sum();
        line.shipped.saturating_sub(claimed)
    }

    /// Pieces that may still come back at this moment.
    fn in_period(&self, line: OrderLineId, days: u32, now: Timestamp) -> u32 {
        let sent = self.shipments.iter().filter(|it| it.state == ShipmentState::Shipped);
        let parcels = sent.flat_map(|parcel| {
            let from = parcel.delivered_at.unwrap_or(parcel.shipped_at);
            let until = from.saturating_add(DAY * days);
            let of_line = parcel.lines.iter().filter(move |it| it.line == line);
            of_line.map(move |it| (until, it.quantity))
        });
        let claims = self.returns.iter().map(|it| (it.created_at, it.claimed(line)));
        left_in_period(parcels.collect(), claims.collect(), now)
    }
}

/// Of parcels with the end of their period, what is left after claims at their times. Each claim
/// takes what ends first of what hadn't ended then; staff's may take what had.
fn left_in_period(
    mut parcels: Vec<(Timestamp, u32)>,
    mut claims: Vec<(Timestamp, u32)>,
    now: Timestamp,
) -> u32 {
    parcels.sort_unstable();
    claims.sort_unstable();
    for (at, pieces) in claims {
        let mut left = pieces;
        let first = parcels.partition_point(|(until, _)| *until < at);
        let (ended, open) = parcels.split_at_mut(first);
        for (_, there) in open.iter_mut().chain(ended) {
            let here = left.min(*there);
            *there -= here;
            left -= here;
        }
    }
    parcels.iter().filter(|(until, _)| *until >= now).map(|(_, pieces)| pieces).sum()
}

/// Notes what arrived of a return, and changes the order to what it is with that. What goes back in
/// money, if any does.
pub(super) fn receive(
    whole: &mut WholeOrder,
    it: &mut Return,
    receipt: &Receipt,
) -> Result<Option<NewRefund>> {
    // What pays for an exchange at once went back when that was approved.
    let is_paid = it.refund.is_some();
    let mut worth = Vec::with_capacity(receipt.lines.len());
    for received in &receipt.lines {
        let found = it.lines.iter_mut().find(|line| line.line == received.line);
        let line = found.ok_or(ShopError::OrderLineNotFound)?;
        let ordered = whole.lines.iter_mut().find(|line| line.id == received.line);
        let ordered = ordered.ok_or(ShopError::Corrupt("the line of a return"))?;
        let came = received.restock.saturating_add(received.write_off);
        if came > line.quantity {
            let left = line.quantity;
            return Err(AfterSaleError::ReturnTooMany { sku: ordered.sku.clone(), left }.into());
        }
        (line.restocked, line.written_off) = (received.restock, received.write_off);
        let amount = worth_of(ordered, came);
        ordered.returned += came;
        if !amount.is_zero() && !is_paid {
            worth.push((ordered.id, amount));
        }
    }
    if it.lines.iter().all(|line| line.came() == 0) {
        return Err(AfterSaleError::ReturnEmpty.into());
    }
    it.location = Some(receipt.location.clone());
    // With something sent instead, what that costs less goes back in any case.
    let shipping = receipt.refund.or_else(|| it.exchange.as_ref().map(|_| Amount::ZERO));
    let refund = shipping.map(|shipping| NewRefund {
        lines: worth,
        shipping,
        reason: Some(format!("return {}", it.id)),
        effective_at: receipt.received_at,
    });
    Ok(refund.filter(|it| !it.lines.is_empty() || !it.shipping.is_zero()))
}

/// What all that a return is about was paid, by line.
pub(super) fn worth(whole: &WholeOrder, it: &Return) -> Vec<(OrderLineId, Amount)> {
    let of_line = |returned: &ReturnLine| {
        let line = whole.lines.iter().find(|line| line.id == returned.line)?;
        Some((line.id, worth_of(line, returned.quantity)))
    };
    let all = it.lines.iter().filter_map(of_line);
    all.filter(|(_, amount)| !amount.is_zero()).collect()
}

/// What so many more pieces of a line were paid, unless that has gone back already. However the
/// pieces of a line come back, together they are worth what was sent of it.
fn worth_of(line: &OrderLine, pieces: u32) -> Amount {
    if pieces == 0 {
        return Amount::ZERO;
    }
    let after = line.returned + pieces;
    let worth = of_pieces(line.earned.get(), line.shipped, line.returned, after);
    Amount::new(worth.min(line.earned.get() - line.refunded.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(day: i64) -> Timestamp {
        Timestamp::from_micros(day * 86_400_000_000)
    }

    #[test]
    fn what_ends_first_comes_back_first() {
        let check = |parcels: &[(i64, u32)], claims: &[(i64, u32)], now, expected| {
            let timed = |all: &[(i64, u32)]| all.iter().map(|(day, n)| (at(*day), *n)).collect();
            let found = left_in_period(timed(parcels), timed(claims), at(now));
            assert_eq!(found, expected, "{parcels:?} {claims:?} {now}");
        };
        check(&[(10, 3), (20, 2)], &[], 5, 5);
        check(&[(10, 3), (20, 2)], &[], 10, 5);
        check(&[(10, 3), (20, 2)], &[], 11, 2);
        // Claimed while all was in its period: of the first parcel.
        check(&[(20, 2), (10, 3)], &[(5, 2)], 11, 2);
        check(&[(10, 3), (20, 2)], &[(5, 4)], 11, 1);
        // Claimed when the first one's had ended.
        check(&[(10, 3), (20, 2)], &[(15, 1)], 16, 1);
        check(&[(10, 3), (20, 2)], &[(15, 2), (5, 1)], 16, 0);
        // Staff took more than was in its period.
        check(&[(10, 3), (20, 2)], &[(15, 4)], 16, 0);
    }
}
