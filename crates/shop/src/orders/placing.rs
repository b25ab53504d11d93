//! How an order is placed: written down, asked of the ledger, recorded. Each step may be cut off and
//! taken again, by this process or another: the ids of the ledger's transfers are in the rows.

use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::audit;
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};

use super::book::PlacingRefusal;
use super::jobs::Flow;
use super::plan::NewOrder;
use super::{
    OrderLine, OrderPayment, OrderState, OrderStatus, PaymentKind, PaymentStatus, WholeOrder, jobs,
    status, store,
};
use crate::carts::{self, reservations};
use crate::customers;
use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::OrderId;
use crate::locations;
use crate::order_payments::expiry::expire;
use crate::order_payments::service::enqueue_finish_in_tx;
use crate::promotions;
use crate::settings;
use crate::shop::Shop;
use crate::stock;

/// After this a job finishes what nobody has finished.
const FINISH_AFTER: Duration = Duration::from_secs(30);

/// What has become of an order that was to be placed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Placing {
    Placed(Box<WholeOrder>),
    Refused(PlacingRefusal),
    /// Its cart changed, or became another order, before it was written down.
    CartChanged,
}

impl Shop {
    /// Writes an order down and places it.
    pub(crate) async fn place(&self, new: &NewOrder) -> Result<Placing> {
        if !self.write_order(new).await? {
            return Ok(Placing::CartChanged);
        }
        self.finish_placing(new.order.id).await
    }

    /// False if the cart isn't what it was.
    async fn write_order(&self, new: &NewOrder) -> Result<bool> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !self.write_order_in_tx(&tx, new).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The order with everything of it, its cart's end and the job that finishes it. False if the
    /// cart isn't what it was.
    pub(crate) async fn write_order_in_tx(
        &self,
        tx: &Transaction<'_>,
        new: &NewOrder,
    ) -> Result<bool> {
        let (order, now) = (&new.order, self.clock.now());
        if let Some(cart) = order.cart
            && !carts::store::complete_in_tx(tx, cart, new.cart_version, order.id, now).await?
        {
            return Ok(false);
        }
        let customer = customers::store::ensure_in_tx(tx, &new.customer, now).await?;
        if !store::insert_in_tx(tx, order, customer).await? {
            return Ok(false);
        }
        let job = jobs::finish(Flow::Order(order.id)).at(now.saturating_add(FINISH_AFTER));
        tokio::try_join!(
            store::insert_lines_in_tx(tx, order.id, &new.lines),
            insert_payments(tx, order.id, &new.payments),
            store::insert_uses_in_tx(tx, order.id, &order.discounts),
        )?;
        store::put_holds_in_tx(tx, order.id, &new.holds).await?;
        enqueue_in_tx(tx, &*self.clock, &[job]).await?;
        audit::record_in_tx(tx, &*self.clock, new.entry.as_slice()).await?;
        Ok(true)
    }

    /// Asks the ledger and records its answer, unless that was done.
    pub(crate) async fn finish_placing(&self, id: OrderId) -> Result<Placing> {
        let client = self.database.client().await?;
        let whole = store::whole(&client, id).await?.ok_or(ShopError::OrderNotFound)?;
        match whole.order.state {
            OrderState::Placing => {}
            OrderState::Refused => return Ok(Placing::Refused(refusal_of(&whole))),
            OrderState::Placed | OrderState::Cancelled => {
                return Ok(Placing::Placed(Box::new(whole)));
            }
        }
        let held = match whole.order.cart {
            Some(cart) => reservations::store::list(&client, cart).await?,
            None => Vec::new(),
        };
        let used = store::uses(&client, id).await?;
        let promotions = promotions::store::of_ids(&client, &used).await?;
        drop(client);
        self.open_backorders(&whole).await?;
        let answer = self.books.place(&whole, &held, &promotions).await?;
        self.record_placing(id, answer).await
    }

    /// Accounts of goods that were never received.
    async fn open_backorders(&self, whole: &WholeOrder) -> Result<()> {
        let is_missing = |line: &&OrderLine| {
            whole.holds.iter().any(|hold| hold.line == line.id && hold.location.is_none())
        };
        let skus: Vec<&str> = whole.lines.iter().filter(is_missing).map(|it| &*it.sku).collect();
        if skus.is_empty() {
            return Ok(());
        }
        let variants = stock::store::by_skus(&self.database.client().await?, &skus).await?;
        for it in variants {
            self.books.open_goods(&it.asset, locations::MAIN, it.backorder_max).await?;
        }
        Ok(())
    }

    /// Records what the ledger said, once.
    async fn record_placing(
        &self,
        id: OrderId,
        answer: Result<(), PlacingRefusal>,
    ) -> Result<Placing> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::OrderNotFound)?;
        if whole.order.state != OrderState::Placing {
            drop(tx);
            drop(client);
            return Box::pin(self.finish_placing(id)).await;
        }
        cancel_in_tx(&tx, jobs::FINISH, &id.to_string()).await?;
        if let Err(refusal) = answer {
            store::refused_in_tx(&tx, id, refusal.as_str(), now).await?;
            carts::store::reopen_in_tx(&tx, id).await?;
            tx.commit().await?;
            return Ok(Placing::Refused(refusal));
        }
        let placed = self.record_placed(&tx, whole).await?;
        tx.commit().await?;
        drop(client);
        for payment in placed.open_cards() {
            if let Err(error) = self.finish_payment(payment.id).await {
                // The order stands; a job charges the card later.
                tracing::warn!(%error, order = %id, "a card could not be charged at once");
            }
        }
        Ok(Placing::Placed(Box::new(placed)))
    }

    async fn record_placed(
        &self,
        tx: &Transaction<'_>,
        mut whole: WholeOrder,
    ) -> Result<WholeOrder> {
        for payment in &mut whole.payments {
            (payment.status, payment.captured) = match payment.kind {
                PaymentKind::Wallet { .. } => (PaymentStatus::Authorized, payment.captured),
                PaymentKind::Card => (PaymentStatus::Pending, payment.captured),
                PaymentKind::External => (PaymentStatus::Captured, payment.amount),
                PaymentKind::Exchange { .. } => (payment.status, payment.captured),
            };
        }
        whole.order.state = OrderState::Placed;
        let due = whole.order.total.get();
        whole.order.status =
            status::of(OrderState::Placed, &whole.lines, &whole.payments, (due, false));
        let now = self.clock.now();
        store::placed_in_tx(tx, whole.order.id, whole.order.status, now).await?;
        store::update_payments_in_tx(tx, &whole.payments, now).await?;
        if let Some(cart) = whole.order.cart {
            reservations::store::forget_in_tx(tx, cart).await?;
        }
        whole.order = store::one(tx, whole.order.id).await?.ok_or(ShopError::OrderNotFound)?;
        publish_in_tx(tx, &*self.clock, &events::placed(&whole)).await?;
        self.await_payment_in_tx(tx, &whole).await?;
        Ok(whole)
    }

    /// Jobs that go on with what isn't paid yet: to charge the cards, and to give up in the end.
    async fn await_payment_in_tx(&self, tx: &Transaction<'_>, whole: &WholeOrder) -> Result<()> {
        for payment in whole.open_cards() {
            enqueue_finish_in_tx(tx, self, payment.id).await?;
        }
        // What a return is to pay for waits until that comes.
        if whole.order.status == OrderStatus::Placed && whole.order.credit.is_zero() {
            let wait = settings::store::get(tx).await?.payment_s;
            let at = self.clock.now().saturating_add(Duration::from_secs(wait.into()));
            enqueue_in_tx(tx, &*self.clock, &[expire(whole.order.id).at(at)]).await?;
        }
        Ok(())
    }
}

async fn insert_payments(
    tx: &Transaction<'_>,
    order: OrderId,
    payments: &[OrderPayment],
) -> Result<()> {
    for payment in payments {
        store::insert_payment_in_tx(tx, order, payment).await?;
    }
    Ok(())
}

fn refusal_of(whole: &WholeOrder) -> PlacingRefusal {
    let stored = whole.order.refusal.as_deref();
    stored.and_then(PlacingRefusal::of_name).unwrap_or(PlacingRefusal::Goods)
}
