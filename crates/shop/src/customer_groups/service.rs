//! Who is in which group.

use identity::{Actor, UserId};
use kernel::audit::{self, NewEntry};

use super::store;
use crate::error::Result;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn group_users(
        &self,
        group: &str,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<UserId>> {
        store::users(&self.database.client().await?, group, after, limit).await
    }

    /// Puts a user into a group, or takes them out. Repeating it is harmless.
    pub(crate) async fn set_group(
        &self,
        actor: &Actor,
        group: &str,
        user: UserId,
        is_in: bool,
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (has_changed, action) = if is_in {
            (store::add_in_tx(&tx, group, user).await?, "shop.customer_group.user_added")
        } else {
            (store::remove_in_tx(&tx, group, user).await?, "shop.customer_group.user_removed")
        };
        if has_changed {
            let entry = NewEntry::new(actor.audit(), action).subject(user.as_u128()).object(group);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
