//! Giving money back.

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::bus::{cancel_in_tx, enqueue_in_tx};
use kernel::{Amount, Problem, Timestamp};
use serde_json::json;

use super::plan::{self, NewRefund};
use super::{Refund, RefundExchange, RefundState, store};
use crate::error::{Result, ShopError};
use crate::ids::{OrderId, OrderRefundId};
use crate::orders::jobs::{self, Flow};
use crate::orders::{self, WholeOrder, flows};
use crate::returns;
use crate::returns::exchanges::paying;
use crate::shop::Shop;

const FINISH_AFTER: Duration = Duration::from_secs(30);

/// A refund that is about to be written down.
#[derive(Clone, Debug)]
pub(crate) struct Refunding {
    pub(crate) id: OrderRefundId,
    pub(crate) new: NewRefund,
    /// Another order for which it pays so much at most, before anything goes back.
    pub(crate) exchange: Option<(OrderId, u128)>,
    pub(crate) now: Timestamp,
}

impl Shop {
    /// Gives money back. The same id again comes to the same refund.
    pub(crate) async fn refund_order(
        &self,
        actor: &Actor,
        order: OrderId,
        id: OrderRefundId,
        new: &NewRefund,
    ) -> Result<Refund, Problem> {
        actor.require(Permission::OrdersWrite)?;
        if store::one(&self.database.client().await?, id).await?.is_none() {
            self.settle_flows(order).await?;
            self.write_refund(actor, order, id, new).await?;
        }
        Ok(self.finish_refund(id).await?)
    }

    async fn write_refund(
        &self,
        actor: &Actor,
        order: OrderId,
        id: OrderRefundId,
        new: &NewRefund,
    ) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let mut whole = whole.filter(|it| it.order.placed_at.is_some());
        let whole = whole.as_mut().ok_or(ShopError::OrderNotFound)?;
        flows::require_settled_in_tx(&tx, order).await?;
        let refunding = Refunding { id, new: new.clone(), exchange: None, now };
        self.refund_in_tx(&tx, Some(actor), whole, &refunding).await?;
        Ok(tx.commit().await?)
    }

    /// Writes a refund down, and the job that finishes it; the order is what it is with it then.
    pub(crate) async fn refund_in_tx(
        &self,
        tx: &Transaction<'_>,
        actor: Option<&Actor>,
        whole: &mut WholeOrder,
        Refunding { id, new, exchange, now }: &Refunding,
    ) -> Result<()> {
        let mut refund = plan::plan(whole, *id, new, *now)?;
        refund.exchange = exchange.map(|(order, amount)| {
            let shares = paying::shares(&refund.payouts, amount);
            RefundExchange { order, shares }
        });
        store::insert_in_tx(tx, &refund).await?;
        self.promise_exchange_in_tx(tx, whole, &refund, *now).await?;
        write_sums(tx, whole, *now).await?;
        let job = jobs::finish(Flow::Refund(*id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(tx, &*self.clock, &[job]).await?;
        // What a job goes on with, staff decided before.
        let Some(actor) = actor else { return Ok(()) };
        let mut entry = NewEntry::new(actor.audit(), "shop.order.refunded")
            .object(whole.order.id)
            .data(json!({ "amount": refund.amount, "refund": id }));
        entry.reason.clone_from(&new.reason);
        entry.subject = whole.order.user.map(identity::UserId::as_u128);
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }

    /// Asks the ledger and records its answer, unless that was done.
    pub(crate) async fn finish_refund(&self, id: OrderRefundId) -> Result<Refund> {
        let client = self.database.client().await?;
        let refund = store::one(&client, id).await?.ok_or(ShopError::RefundNotFound)?;
        match refund.state {
            RefundState::Pending => {}
            RefundState::Done => return Ok(refund),
            RefundState::Refused => return Err(ShopError::RefundRefused),
        }
        let whole = orders::store::whole(&client, refund.order).await?;
        let whole = whole.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        let is_done = self.books.refund(&whole, &refund).await?;
        if is_done {
            let back = refund.payouts.iter();
            let back = back.map(|(id, amount)| (*id, amount.get() - refund.exchanged(*id)));
            let back: Vec<_> = back.filter(|(_, amount)| *amount > 0).collect();
            self.give_back_to_cards(&whole, &back, id.as_u128()).await?;
        }
        self.record_refund(&refund, is_done).await?;
        match is_done {
            true => Ok(Refund { state: RefundState::Done, ..refund }),
            false => Err(ShopError::RefundRefused),
        }
    }

    async fn record_refund(&self, refund: &Refund, is_done: bool) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, refund.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let state = if is_done { RefundState::Done } else { RefundState::Refused };
        if !store::settle_in_tx(&tx, refund.id, state).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &refund.id.to_string()).await?;
        self.record_exchange_in_tx(&tx, refund, is_done).await?;
        if is_done {
            returns::store::close_refunded_in_tx(&tx, refund.id, now).await?;
            self.issue_credit_note_in_tx(&tx, &whole, refund).await?;
        } else {
            take_back(&mut whole, refund);
            write_sums(&tx, &whole, now).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn write_sums(tx: &Transaction<'_>, whole: &WholeOrder, now: Timestamp) -> Result<()> {
    orders::store::update_lines_in_tx(tx, &whole.lines).await?;
    orders::store::update_payments_in_tx(tx, &whole.payments, now).await?;
    orders::store::update_in_tx(tx, &whole.order, now).await
}

/// The order as it is without a refund that came to nothing.
fn take_back(whole: &mut WholeOrder, refund: &Refund) {
    let less = |all: &mut Amount, part: u128| *all = Amount::new(all.get() - part);
    less(&mut whole.order.refunded, refund.amount.get());
    let shipping = refund.shipping_net.get() + refund.shipping_tax.get();
    less(&mut whole.order.shipping_refunded, shipping);
    for it in &refund.lines {
        if let Some(line) = whole.lines.iter_mut().find(|line| line.id == it.line) {
            less(&mut line.refunded, it.net.get() + it.tax.get());
        }
    }
    for (id, amount) in &refund.payouts {
        if let Some(payment) = whole.payments.iter_mut().find(|it| it.id == *id) {
            less(&mut payment.refunded, amount.get());
        }
    }
}
