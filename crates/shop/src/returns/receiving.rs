//! When goods arrive: written down with what becomes of them, moved in the ledger, recorded. Each
//! step may be cut off and taken again.

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit;
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};
use serde_json::json;

use super::exchanges::paying;
use super::plan::{self, Receipt};
use super::service::noted;
use super::{Return, ReturnState, store};
use crate::error::{AfterSaleError, Result, ShopError};
use crate::events;
use crate::ids::{OrderId, OrderRefundId, ReturnId};
use crate::orders::jobs::{self, Flow};
use crate::orders::{self, flows};
use crate::refunds::{self, RefundState};
use crate::shop::Shop;
use crate::{locations, refunds::service::Refunding};

const FINISH_AFTER: Duration = Duration::from_secs(30);

impl Shop {
    /// The goods of a return arrived; the money goes back if the receipt says so. The same receipt
    /// again comes to the same.
    pub(crate) async fn receive_return(
        &self,
        actor: &Actor,
        id: ReturnId,
        receipt: &Receipt,
    ) -> Result<Return, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let client = self.database.client().await?;
        let it = store::one(&client, id).await?.ok_or(AfterSaleError::ReturnNotFound)?;
        let places = locations::store::list(&client).await?;
        if !places.iter().any(|place| place.handle == receipt.location) {
            return Err(ShopError::LocationNotFound.into());
        }
        drop(client);
        self.settle_flows(it.order).await?;
        if let Some(exchange) = it.exchange.as_ref().and_then(|exchange| exchange.order) {
            self.settle_flows(exchange).await?;
        }
        let refund = self.write_receipt(actor, id, receipt).await?;
        self.finish_return(id).await?;
        if let Some(refund) = refund {
            match self.finish_refund(refund).await {
                // The goods are there all the same; the refund says that it was refused.
                Ok(_) | Err(ShopError::RefundRefused) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let found = store::one(&self.database.client().await?, id).await?;
        Ok(found.ok_or(AfterSaleError::ReturnNotFound)?)
    }

    /// What arrived and what goes back, and the jobs that finish both: one transaction.
    async fn write_receipt(
        &self,
        actor: &Actor,
        id: ReturnId,
        receipt: &Receipt,
    ) -> Result<Option<OrderRefundId>> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let order = store::one(&tx, id).await?.ok_or(AfterSaleError::ReturnNotFound)?.order;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let mut it = store::one(&tx, id).await?.ok_or(AfterSaleError::ReturnNotFound)?;
        if receipt.is_of(&it) {
            return Ok(it.refund);
        }
        if it.state != ReturnState::Approved {
            return Err(AfterSaleError::ReturnState(it.state.as_str()).into());
        }
        flows::require_settled_in_tx(&tx, order).await?;
        let refund = plan::receive(&mut whole, &mut it, receipt)?;
        it.state = ReturnState::Receiving;
        it.received_at = Some(receipt.received_at.unwrap_or(now));
        let exchange = credit_in_tx(&tx, &it).await?;
        if let (None, Some((other, _))) = (&refund, exchange) {
            // All of it went back before: the return pays nothing any more.
            orders::store::credited_in_tx(&tx, other).await?;
            self.await_rest_in_tx(&tx, other, now).await?;
        }
        if let Some(new) = refund {
            let refunding = Refunding { id: OrderRefundId::generate(), new, exchange, now };
            self.refund_in_tx(&tx, Some(actor), &mut whole, &refunding).await?;
            it.refund = Some(refunding.id);
        }
        orders::store::update_lines_in_tx(&tx, &whole.lines).await?;
        store::received_in_tx(&tx, &it).await?;
        store::change_in_tx(&tx, &it, ReturnState::Approved).await?;
        let job = jobs::finish(Flow::Return(id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        let entry = noted(actor, "shop.return.received", &whole.order)
            .object(id)
            .data(json!({ "order": order, "refund": it.refund }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(it.refund)
    }

    /// Moves the goods in the ledger, or holds what is sent instead, and records it, unless that was
    /// done.
    pub(crate) async fn finish_return(&self, id: ReturnId) -> Result<()> {
        let client = self.database.client().await?;
        let it = store::one(&client, id).await?.ok_or(AfterSaleError::ReturnNotFound)?;
        match it.state {
            ReturnState::Receiving => {}
            ReturnState::Approving => {
                drop(client);
                return self.finish_approving(it).await;
            }
            _ => return Ok(()),
        }
        let whole = orders::store::whole(&client, it.order).await?;
        let whole = whole.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        self.books.take_back(&whole, &it).await?;
        self.record_return(it).await
    }

    async fn record_return(&self, mut it: Return) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, it.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        it.state = ReturnState::Received;
        // A job may have brought the refund to its end before.
        if let Some(id) = it.refund
            && let Some(refund) = refunds::store::one(&tx, id).await?
            && refund.state == RefundState::Done
        {
            (it.state, it.closed_at) = (ReturnState::Closed, Some(now));
        }
        if !store::change_in_tx(&tx, &it, ReturnState::Receiving).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &it.id.to_string()).await?;
        whole.order.status = self.status_in_tx(&tx, &whole).await?;
        orders::store::update_in_tx(&tx, &whole.order, now).await?;
        let event = events::returned(&whole, &Return { state: ReturnState::Received, ..it });
        publish_in_tx(&tx, &*self.clock, &[event]).await?;
        Ok(tx.commit().await?)
    }
}

/// The order that is sent instead and what waits of it for this return; it is locked by this.
async fn credit_in_tx(tx: &Transaction<'_>, it: &Return) -> Result<Option<(OrderId, u128)>> {
    let exchange = it.exchange.as_ref().and_then(|exchange| exchange.order);
    let Some(exchange) = exchange else { return Ok(None) };
    let other = orders::store::lock_in_tx(tx, exchange).await?.ok_or(ShopError::OrderNotFound)?;
    flows::require_settled_in_tx(tx, exchange).await?;
    let credit = paying::credit(&other.order);
    Ok((credit > 0).then_some((exchange, credit)))
}
