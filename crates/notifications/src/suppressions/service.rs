//! What staff does with suppressed addresses.

use identity::{Actor, Permission};
use kernel::{Limit, Problem};

use super::{Suppression, store};
use crate::Notifications;
use crate::error::NotificationsError;

impl Notifications {
    pub(crate) async fn suppressions(
        &self,
        actor: &Actor,
        after: Option<&str>,
        limit: Limit,
    ) -> Result<Vec<Suppression>, Problem> {
        actor.require(Permission::MailRead)?;
        Ok(store::list(&self.database, after, limit.with_one_more()).await?)
    }

    /// Lets mail go to the address again.
    pub(crate) async fn lift_suppression(
        &self,
        actor: &Actor,
        address: &str,
    ) -> Result<(), Problem> {
        actor.require(Permission::MailRead)?;
        match store::remove(&self.database, address).await? {
            true => Ok(()),
            false => Err(NotificationsError::SuppressionNotFound.into()),
        }
    }
}
