//! Whose order it is. What isn't the caller's is answered like one that doesn't exist.

use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};

use super::{WholeOrder, store};
use crate::carts::access::Shopper;
use crate::error::ShopError;
use crate::ids::OrderId;
use crate::shop::Shop;

impl Shop {
    /// One of the caller's own orders, or for staff anybody's.
    pub(crate) async fn readable_order(
        &self,
        shopper: &Shopper,
        id: OrderId,
        missing: fn() -> ShopError,
    ) -> Result<WholeOrder, Problem> {
        let found = store::whole(&self.database.client().await?, id).await?;
        let whole = found.filter(|it| it.order.placed_at.is_some()).ok_or_else(missing)?;
        if shopper.owns(whole.order.user, whole.order.token_hash.as_deref()) {
            shopper.user(Permission::ShopRead)?;
        } else {
            self.require_staff_view(shopper, id, missing).await?;
        }
        Ok(whole)
    }

    /// That staff looks at somebody's order is recorded before it does.
    async fn require_staff_view(
        &self,
        shopper: &Shopper,
        id: OrderId,
        missing: fn() -> ShopError,
    ) -> Result<(), Problem> {
        let staff = shopper.actor.filter(|it| it.permissions.has(Permission::OrdersRead));
        let staff = staff.ok_or_else(missing)?;
        let entry = NewEntry::new(staff.audit(), "shop.order.viewed").object(id);
        Ok(audit::record(&self.database, &*self.clock, &[entry]).await?)
    }

    /// Nobody if the caller's own order is to be changed by its buyer; staff, if it is somebody
    /// else's.
    pub(crate) async fn changer(
        &self,
        shopper: &Shopper,
        id: OrderId,
        missing: fn() -> ShopError,
    ) -> Result<Option<Actor>, Problem> {
        let found = store::one(&self.database.client().await?, id).await?;
        let order = found.filter(|it| it.placed_at.is_some()).ok_or_else(missing)?;
        if shopper.owns(order.user, order.token_hash.as_deref()) {
            shopper.user(Permission::ShopWrite)?;
            return Ok(None);
        }
        let staff = shopper.actor.filter(|it| it.permissions.has(Permission::OrdersWrite));
        Ok(Some(staff.ok_or_else(missing)?))
    }
}
