use std::sync::Arc;

use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;

use crate::actor::Actor;
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::permissions::{Permission, RoleSet};
use crate::users::{User, UserStatus};

impl Identity {
    /// A user whom staff may see, which is recorded; nobody else learns whether there is one.
    pub(crate) async fn user_for_staff(
        &self,
        actor: &Actor,
        user: UserId,
    ) -> Result<Arc<User>, Problem> {
        actor.require(Permission::UsersRead)?;
        let found = self.user(user).await?;
        let found = found.filter(|user| user.status != UserStatus::Deleted);
        let found = found.ok_or(IdentityError::UserNotFound)?;
        let entry = NewEntry::new(actor.audit(), "identity.roles.viewed").subject(user.as_u128());
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(found)
    }

    /// Gives somebody else exactly these roles, if the version is the one that it is based on.
    pub(crate) async fn give_roles(
        &self,
        actor: &Actor,
        user: UserId,
        based_on: &IfMatch,
        (roles, reason): (RoleSet, &str),
    ) -> Result<Arc<User>, Problem> {
        actor.require(Permission::UsersRoles)?;
        if actor.user() == Some(user) {
            return Err(IdentityError::from(CredentialError::OwnRoles).into());
        }
        let by = (actor.audit(), reason);
        self.set_roles_of_version(user, roles, by, based_on).await?;
        Ok(self.user(user).await?.ok_or(IdentityError::UserNotFound)?)
    }
}
