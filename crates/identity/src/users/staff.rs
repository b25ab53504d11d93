//! What staff does to users. Whoever calls has the permission; here it is done and recorded.

use std::sync::Arc;

use kernel::Limit;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::store;
use super::{User, UserFilter, UserStatus};
use crate::changes;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::permissions::RoleSet;
use crate::sessions::EndReason;

impl Identity {
    /// Users that a filter lets through, the newest first, before an id; one more than the limit
    /// if there are more.
    pub async fn search(
        &self,
        filter: &UserFilter,
        before: Option<UserId>,
        limit: Limit,
    ) -> Result<Vec<Arc<User>>, IdentityError> {
        if filter.is_vain() {
            return Ok(Vec::new());
        }
        let client = self.database.client().await?;
        let users = store::search(&client, filter, before, limit.with_one_more()).await?;
        Ok(users.into_iter().map(Arc::new).collect())
    }

    /// From now on the user may look, but move nothing. Ends the sessions, so that it holds on
    /// every node within a second. Freezing a frozen user changes nothing.
    pub async fn freeze(
        &self,
        user: UserId,
        actor: AuditActor,
        reason: &str,
    ) -> Result<(), IdentityError> {
        self.change_status(user, actor, reason, UserStatus::Active, UserStatus::Frozen).await
    }

    pub async fn unfreeze(
        &self,
        user: UserId,
        actor: AuditActor,
        reason: &str,
    ) -> Result<(), IdentityError> {
        self.change_status(user, actor, reason, UserStatus::Frozen, UserStatus::Active).await
    }

    async fn change_status(
        &self,
        user: UserId,
        actor: AuditActor,
        reason: &str,
        from: UserStatus,
        to: UserStatus,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let account = store::lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        if account.user.status != from {
            return Ok(());
        }
        store::set_status(&tx, user, to, self.clock.now()).await?;
        let (event, action) = if to == UserStatus::Frozen {
            self.end_sessions_in_tx(&tx, user, None, actor, EndReason::Frozen).await?;
            (IdentityEvent::UserFrozen { reason: reason.to_owned() }, "identity.user.frozen")
        } else {
            (IdentityEvent::UserUnfrozen, "identity.user.unfrozen")
        };
        tell_in_tx(&tx, &*self.clock, user, &[event]).await?;
        let entry = NewEntry::new(actor, action).subject(user.as_u128()).reason(reason);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        changes::record_in_tx(&tx, &*self.clock, Some(user)).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }

    /// Gives the user exactly these roles. Ends the sessions: a session has the rights that it
    /// began with or none.
    pub async fn set_roles(
        &self,
        user: UserId,
        roles: RoleSet,
        actor: AuditActor,
        reason: &str,
    ) -> Result<(), IdentityError> {
        self.set_roles_of_version(user, roles, (actor, reason), &IfMatch::Any).await
    }

    /// The same, if the user's version is one that the change may be based on.
    pub(crate) async fn set_roles_of_version(
        &self,
        user: UserId,
        roles: RoleSet,
        (actor, reason): (AuditActor, &str),
        based_on: &IfMatch,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let account = store::lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        if !based_on.allows(account.user.version) {
            return Err(IdentityError::VersionConflict);
        }
        if account.user.roles == roles {
            return Ok(());
        }
        store::set_roles(&tx, user, roles, self.clock.now()).await?;
        self.end_sessions_in_tx(&tx, user, None, actor, EndReason::RolesChanged).await?;
        let names = roles.names();
        let event = IdentityEvent::RolesChanged {
            roles: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        tell_in_tx(&tx, &*self.clock, user, &[event]).await?;
        let entry = NewEntry::new(actor, "identity.roles.changed").subject(user.as_u128());
        let data = json!({ "from": account.user.roles.names(), "to": names });
        let entry = entry.reason(reason).data(data);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        changes::record_in_tx(&tx, &*self.clock, Some(user)).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }
}
