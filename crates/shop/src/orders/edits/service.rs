//! Changing orders before they are sent.

use identity::{Actor, Permission, UserId};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{OrderPatch, store};
use crate::error::{AfterSaleError, ShopError};
use crate::ids::OrderId;
use crate::orders::service::OrderView;
use crate::orders::{self, OrderState};
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn update_order(
        &self,
        actor: &Actor,
        id: OrderId,
        patch: OrderPatch,
        expected: &IfMatch,
    ) -> Result<OrderView, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = orders::store::lock_in_tx(&tx, id).await?;
        let found = found.filter(|it| it.order.placed_at.is_some());
        let mut whole = found.ok_or(ShopError::OrderNotFound)?;
        if !expected.allows(whole.order.version) {
            return Err(ShopError::VersionChanged.into());
        }
        let was_sent = whole.lines.iter().any(|line| line.shipped > 0);
        if was_sent || whole.order.state != OrderState::Placed {
            return Err(AfterSaleError::OrderFixed.into());
        }
        let fields = patch.fields();
        patch.apply(&mut whole.order)?;
        store::update_in_tx(&tx, &whole.order, now).await?;
        // What was changed stands in the order; the log keeps no addresses.
        let mut entry = NewEntry::new(actor.audit(), "shop.order.changed")
            .object(id)
            .data(json!({ "fields": fields }));
        entry.subject = whole.order.user.map(UserId::as_u128);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        let whole = orders::store::whole(&tx, id).await?.ok_or(ShopError::OrderNotFound)?;
        tx.commit().await?;
        drop(client);
        Ok(self.order_view(whole).await?)
    }
}
