//! Reading and removing kept mail, for staff.

use identity::{Actor, Permission};
use kernel::{Limit, Problem};

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
        actor.require(Permission::MailRead)?;
        Ok(store::list(&self.database, to, before, limit.with_one_more()).await?)
    }

    pub(crate) async fn kept_mail(&self, actor: &Actor, id: MailId) -> Result<KeptMail, Problem> {
        actor.require(Permission::MailRead)?;
        let mail = store::get(&self.database, id).await?;
        Ok(mail.ok_or(NotificationsError::MailNotFound)?)
    }

    pub(crate) async fn delete_kept_mail(&self, actor: &Actor, id: MailId) -> Result<(), Problem> {
        actor.require(Permission::MailRead)?;
        match store::delete(&self.database, id).await? {
            true => Ok(()),
            false => Err(NotificationsError::MailNotFound.into()),
        }
    }
}
