//! How a return pays for the order that is sent instead: with a part of its refund, which goes into
//! that order's account and to nobody.

use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::bus::{enqueue_in_tx, publish_in_tx};
use kernel::{Amount, Timestamp};

use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::{OrderId, OrderPaymentId, transfer_id};
use crate::order_payments::expiry::expire;
use crate::orders::{
    self, Order, OrderPayment, OrderState, OrderStatus, PaymentKind, PaymentStatus, WholeOrder,
};
use crate::refunds::{Refund, RefundExchange};
use crate::settings;
use crate::shop::Shop;

/// Of what goes back to payments, the part that pays for an exchange.
pub(crate) fn shares(
    payouts: &[(OrderPaymentId, Amount)],
    amount: u128,
) -> Vec<(OrderPaymentId, Amount)> {
    let mut left = amount;
    let mut shares = Vec::new();
    for (payment, there) in payouts {
        let here = left.min(there.get());
        if here > 0 {
            left -= here;
            shares.push((*payment, Amount::new(here)));
        }
    }
    shares
}

/// The payments that a refund makes for the order that is sent instead.
fn payments(
    whole: &WholeOrder,
    refund: &Refund,
    exchange: &RefundExchange,
    now: Timestamp,
) -> Result<Vec<OrderPayment>> {
    let payment = |(index, (id, amount)): (usize, &(OrderPaymentId, Amount))| {
        let source = whole.payments.iter().find(|it| it.id == *id);
        let source = source.ok_or(ShopError::Corrupt("the payment of a refund"))?;
        Ok(OrderPayment {
            id: payment_id(refund, index),
            kind: PaymentKind::Exchange { origin: source.origin(whole.order.id) },
            amount: *amount,
            status: PaymentStatus::Pending,
            captured: Amount::ZERO,
            refunded: Amount::ZERO,
            stranded: Amount::ZERO,
            reference: Some(refund.id.to_string()),
            card: None,
            failure: None,
            created_at: now,
            updated_at: now,
            captured_at: None,
        })
    };
    exchange.shares.iter().enumerate().map(payment).collect()
}

fn payment_id(refund: &Refund, index: usize) -> OrderPaymentId {
    OrderPaymentId::from_u128(transfer_id(refund.id.as_u128(), "exchange", index as u64))
}

/// What of an order waits for the return; nothing once it was cancelled.
pub(crate) fn credit(order: &Order) -> u128 {
    if order.state == OrderState::Placed { order.credit.get() } else { 0 }
}

impl Shop {
    /// Writes down what a refund of the first order pays for the other one, which is locked.
    pub(crate) async fn promise_exchange_in_tx(
        &self,
        tx: &Transaction<'_>,
        whole: &WholeOrder,
        refund: &Refund,
        now: Timestamp,
    ) -> Result<()> {
        let Some(exchange) = &refund.exchange else { return Ok(()) };
        for payment in payments(whole, refund, exchange, now)? {
            orders::store::insert_payment_in_tx(tx, exchange.order, &payment).await?;
        }
        orders::store::credited_in_tx(tx, exchange.order).await
    }

    /// What became of it: the money is in the other order's account, or the payer's account is
    /// closed, which refused all of the refund.
    pub(crate) async fn record_exchange_in_tx(
        &self,
        tx: &Transaction<'_>,
        refund: &Refund,
        is_done: bool,
    ) -> Result<()> {
        let Some(exchange) = &refund.exchange else { return Ok(()) };
        let now = self.clock.now();
        let whole = orders::store::lock_in_tx(tx, exchange.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let ours: Vec<OrderPaymentId> =
            (0..exchange.shares.len()).map(|index| payment_id(refund, index)).collect();
        for payment in whole.payments.iter_mut().filter(|it| ours.contains(&it.id)) {
            (payment.status, payment.captured) = match is_done {
                true => (PaymentStatus::Captured, payment.amount),
                false => (PaymentStatus::Refused, Amount::ZERO),
            };
        }
        let before = whole.order.status;
        orders::store::update_payments_in_tx(tx, &whole.payments, now).await?;
        whole.order.status = self.status_in_tx(tx, &whole).await?;
        orders::store::update_in_tx(tx, &whole.order, now).await?;
        match (before, whole.order.status) {
            (OrderStatus::Placed, OrderStatus::Paid) => {
                publish_in_tx(tx, &*self.clock, &[events::paid(&whole.order)]).await?;
            }
            (_, OrderStatus::Placed) => self.await_rest_in_tx(tx, whole.order.id, now).await?,
            _ => {}
        }
        Ok(())
    }

    /// The buyer has the usual time to pay what is missing now.
    pub(crate) async fn await_rest_in_tx(
        &self,
        tx: &Transaction<'_>,
        order: OrderId,
        now: Timestamp,
    ) -> Result<()> {
        let wait = Duration::from_secs(settings::store::get(tx).await?.payment_s.into());
        let job = expire(order).at(now.saturating_add(wait));
        Ok(enqueue_in_tx(tx, &*self.clock, &[job]).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_takes_of_the_payouts_what_it_needs() {
        let id = OrderPaymentId::from_u128;
        let payouts = [(id(1), Amount::new(30)), (id(2), Amount::new(70))];
        let check = |amount, expected: &[(u128, u128)]| {
            let found = shares(&payouts, amount);
            let found: Vec<_> = found.iter().map(|(id, it)| (id.as_u128(), it.get())).collect();
            assert_eq!(found, expected, "{amount}");
        };
        check(0, &[]);
        check(20, &[(1, 20)]);
        check(30, &[(1, 30)]);
        check(80, &[(1, 30), (2, 50)]);
        check(100, &[(1, 30), (2, 70)]);
    }
}
