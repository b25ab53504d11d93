//! Giving back otherwise what could not go back to a card: written down, moved in the ledger,
//! recorded. Each step may be cut off and taken again.

use std::time::Duration;

use identity::{Actor, Permission, UserId};
use kernel::Amount;
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::bus::{cancel_in_tx, enqueue_in_tx};
use serde_json::json;

use super::{
    NewSettlement, NewWay, Settlement, SettlementState, SettlementWay, StrandedRefund, store,
};
use crate::error::{AfterSaleError, Result, ShopError};
use crate::ids::{OrderPaymentId, SettlementId};
use crate::orders::jobs::{self, Flow};
use crate::orders::{self, Order, flows};
use crate::shop::Shop;

const FINISH_AFTER: Duration = Duration::from_secs(30);

const fn missing() -> ShopError {
    ShopError::AfterSale(AfterSaleError::StrandedNotFound)
}

impl Shop {
    /// What could not go back to cards, for staff: what waits, or what was settled.
    pub(crate) async fn stranded_refunds(
        &self,
        actor: &Actor,
        is_open: bool,
        after: Option<OrderPaymentId>,
        limit: i64,
    ) -> Result<Vec<StrandedRefund>, Problem> {
        actor.require(Permission::OrdersRead)?;
        let entry = NewEntry::new(actor.audit(), "shop.stranded_refunds.viewed");
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(store::list(&self.database.client().await?, is_open, after, limit).await?)
    }

    /// Gives some of it back otherwise. The same id again comes to the same settlement.
    pub(crate) async fn settle_stranded(
        &self,
        actor: &Actor,
        payment: OrderPaymentId,
        id: SettlementId,
        new: &NewSettlement,
    ) -> Result<StrandedRefund, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let client = self.database.client().await?;
        let found = store::of_payment(&client, payment).await?.ok_or_else(missing)?;
        drop(client);
        if !found.settlements.iter().any(|it| it.id == id) {
            self.settle_flows(found.order).await?;
            self.write_settlement(actor, &found, id, new).await?;
        }
        self.finish_settlement(id).await?;
        let found = store::of_payment(&self.database.client().await?, payment).await?;
        Ok(found.ok_or_else(missing)?)
    }

    async fn write_settlement(
        &self,
        actor: &Actor,
        found: &StrandedRefund,
        id: SettlementId,
        new: &NewSettlement,
    ) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, found.order).await?;
        let whole = whole.ok_or(ShopError::OrderNotFound)?;
        flows::require_settled_in_tx(&tx, found.order).await?;
        let found = store::of_payment(&tx, found.payment).await?.ok_or_else(missing)?;
        let amount = new.amount.unwrap_or(Amount::new(found.open()));
        if amount.is_zero() || amount.get() > found.open() {
            return Err(AfterSaleError::StrandedTooLarge(Amount::new(found.open())).into());
        }
        let it = Settlement {
            id,
            order: found.order,
            payment: found.payment,
            state: SettlementState::Pending,
            way: way_of(&new.way, &whole.order)?,
            amount,
            reason: new.reason.clone(),
            created_at: now,
        };
        store::insert_in_tx(&tx, &it).await?;
        let job = jobs::finish(Flow::Settlement(id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        audit::record_in_tx(&tx, &*self.clock, &[noted(actor, &whole.order, &it)]).await?;
        Ok(tx.commit().await?)
    }

    /// Asks the ledger and records its answer, unless that was done.
    pub(crate) async fn finish_settlement(&self, id: SettlementId) -> Result<()> {
        let client = self.database.client().await?;
        let it = store::one(&client, id).await?.ok_or_else(missing)?;
        match it.state {
            SettlementState::Pending => {}
            SettlementState::Done => return Ok(()),
            SettlementState::Refused => return Err(AfterSaleError::StrandedNoWallet.into()),
        }
        let order = orders::store::one(&client, it.order).await?;
        let order = order.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        let is_done = self.books.settle_stranded(&order, &it).await?;
        self.record_settlement(&it, is_done).await?;
        if is_done { Ok(()) } else { Err(AfterSaleError::StrandedNoWallet.into()) }
    }

    async fn record_settlement(&self, it: &Settlement, is_done: bool) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        orders::store::lock_in_tx(&tx, it.order).await?.ok_or(ShopError::OrderNotFound)?;
        let state = if is_done { SettlementState::Done } else { SettlementState::Refused };
        if !store::end_in_tx(&tx, it.id, state).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &it.id.to_string()).await?;
        if !is_done {
            store::put_back_in_tx(&tx, it.payment, it.amount, self.clock.now()).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn way_of(new: &NewWay, order: &Order) -> Result<SettlementWay> {
    Ok(match new {
        NewWay::Wallet => {
            let payee = order.user.ok_or(AfterSaleError::StrandedNoWallet)?;
            SettlementWay::Wallet { payee }
        }
        NewWay::Outside { reference } => SettlementWay::Outside { reference: reference.clone() },
    })
}

fn noted(actor: &Actor, order: &Order, it: &Settlement) -> NewEntry {
    let (way, reference) = match &it.way {
        SettlementWay::Wallet { .. } => ("wallet", None),
        SettlementWay::Outside { reference } => ("outside", Some(reference)),
    };
    let data = json!({
        "payment": it.payment, "settlement": it.id, "amount": it.amount, "way": way,
        "reference": reference,
    });
    let mut entry =
        NewEntry::new(actor.audit(), "shop.stranded_refund.settled").object(order.id).data(data);
    entry.reason.clone_from(&it.reason);
    entry.subject = order.user.map(UserId::as_u128);
    entry
}
