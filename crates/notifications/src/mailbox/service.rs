//! Reading and removing kept mail, for staff. What a mail says may let its reader into an account,
//! so both are audited.

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::{DatabaseError, Limit, Problem};

use super::{KeptMail, KeptMailSummary, store};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::MailId;

impl Notifications {
    pub(crate) async fn mailbox(
        &self,
        actor: &Actor,
        to: Option<&str>,
        before: Option<MailId>,
        limit: Limit,
    ) -> Result<Vec<KeptMailSummary>, Problem> {
        actor.require(Permission::MailboxRead)?;
        Ok(store::list(&self.database, to, before, limit.with_one_more()).await?)
    }

    pub(crate) async fn kept_mail(&self, actor: &Actor, id: MailId) -> Result<KeptMail, Problem> {
        actor.require(Permission::MailboxRead)?;
        let mail = store::get(&self.database, id).await?.ok_or(NotificationsError::MailNotFound)?;
        let entry = NewEntry::new(actor.audit(), "notifications.mail.viewed").object(id);
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(mail)
    }

    pub(crate) async fn delete_kept_mail(&self, actor: &Actor, id: MailId) -> Result<(), Problem> {
        actor.require(Permission::MailboxRead)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(DatabaseError::from)?;
        if !store::delete_in_tx(&tx, id).await? {
            return Err(NotificationsError::MailNotFound.into());
        }
        let entry = NewEntry::new(actor.audit(), "notifications.mail.deleted").object(id);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await.map_err(DatabaseError::from)?)
    }
}
