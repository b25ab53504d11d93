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
    Order, OrderLine, OrderPayment, OrderState, OrderStatus, PaymentKind, PaymentStatus,
    WholeOrder, jobs, status, store,
};
use crate::carts;
use crate::carts::reservations::{self, CartHold};
use crate::customers;
use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::{CartId, CustomerId, OrderId};
use crate::locations;
use crate::order_payments::expiry::expire;
use crate::order_payments::service::enqueue_finish_in_tx;
use crate::pricing::Promotion;
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

/// An order that is written down and not placed yet. Nobody changes it before the ledger's answer is
/// recorded, so whoever has it needn't read it again.
struct Unplaced {
    whole: WholeOrder,
    /// What was held for its cart; none if nothing was ever held for it.
    held: Option<Vec<CartHold>>,
    promotions: Vec<Promotion>,
}

impl Shop {
    /// Writes an order down and places it.
    pub(crate) async fn place(&self, new: NewOrder) -> Result<Placing> {
        let Some(customer) = self.write_order(&new).await? else {
            return Ok(Placing::CartChanged);
        };
        let order = Order { customer, ..new.order };
        let (lines, holds, payments) = (new.lines, new.holds, new.payments);
        let whole = WholeOrder { order, lines, holds, payments };
        Box::pin(self.ask(Unplaced { whole, held: new.held, promotions: new.promotions })).await
    }

    /// None if the cart isn't what it was.
    async fn write_order(&self, new: &NewOrder) -> Result<Option<CustomerId>> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let customer = self.write_order_in_tx(&tx, new).await?;
        if customer.is_some() {
            tx.commit().await?;
        }
        Ok(customer)
    }

    /// The order with everything of it, its cart's end and the job that finishes it. Answers with
    /// its customer; with none if the cart isn't what it was.
    pub(crate) async fn write_order_in_tx(
        &self,
        tx: &Transaction<'_>,
        new: &NewOrder,
    ) -> Result<Option<CustomerId>> {
        let (order, now) = (&new.order, self.clock.now());
        if let Some(cart) = order.cart
            && !carts::store::complete_in_tx(tx, (cart, new.cart_version), order.id, now).await?
        {
            return Ok(None);
        }
        let customer = customers::store::ensure_in_tx(tx, &new.customer, now).await?;
        if !store::insert_in_tx(tx, order, customer).await? {
            return Ok(None);
        }
        let job = jobs::finish(Flow::Order(order.id)).at(now.saturating_add(FINISH_AFTER));
        tokio::try_join!(
            insert_lines(tx, order.id, new),
            insert_payments(tx, order.id, &new.payments),
            store::insert_uses_in_tx(tx, order.id, &order.discounts),
            async { Ok(enqueue_in_tx(tx, &*self.clock, &[job]).await?) },
            async { Ok(audit::record_in_tx(tx, &*self.clock, new.entry.as_slice()).await?) },
        )?;
        Ok(Some(customer))
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
            Some(cart) => Some(reservations::store::list(&client, cart).await?),
            None => None,
        };
        let used = store::uses(&client, id).await?;
        let promotions = promotions::store::of_ids(&client, &used).await?;
        drop(client);
        Box::pin(self.ask(Unplaced { whole, held, promotions })).await
    }

    async fn ask(&self, it: Unplaced) -> Result<Placing> {
        self.open_backorders(&it.whole).await?;
        let held = it.held.as_deref().unwrap_or_default();
        match self.books.place(&it.whole, held, &it.promotions).await? {
            Ok(()) => self.record_placed(it).await,
            Err(refusal) => self.record_refused(it.whole.order.id, refusal).await,
        }
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

    /// Records that the ledger refused it, once.
    async fn record_refused(&self, id: OrderId, refusal: PlacingRefusal) -> Result<Placing> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::refused_in_tx(&tx, id, refusal.as_str(), self.clock.now()).await? {
            drop(tx);
            drop(client);
            return Box::pin(self.finish_placing(id)).await;
        }
        cancel_in_tx(&tx, jobs::FINISH, &id.to_string()).await?;
        carts::store::reopen_in_tx(&tx, id).await?;
        tx.commit().await?;
        Ok(Placing::Refused(refusal))
    }

    /// Records that the ledger took it, once, and charges its cards.
    async fn record_placed(&self, it: Unplaced) -> Result<Placing> {
        let id = it.whole.order.id;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let Some(placed) = self.record_placed_in_tx(&tx, it).await? else {
            drop(tx);
            drop(client);
            return Box::pin(self.finish_placing(id)).await;
        };
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

    /// None if somebody else recorded what has become of it.
    async fn record_placed_in_tx(
        &self,
        tx: &Transaction<'_>,
        Unplaced { mut whole, held, .. }: Unplaced,
    ) -> Result<Option<WholeOrder>> {
        let (id, now) = (whole.order.id, self.clock.now());
        for payment in &mut whole.payments {
            (payment.status, payment.captured) = match payment.kind {
                PaymentKind::Wallet { .. } => (PaymentStatus::Authorized, payment.captured),
                PaymentKind::Card => (PaymentStatus::Pending, payment.captured),
                PaymentKind::External => (PaymentStatus::Captured, payment.amount),
                PaymentKind::Exchange { .. } => (payment.status, payment.captured),
            };
        }
        let due = whole.order.total.get();
        whole.order.state = OrderState::Placed;
        whole.order.status =
            status::of(OrderState::Placed, &whole.lines, &whole.payments, (due, false));
        // First and alone: whoever changes an order locks its row before any other.
        if !store::placed_in_tx(tx, &mut whole.order, now).await? {
            return Ok(None);
        }
        let held_for = whole.order.cart.filter(|_| held.is_some());
        tokio::try_join!(
            async { Ok(cancel_in_tx(tx, jobs::FINISH, &id.to_string()).await?) },
            store::update_payments_in_tx(tx, &whole.payments, now),
            forget_reservation(tx, held_for),
            async { Ok(publish_in_tx(tx, &*self.clock, &events::placed(&whole)).await?) },
            self.await_payment_in_tx(tx, &whole),
        )?;
        Ok(Some(whole))
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

/// Holds belong to lines.
async fn insert_lines(tx: &Transaction<'_>, order: OrderId, new: &NewOrder) -> Result<()> {
    store::insert_lines_in_tx(tx, order, &new.lines).await?;
    store::put_holds_in_tx(tx, order, &new.holds).await
}

async fn forget_reservation(tx: &Transaction<'_>, cart: Option<CartId>) -> Result<()> {
    match cart {
        Some(cart) => reservations::store::forget_in_tx(tx, cart).await,
        None => Ok(()),
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
