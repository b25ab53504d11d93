//! Queueing messages, and what staff sees of them.

use deadpool_postgres::Transaction;
use identity::{Actor, Permission, UserId};
use kernel::bus::enqueue_in_tx;
use kernel::{Limit, Problem};

use super::store::{self, MessageFilter};
use super::{Channel, Message, NewMessage, jobs};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::MailId;

impl Notifications {
    /// Sends these, if and when `tx` commits. What was sent from the same source is passed over.
    pub(crate) async fn send_in_tx(
        &self,
        tx: &Transaction<'_>,
        messages: &[NewMessage],
    ) -> Result<(), NotificationsError> {
        if messages.is_empty() {
            return Ok(());
        }
        let made = store::insert_in_tx(tx, self.clock.now(), messages).await?;
        let job = |(id, user, channel): &(MailId, Option<UserId>, Channel)| {
            let job = jobs::send_job(*id, *channel);
            match user {
                Some(user) => job.subject(user.as_u128()),
                None => job,
            }
        };
        let jobs: Vec<_> = made.iter().map(job).collect();
        Ok(enqueue_in_tx(tx, &*self.clock, &jobs).await?)
    }

    /// The log of messages, newest first, for staff. It holds no codes.
    pub(crate) async fn messages(
        &self,
        actor: &Actor,
        filter: &MessageFilter,
        before: Option<MailId>,
        limit: Limit,
    ) -> Result<Vec<Message>, Problem> {
        actor.require(Permission::MailRead)?;
        Ok(store::list(&self.database, filter, before, limit.with_one_more()).await?)
    }

    pub(crate) async fn messages_of(
        &self,
        user: UserId,
    ) -> Result<Vec<Message>, NotificationsError> {
        Ok(store::of_user(&self.database, user).await?)
    }
}
