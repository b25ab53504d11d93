//! Paying for an order that is placed: when a card was declined, or another way is wanted.

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::Permission;
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};
use kernel::{Amount, Problem};

use super::{OrderCard, PaymentWish, WayToPay};
use crate::carts::access::Shopper;
use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::{OrderId, OrderPaymentId};
use crate::orders::jobs::{self, Flow};
use crate::orders::plan::{self, WantedPayment};
use crate::orders::{
    OrderPayment, OrderState, OrderStatus, PaymentKind, PaymentStatus, WholeOrder, status, store,
};
use crate::shop::Shop;

/// After this a job finishes what nobody has finished.
const FINISH_AFTER: Duration = Duration::from_secs(30);

impl Shop {
    /// Gives new cards to their providers: from here on there are only tokens.
    pub(crate) async fn prepare_payments(
        &self,
        shopper: &Shopper,
        wishes: &[PaymentWish],
    ) -> Result<Vec<WantedPayment>> {
        let mut wanted = Vec::with_capacity(wishes.len());
        for PaymentWish { way, amount } in wishes {
            let (kind, card) = match way {
                WayToPay::Wallet { payer } => (PaymentKind::Wallet { payer: *payer }, None),
                WayToPay::Card { with, return_url } => {
                    let user = shopper.actor.and_then(|actor| actor.user());
                    let prepared = self.payments.prepare_charge(user, with).await?;
                    let card = OrderCard {
                        provider: prepared.provider,
                        token: prepared.card_token,
                        return_url: return_url.clone(),
                    };
                    (PaymentKind::Card, Some(card))
                }
            };
            wanted.push(WantedPayment { kind, card, amount: *amount });
        }
        Ok(wanted)
    }

    /// Pays what is missing of an order of the caller's.
    pub(crate) async fn pay_order(
        &self,
        shopper: &Shopper,
        id: OrderId,
        wishes: &[PaymentWish],
    ) -> Result<WholeOrder, Problem> {
        let found = store::one(&self.database.client().await?, id).await?;
        let order = found.filter(|it| it.placed_at.is_some());
        let order = order.filter(|it| self.is_own_order(shopper, it));
        let order = order.ok_or(ShopError::OrderNotFound)?;
        shopper.user(Permission::ShopWrite)?;
        self.settle_flows(id).await?;
        let wanted = self.prepare_payments(shopper, wishes).await?;
        let payments = self.write_payments(id, &order.currency, &wanted).await?;
        for payment in payments {
            self.finish_payment(payment).await?;
        }
        let whole = store::whole(&self.database.client().await?, id).await?;
        Ok(whole.ok_or(ShopError::OrderNotFound)?)
    }

    /// Writes down what is about to be paid, which is what is missing.
    async fn write_payments(
        &self,
        id: OrderId,
        currency: &str,
        wanted: &[WantedPayment],
    ) -> Result<Vec<OrderPaymentId>> {
        let now = self.clock.now();
        let planned = |whole: Option<WholeOrder>| {
            let whole = whole.ok_or(ShopError::OrderNotFound)?;
            plan::payments(wanted, Amount::new(missing(&whole)?), now)
        };
        // Asked before anything is locked, for an early answer: the charge is checked as well.
        let whole = store::whole(&self.database.client().await?, id).await?;
        self.check_cards(&planned(whole)?, currency).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let payments = planned(store::lock_in_tx(&tx, id).await?)?;
        for payment in &payments {
            store::insert_payment_in_tx(&tx, id, payment).await?;
            enqueue_finish_in_tx(&tx, self, payment.id).await?;
        }
        tx.commit().await?;
        Ok(payments.iter().map(|it| it.id).collect())
    }

    /// Holds the wallet of a payment, or has its card charged, unless that was done.
    pub(crate) async fn finish_payment(&self, id: OrderPaymentId) -> Result<()> {
        let client = self.database.client().await?;
        let order = store::order_of_payment(&client, id).await?.ok_or(ShopError::OrderNotFound)?;
        let whole = store::whole(&client, order).await?.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        let payment = whole.payments.iter().find(|it| it.id == id);
        let payment = payment.ok_or(ShopError::Corrupt("a payment of an order"))?;
        if payment.status != PaymentStatus::Pending || whole.order.state != OrderState::Placed {
            return Ok(());
        }
        let (status, failure) = match payment.kind {
            PaymentKind::Wallet { .. } => match self.books.pay(&whole, payment).await? {
                Ok(()) => (PaymentStatus::Authorized, None),
                Err(refusal) => (PaymentStatus::Refused, Some(refusal.as_str().to_owned())),
            },
            PaymentKind::Card => match self.start_charge(&whole, payment).await? {
                // What becomes of it comes as an event.
                None => (PaymentStatus::Pending, None),
                Some(failure) => (PaymentStatus::Refused, Some(failure)),
            },
            PaymentKind::External | PaymentKind::Exchange { .. } => return Ok(()),
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = store::lock_in_tx(&tx, order).await?.ok_or(ShopError::OrderNotFound)?;
        cancel_in_tx(&tx, jobs::FINISH, &id.to_string()).await?;
        let is_open = |it: &OrderPayment| it.id == id && it.status == PaymentStatus::Pending;
        if status != PaymentStatus::Pending && whole.payments.iter().any(is_open) {
            self.record_payment_in_tx(&tx, whole, (id, status, failure)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Records what has become of a payment of the locked order, and tells of it.
    pub(super) async fn record_payment_in_tx(
        &self,
        tx: &Transaction<'_>,
        mut whole: WholeOrder,
        (id, status, failure): (OrderPaymentId, PaymentStatus, Option<String>),
    ) -> Result<WholeOrder> {
        let before = whole.order.status;
        let payment = whole.payments.iter_mut().find(|it| it.id == id);
        let payment = payment.ok_or(ShopError::Corrupt("a payment of an order"))?;
        payment.status = status;
        let reason = failure.clone();
        payment.failure = failure;
        if payment.kind == PaymentKind::Card && status == PaymentStatus::Captured {
            payment.captured = payment.amount;
        }
        // It came when nobody waited for it any more, and goes back.
        if payment.kind == PaymentKind::Card && status == PaymentStatus::Released {
            (payment.captured, payment.refunded) = (payment.amount, payment.amount);
        }
        let now = self.clock.now();
        store::update_payments_in_tx(tx, &whole.payments, now).await?;
        whole.order.status = self.status_in_tx(tx, &whole).await?;
        store::update_in_tx(tx, &whole.order, now).await?;
        let is_paid = whole.order.status == OrderStatus::Paid;
        let event = if is_paid && before == OrderStatus::Placed {
            Some(events::paid(&whole.order))
        } else if status == PaymentStatus::Refused && whole.order.state == OrderState::Placed {
            Some(events::payment_failed(&whole.order, reason.as_deref()))
        } else {
            None
        };
        publish_in_tx(tx, &*self.clock, event.as_slice()).await?;
        Ok(whole)
    }
}

/// A job goes on with a payment if nobody else does.
pub(crate) async fn enqueue_finish_in_tx(
    tx: &Transaction<'_>,
    shop: &Shop,
    payment: OrderPaymentId,
) -> Result<()> {
    let at = shop.clock.now().saturating_add(FINISH_AFTER);
    let job = jobs::finish(Flow::Payment(payment)).at(at);
    Ok(enqueue_in_tx(tx, &*shop.clock, &[job]).await?)
}

/// What nobody has paid and nobody is about to pay.
fn missing(whole: &WholeOrder) -> Result<u128> {
    let due = whole.order.total.get() - whole.order.cancelled_total.get();
    if whole.order.state != OrderState::Placed {
        return Err(ShopError::OrderNotOpen);
    }
    let promised = status::paid(&whole.payments) + whole.order.credit.get();
    let missing = due.saturating_sub(promised);
    let pending = whole.payments.iter().filter(|it| it.status == PaymentStatus::Pending);
    let pending: u128 = pending.map(|it| it.amount.get()).sum();
    match missing.checked_sub(pending) {
        _ if missing == 0 => Err(ShopError::OrderAlreadyPaid),
        None | Some(0) => Err(ShopError::PaymentUnderWay),
        Some(left) => Ok(left),
    }
}
