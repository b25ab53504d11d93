//! Reading and replacing one's choices.

use identity::Actor;
use kernel::Problem;
use kernel::http::IfMatch;

use super::{Choices, Preferences, store};
use crate::Notifications;
use crate::error::NotificationsError;

impl Notifications {
    pub(crate) async fn preferences(&self, actor: &Actor) -> Result<Preferences, Problem> {
        let user = actor.require_user()?;
        Ok(store::get(&self.database, user).await?)
    }

    /// Replaces the choices, if nobody else did since the caller read them.
    pub(crate) async fn set_preferences(
        &self,
        actor: &Actor,
        expected: &IfMatch,
        choices: Choices,
    ) -> Result<Preferences, Problem> {
        let user = actor.require_user()?;
        let now = self.clock.now();
        let current = store::get(&self.database, user).await?;
        let is_set = expected.allows(current.version)
            && store::put(&self.database, now, user, current.version, &choices).await?;
        if !is_set {
            return Err(NotificationsError::PreferencesChanged.into());
        }
        Ok(Preferences { version: current.version + 1, choices })
    }
}
