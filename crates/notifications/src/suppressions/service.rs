//! What staff does with suppressed addresses.

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::{DatabaseError, Limit, Problem};

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
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(DatabaseError::from)?;
        let mail = store::remove(&tx, address).await?;
        let mail = mail.ok_or(NotificationsError::SuppressionNotFound)?;
        // The log is for ever, so it names the mail and not somebody's address.
        let entry = NewEntry::new(actor.audit(), "notifications.suppression.lifted").object(mail);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await.map_err(DatabaseError::from)?)
    }
}
