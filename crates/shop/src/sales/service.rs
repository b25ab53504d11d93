//! Summing up sales for staff.

use deadpool_postgres::Object;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};

use super::{Sales, SalesQuery, put_together, store};
use crate::reads::ORDERS_LAG;
use crate::shop::Shop;

impl Shop {
    /// What was sold in a time, and what is still to be done. That somebody looked is recorded.
    pub(crate) async fn sales(&self, actor: &Actor, query: SalesQuery) -> Result<Sales, Problem> {
        actor.require(Permission::OrdersRead)?;
        let entry = NewEntry::new(actor.audit(), "shop.sales.viewed");
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        let read = |client: Object| async move {
            let (orders, lines, refunds, adjustments, best, open) = tokio::try_join!(
                store::of_orders(&client, &query),
                store::of_lines(&client, &query),
                store::of_refunds(&client, &query),
                store::of_adjustments(&client, &query),
                store::best(&client, &query),
                store::open_work(&client),
            )?;
            let parts = [orders, lines, refunds, adjustments].concat();
            Ok(Sales { currencies: put_together(parts, best)?, open })
        };
        Ok(self.read_within(ORDERS_LAG, read).await?)
    }
}
