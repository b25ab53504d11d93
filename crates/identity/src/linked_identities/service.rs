use deadpool_postgres::Transaction;

use super::{LinkedIdentity, LinkedIdentityId, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::passkeys;
use crate::provider_sign_ins::Link;

impl Identity {
    /// Who the user is at providers, the oldest first. There are few.
    pub(crate) async fn linked_identities(
        &self,
        user: UserId,
    ) -> Result<Vec<LinkedIdentity>, IdentityError> {
        Ok(store::of_user(&self.database.client().await?, user).await?)
    }

    /// Links a provider to a user whose row is locked.
    pub(crate) async fn link_in_tx(
        &self,
        tx: &Transaction<'_>,
        owner: &Owner,
        link: &Link,
    ) -> Result<LinkedIdentity, IdentityError> {
        let linked = LinkedIdentity {
            id: LinkedIdentityId::generate(),
            provider: link.provider.clone(),
            email: link.email.clone(),
            created_at: self.clock.now(),
            last_used_at: None,
        };
        if !store::insert(tx, owner.user, &linked, link).await? {
            return Err(CredentialError::ProviderLinkedElsewhere.into());
        }
        let object = (Some(linked.id.to_string()), self.label_of(&link.provider));
        owner.added_in_tx(tx, &*self.clock, Credential::Provider, (object.0, &object.1)).await?;
        Ok(linked)
    }

    /// Takes a provider away, unless nothing else would let the user in.
    pub(crate) async fn unlink(
        &self,
        owner: &Owner,
        id: LinkedIdentityId,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let account = owner.lock_in_tx(&tx).await?;
        let all = store::of_user(&tx, owner.user).await?;
        let found = all.iter().find(|it| it.id == id);
        let found = found.ok_or(CredentialError::LinkedIdentityNotFound)?;
        let has_other = all.len() > 1
            || account.password_hash.is_some()
            || passkeys::store::has_any(&tx, owner.user).await?;
        if !has_other {
            return Err(CredentialError::LastWayIn.into());
        }
        store::delete(&tx, owner.user, id).await?;
        let name = self.label_of(&found.provider);
        let object = (Some(id.to_string()), name.as_str());
        owner.removed_in_tx(&tx, &*self.clock, Credential::Provider, object).await?;
        tx.commit().await?;
        self.changes.forget(owner.user);
        Ok(())
    }

    /// What people know a provider by, also if it isn't configured any more.
    fn label_of(&self, provider: &str) -> String {
        let known = self.providers.get(provider);
        known.map_or_else(|| provider.to_owned(), |known| known.config.label.clone())
    }
}
