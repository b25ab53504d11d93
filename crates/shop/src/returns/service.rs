//! Asking for returns, deciding about them, and looking at them.

use identity::{Actor, Permission, UserId};
use kernel::audit::{self, NewEntry};
use kernel::bus::{enqueue_in_tx, publish_in_tx};
use kernel::{Problem, Timestamp};

use super::exchanges::Exchange;
use super::exchanges::service::Approval;
use super::plan::{self, NewReturn, Sent};
use super::{Return, ReturnState, store};
use crate::carts::access::Shopper;
use crate::error::{AfterSaleError, Result, ShopError};
use crate::events;
use crate::ids::{OrderId, ReturnId};
use crate::order_payments::expiry::expire;
use crate::orders::{self, Order, WholeOrder, flows};
use crate::shop::Shop;
use crate::{settings, shipments};

/// What staff says of a return that waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// What is sent instead may be sent before the goods arrived, if it is paid at once.
    Approve {
        reason: Option<String>,
        at_once: bool,
    },
    Reject {
        reason: String,
    },
}

const fn missing() -> ShopError {
    ShopError::AfterSale(AfterSaleError::ReturnNotFound)
}

impl Shop {
    /// Asks for a return, or as staff makes one that needs no approval. The same id again comes to
    /// the same return.
    pub(crate) async fn create_return(
        &self,
        shopper: &Shopper,
        order: OrderId,
        id: ReturnId,
        new: &NewReturn,
    ) -> Result<Return, Problem> {
        let staff = self.changer(shopper, order, || ShopError::OrderNotFound).await?;
        if store::one(&self.database.client().await?, id).await?.is_none() {
            self.settle_flows(order).await?;
            let first = orders::store::one(&self.database.client().await?, order).await?;
            let first = first.ok_or(ShopError::OrderNotFound)?;
            let exchange = self.wanted_exchange(&first, &new.exchange).await?;
            self.write_return(staff, id, (&first, new), exchange).await?;
        }
        let found = store::one(&self.database.client().await?, id).await?;
        Ok(found.filter(|it| it.order == order).ok_or_else(missing)?)
    }

    async fn write_return(
        &self,
        staff: Option<Actor>,
        id: ReturnId,
        (first, new): (&Order, &NewReturn),
        exchange: Option<Exchange>,
    ) -> Result<()> {
        let (order, now) = (first.id, self.clock.now());
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let whole = whole.ok_or(ShopError::OrderNotFound)?;
        flows::require_settled_in_tx(&tx, order).await?;
        let shipments = shipments::store::of_order(&tx, order).await?;
        let returns = store::of_order(&tx, order).await?;
        let days = match staff {
            Some(_) => None,
            None => Some(settings::store::get(&tx).await?.return_days),
        };
        let sent = Sent { whole: &whole, shipments: &shipments, returns: &returns };
        let it = plan::request(&sent, id, new, exchange, (days, now))?;
        store::insert_in_tx(&tx, &it).await?;
        publish_in_tx(&tx, &*self.clock, &[events::returned(&whole, &it)]).await?;
        if let Some(actor) = staff {
            let entry = noted(&actor, "shop.return.created", &whole.order).object(id);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Approves or rejects. Repeating it is harmless.
    pub(crate) async fn decide_return(
        &self,
        actor: &Actor,
        id: ReturnId,
        decision: Decision,
    ) -> Result<Return, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let found = store::one(&self.database.client().await?, id).await?.ok_or_else(missing)?;
        let (state, action, reason) = match decision {
            Decision::Approve { reason, at_once } if found.exchange.is_some() => {
                let approval = Approval { reason, at_once };
                return Box::pin(self.approve_exchange(actor, id, &approval)).await;
            }
            Decision::Approve { at_once: true, .. } => {
                return Err(AfterSaleError::ExchangeMissing.into());
            }
            Decision::Approve { reason, .. } => {
                (ReturnState::Approved, "shop.return.approved", reason)
            }
            Decision::Reject { reason } => {
                (ReturnState::Rejected, "shop.return.rejected", Some(reason))
            }
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (whole, mut it) = locked(&tx, id).await?;
        if it.state == state {
            return Ok(it);
        }
        let from = it.state;
        if from != ReturnState::Requested {
            return Err(AfterSaleError::ReturnState(from.as_str()).into());
        }
        (it.state, it.decided_at) = (state, Some(self.clock.now()));
        it.decision.clone_from(&reason);
        store::change_in_tx(&tx, &it, from).await?;
        publish_in_tx(&tx, &*self.clock, &[events::returned(&whole, &it)]).await?;
        let mut entry = noted(actor, action, &whole.order).object(id);
        entry.reason = reason;
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(it)
    }

    /// Ends a return of which nothing more comes: its buyer as long as nothing arrived, staff also
    /// when no money goes back. Repeating it is harmless.
    pub(crate) async fn close_return(
        &self,
        shopper: &Shopper,
        id: ReturnId,
    ) -> Result<Return, Problem> {
        let found = store::one(&self.database.client().await?, id).await?;
        let order = found.ok_or_else(missing)?.order;
        let staff = self.changer(shopper, order, missing).await?;
        self.settle_flows(order).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (whole, mut it) = locked(&tx, id).await?;
        let from = it.state;
        let may = match from {
            ReturnState::Closed => return Ok(it),
            ReturnState::Requested | ReturnState::Approved => true,
            ReturnState::Received => staff.is_some(),
            ReturnState::Approving | ReturnState::Rejected | ReturnState::Receiving => false,
        };
        if !may {
            return Err(AfterSaleError::ReturnState(from.as_str()).into());
        }
        (it.state, it.closed_at) = (ReturnState::Closed, Some(self.clock.now()));
        store::change_in_tx(&tx, &it, from).await?;
        // What waits for it to pay won't be paid: others may want those goods.
        let exchange = it.exchange.as_ref().and_then(|exchange| exchange.order);
        let unpaid = exchange.filter(|_| from == ReturnState::Approved);
        if let Some(unpaid) = unpaid {
            enqueue_in_tx(&tx, &*self.clock, &[expire(unpaid)]).await?;
        }
        if let Some(actor) = staff {
            let entry = noted(&actor, "shop.return.closed", &whole.order).object(id);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        tx.commit().await?;
        drop(client);
        if let Some(unpaid) = unpaid {
            self.cancel_unpaid(unpaid).await?;
        }
        Ok(it)
    }

    /// The returns of an order of the caller's own, or for staff of anybody's.
    pub(crate) async fn returns_of_order(
        &self,
        shopper: &Shopper,
        order: OrderId,
    ) -> Result<Vec<Return>, Problem> {
        self.readable_order(shopper, order, || ShopError::OrderNotFound).await?;
        Ok(store::of_order(&self.database.client().await?, order).await?)
    }

    /// A return of the caller's own, or for staff anybody's.
    pub(crate) async fn one_return(
        &self,
        shopper: &Shopper,
        id: ReturnId,
    ) -> Result<Return, Problem> {
        let found = store::one(&self.database.client().await?, id).await?;
        let it = found.ok_or_else(missing)?;
        self.readable_order(shopper, it.order, missing).await?;
        Ok(it)
    }

    /// Everybody's returns, for staff, the newest first.
    pub(crate) async fn all_returns(
        &self,
        actor: &Actor,
        state: Option<ReturnState>,
        after: Option<(Timestamp, ReturnId)>,
        limit: i64,
    ) -> Result<Vec<Return>, Problem> {
        actor.require(Permission::OrdersRead)?;
        let entry = NewEntry::new(actor.audit(), "shop.returns.viewed");
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(store::list(&self.database.client().await?, state, after, limit).await?)
    }
}

/// A return, and its order, which nobody else changes until the transaction ends.
pub(super) async fn locked(
    tx: &deadpool_postgres::Transaction<'_>,
    id: ReturnId,
) -> Result<(WholeOrder, Return)> {
    let order = store::one(tx, id).await?.ok_or_else(missing)?.order;
    let whole = orders::store::lock_in_tx(tx, order).await?.ok_or_else(missing)?;
    let it = store::one(tx, id).await?.ok_or_else(missing)?;
    Ok((whole, it))
}

/// A line of the audit log about somebody's order.
pub(super) fn noted(actor: &Actor, action: &'static str, order: &Order) -> NewEntry {
    let mut entry = NewEntry::new(actor.audit(), action);
    entry.subject = order.user.map(UserId::as_u128);
    entry
}
