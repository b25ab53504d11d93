//! Correcting what was earned.

use std::time::Duration;

use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::bus::{cancel_in_tx, enqueue_in_tx};
use kernel::{SignedAmount, Timestamp};
use serde_json::json;

use super::{SalesAdjustment, SalesAdjustmentState, store};
use crate::customers::{self, NewCustomer};
use crate::error::{Result, ShopError};
use crate::ids::{CustomerId, SalesAdjustmentId};
use crate::orders::jobs::{self, Flow};
use crate::shop::Shop;
use crate::staff_orders::StaffCustomer;
use crate::stock;

const FINISH_AFTER: Duration = Duration::from_secs(30);

/// What staff says of one.
#[derive(Clone, Debug)]
pub(super) struct NewSalesAdjustment {
    pub(super) reference: Option<String>,
    pub(super) customer: StaffCustomer,
    pub(super) currency: String,
    pub(super) sku: String,
    pub(super) amount: SignedAmount,
    pub(super) reason: String,
    pub(super) effective_at: Option<Timestamp>,
}

impl Shop {
    /// The same id or the same reference again comes to the same adjustment. True if it is new.
    pub(super) async fn adjust_sales(
        &self,
        actor: &Actor,
        id: SalesAdjustmentId,
        new: NewSalesAdjustment,
    ) -> Result<(SalesAdjustment, bool), Problem> {
        actor.require(Permission::OrdersWrite)?;
        let reference = new.reference.clone();
        let is_new = self.write_sales_adjustment(actor, id, new).await?;
        let client = self.database.client().await?;
        let found = store::known(&client, id, reference.as_deref()).await?;
        drop(client);
        let found = found.ok_or(ShopError::Corrupt("a sales adjustment"))?;
        Ok((self.carry_out_adjustment(found).await?, is_new))
    }

    /// False if it was written before.
    async fn write_sales_adjustment(
        &self,
        actor: &Actor,
        id: SalesAdjustmentId,
        new: NewSalesAdjustment,
    ) -> Result<bool> {
        let now = self.clock.now();
        let currency = self.books.currency(&new.currency).await?;
        let mut client = self.database.client().await?;
        if store::known(&client, id, new.reference.as_deref()).await?.is_some() {
            return Ok(false);
        }
        let variant = stock::store::by_skus(&client, &[&new.sku]).await?.pop();
        let variant = variant.ok_or_else(|| ShopError::SkuUnknown(new.sku.clone()))?;
        let tx = client.transaction().await?;
        let customer = NewCustomer {
            id: CustomerId::generate(),
            user: None,
            email: new.customer.email,
            name: new.customer.name,
            external_ref: new.customer.reference,
        };
        let it = SalesAdjustment {
            id,
            reference: new.reference,
            customer: customers::store::ensure_in_tx(&tx, &customer, now).await?,
            currency: new.currency,
            scale: currency.scale,
            sku: variant.sku,
            asset: variant.asset,
            amount: new.amount,
            reason: new.reason,
            state: SalesAdjustmentState::Pending,
            effective_at: new.effective_at,
            created_at: now,
        };
        if !store::insert_in_tx(&tx, &it).await? {
            return Ok(false);
        }
        let job = jobs::finish(Flow::SalesAdjustment(id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        let mut entry = NewEntry::new(actor.audit(), "shop.sales.adjusted")
            .object(id)
            .data(json!({ "sku": it.sku, "currency": it.currency, "amount": it.amount }));
        entry.reason = Some(it.reason.clone());
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Asks the ledger and records it, unless that was done.
    pub(crate) async fn finish_sales_adjustment(&self, id: SalesAdjustmentId) -> Result<()> {
        let found = store::known(&self.database.client().await?, id, None).await?;
        let found = found.ok_or(ShopError::Corrupt("a sales adjustment"))?;
        self.carry_out_adjustment(found).await.map(drop)
    }

    async fn carry_out_adjustment(&self, it: SalesAdjustment) -> Result<SalesAdjustment> {
        if it.state == SalesAdjustmentState::Pending {
            self.books.adjust_sales(&it).await?;
            let mut client = self.database.client().await?;
            let tx = client.transaction().await?;
            store::done_in_tx(&tx, it.id).await?;
            cancel_in_tx(&tx, jobs::FINISH, &it.id.to_string()).await?;
            tx.commit().await?;
        }
        Ok(SalesAdjustment { state: SalesAdjustmentState::Done, ..it })
    }
}
