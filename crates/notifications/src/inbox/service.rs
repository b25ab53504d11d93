//! Listing, counting and marking what is read.

use identity::Actor;
use kernel::{Limit, Problem};

use super::{UNREAD_MAX, store};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::events::UserEvent;

impl Notifications {
    pub(crate) async fn inbox(
        &self,
        actor: &Actor,
        is_unread: Option<bool>,
        before: Option<i64>,
        limit: Limit,
    ) -> Result<Vec<UserEvent>, Problem> {
        let user = actor.require_user()?;
        Ok(store::list(&self.database, user, is_unread, before, limit.with_one_more()).await?)
    }

    /// How many are unread, and whether there are more than are counted.
    pub(crate) async fn unread_count(&self, actor: &Actor) -> Result<(i64, bool), Problem> {
        let user = actor.require_user()?;
        let count = store::count_unread(&self.database, user, UNREAD_MAX + 1).await?;
        Ok((count.min(UNREAD_MAX), count > UNREAD_MAX))
    }

    pub(crate) async fn mark_read(&self, actor: &Actor, sequence: i64) -> Result<(), Problem> {
        let user = actor.require_user()?;
        match store::read(&self.database, self.clock.now(), user, sequence).await? {
            true => Ok(()),
            false => Err(NotificationsError::EventNotFound.into()),
        }
    }

    pub(crate) async fn mark_all_read(
        &self,
        actor: &Actor,
        up_to: Option<i64>,
    ) -> Result<u64, Problem> {
        let user = actor.require_user()?;
        let up_to = up_to.unwrap_or(i64::MAX);
        Ok(store::read_all(&self.database, self.clock.now(), user, up_to).await?)
    }
}
