//! What goes back, of which lines, to which payments. Pure.

use kernel::{Amount, Timestamp};

use super::{Refund, RefundState, RefundedLine};
use crate::error::{Result, ShopError};
use crate::ids::{OrderLineId, OrderPaymentId, OrderRefundId};
use crate::orders::{OrderLine, OrderPayment, PaymentStatus, WholeOrder};
use crate::pricing::split::rounded;

/// What staff wants to give back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewRefund {
    pub(crate) lines: Vec<(OrderLineId, Amount)>,
    pub(crate) shipping: Amount,
    pub(crate) reason: Option<String>,
    /// When it was made, if not now.
    pub(crate) effective_at: Option<Timestamp>,
}

/// The refund, and changes the order to what it is with it.
pub(super) fn plan(
    whole: &mut WholeOrder,
    id: OrderRefundId,
    new: &NewRefund,
    now: Timestamp,
) -> Result<Refund> {
    let mut lines = Vec::with_capacity(new.lines.len());
    for (line, amount) in &new.lines {
        let found = whole.lines.iter_mut().find(|it| it.id == *line);
        lines.push(refund_line(found.ok_or(ShopError::OrderLineNotFound)?, *amount)?);
    }
    let (shipping_net, shipping_tax) = refund_shipping(whole, new.shipping)?;
    let goods: u128 = lines.iter().map(|it| it.net.get() + it.tax.get()).sum();
    let amount = goods + new.shipping.get();
    let left = whole.order.earned.get() - whole.order.refunded.get();
    if amount == 0 || amount > left {
        return Err(ShopError::RefundTooLarge(Amount::new(left)));
    }
    whole.order.refunded = Amount::new(whole.order.refunded.get() + amount);
    Ok(Refund {
        id,
        order: whole.order.id,
        state: RefundState::Pending,
        amount: Amount::new(amount),
        shipping_net,
        shipping_tax,
        reason: new.reason.clone(),
        effective_at: new.effective_at,
        created_at: now,
        lines,
        payouts: payouts(whole, amount)?,
        exchange: None,
    })
}

fn refund_line(line: &mut OrderLine, amount: Amount) -> Result<RefundedLine> {
    let left = line.earned.get() - line.refunded.get();
    if amount.is_zero() || amount.get() > left {
        return Err(ShopError::RefundTooLarge(Amount::new(left)));
    }
    let tax = tax_of(line.refunded, amount, (line.total, line.tax));
    line.refunded = Amount::new(line.refunded.get() + amount.get());
    let net = Amount::new(amount.get() - tax.get());
    Ok(RefundedLine { line: line.id, net, tax })
}

fn refund_shipping(whole: &mut WholeOrder, amount: Amount) -> Result<(Amount, Amount)> {
    let order = &mut whole.order;
    let earned = if order.earned.is_zero() { Amount::ZERO } else { order.shipping_total };
    let left = earned.get() - order.shipping_refunded.get();
    if amount.get() > left {
        return Err(ShopError::RefundTooLarge(Amount::new(left)));
    }
    let all = (order.shipping_total, order.shipping_tax);
    let tax = tax_of(order.shipping_refunded, amount, all);
    order.shipping_refunded = Amount::new(order.shipping_refunded.get() + amount.get());
    Ok((Amount::new(amount.get() - tax.get()), tax))
}

/// The tax in what goes back. However a price is given back in parts, their taxes add up to its own.
fn tax_of(before: Amount, amount: Amount, (total, tax): (Amount, Amount)) -> Amount {
    if total.is_zero() {
        return Amount::ZERO;
    }
    let upto = |part: u128| rounded(part, tax.get(), total.get());
    let part = upto(before.get() + amount.get()) - upto(before.get());
    Amount::new(part.min(amount.get()))
}

/// To which payments it goes back: the last one first.
fn payouts(whole: &mut WholeOrder, amount: u128) -> Result<Vec<(OrderPaymentId, Amount)>> {
    let mut left = amount;
    let mut payouts = Vec::new();
    for payment in whole.payments.iter_mut().rev() {
        let here = left.min(payment.kept());
        if here > 0 {
            left -= here;
            payment.refunded = Amount::new(payment.refunded.get() + here);
            payouts.push((payment.id, Amount::new(here)));
        }
    }
    let is_disputed = |it: &OrderPayment| it.status == PaymentStatus::Disputed;
    match left {
        0 => Ok(payouts),
        _ if whole.payments.iter().any(is_disputed) => Err(ShopError::PaymentDisputed),
        _ => Err(ShopError::Corrupt("what was paid for an order")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taxes_of_parts_add_up() {
        let all = (Amount::new(100), Amount::new(17));
        for cut in 0..=100u128 {
            let first = tax_of(Amount::ZERO, Amount::new(cut), all).get();
            let second = tax_of(Amount::new(cut), Amount::new(100 - cut), all).get();
            assert_eq!(first + second, 17, "{cut}");
        }
        assert_eq!(tax_of(Amount::ZERO, Amount::ZERO, (Amount::ZERO, Amount::ZERO)), Amount::ZERO);
    }
}
