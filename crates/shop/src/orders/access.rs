//! Whose order it is. What isn't the caller's is answered like one that doesn't exist.

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::secret::SecretToken;
use kernel::{Problem, Vault};

use super::{Order, WholeOrder, store};
use crate::carts::access::{Shopper, hash};
use crate::error::ShopError;
use crate::ids::OrderId;
use crate::shop::Shop;

const LINK_PREFIX: &str = "bshl_ot_";

/// What opens a guest's order from the mails about it: it follows from the key of the house, so that
/// it is in no table. It is shown like the token of the cart, and opens no order of a user.
pub fn order_link_token(vault: &Vault, order: OrderId) -> SecretToken {
    let key = vault.key("bushel shop order link v1");
    let secret = blake3::keyed_hash(&key, &order.as_u128().to_be_bytes());
    SecretToken::from_secret(LINK_PREFIX, secret.as_bytes())
}

impl Shop {
    /// Whether an order is the caller's: a user's own, or a guest's who shows the token of its cart or
    /// that of its mails.
    pub(crate) fn is_own_order(&self, shopper: &Shopper, order: &Order) -> bool {
        let by_mail = || {
            let token = order_link_token(&self.vault, order.id);
            order.user.is_none() && shopper.owns(None, Some(&hash(token.as_str())))
        };
        shopper.owns(order.user, order.token_hash.as_deref()) || by_mail()
    }

    /// One of the caller's own orders, or for staff anybody's.
    pub(crate) async fn readable_order(
        &self,
        shopper: &Shopper,
        id: OrderId,
        missing: fn() -> ShopError,
    ) -> Result<WholeOrder, Problem> {
        let found = store::whole(&self.database.client().await?, id).await?;
        let whole = found.filter(|it| it.order.placed_at.is_some()).ok_or_else(missing)?;
        if self.is_own_order(shopper, &whole.order) {
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
        if self.is_own_order(shopper, &order) {
            shopper.user(Permission::ShopWrite)?;
            return Ok(None);
        }
        let staff = shopper.actor.filter(|it| it.permissions.has(Permission::OrdersWrite));
        Ok(Some(staff.ok_or_else(missing)?))
    }
}
