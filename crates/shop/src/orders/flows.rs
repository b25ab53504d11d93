//! One thing at a time: as long as a parcel, a cancellation, a refund or a return of an order is
//! under way, the next one waits, because it is worked out from what the ones before have done.

use deadpool_postgres::Transaction;

use super::store;
use crate::error::{Result, ShopError};
use crate::ids::OrderId;
use crate::shop::Shop;

impl Shop {
    /// Brings to its end whatever is under way.
    pub(crate) async fn settle_flows(&self, order: OrderId) -> Result<()> {
        let client = self.database.client().await?;
        let pending = store::pending_flows(&client, order).await?;
        drop(client);
        for flow in pending {
            self.finish_flow(flow).await?;
        }
        Ok(())
    }
}

/// To be asked once the order is locked.
pub(crate) async fn require_settled_in_tx(tx: &Transaction<'_>, order: OrderId) -> Result<()> {
    let pending = store::pending_flows(tx, order).await?;
    if pending.is_empty() { Ok(()) } else { Err(ShopError::OrderBusy) }
}
