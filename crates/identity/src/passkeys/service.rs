use kernel::Timestamp;
use kernel::http::ClientInfo;
use serde_json::Value;

use super::relying_party::Question;
use super::{ANSWER_MAX, CeremonyId, PASSKEYS_MAX, Passkey, PasskeyId, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::users::UserKey;
use crate::users::store::by_key;

/// What an authenticator is to be asked.
pub(crate) struct Challenge {
    pub(crate) id: CeremonyId,
    /// For the browser, as WebAuthn writes it in JSON.
    pub(crate) options: Value,
    pub(crate) expires_at: Timestamp,
}

/// What an authenticator answered, for a passkey of this name.
pub(crate) struct NewPasskey {
    pub(crate) name: String,
    pub(crate) credential: Value,
}

impl Identity {
    /// Begins to add a passkey.
    pub(crate) async fn ask_for_passkey(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: Option<&str>,
    ) -> Result<Challenge, IdentityError> {
        if !self.relying_party.is_available() {
            return Err(CredentialError::PasskeysUnavailable.into());
        }
        self.prove_presence(owner, client, password).await?;
        let session = self.database.client().await?;
        let account = by_key(&session, UserKey::Id(owner.user)).await?;
        let user = account.ok_or(IdentityError::UserNotFound)?.user;
        let others = store::credential_ids(&session, owner.user).await?;
        if others.len() >= PASSKEYS_MAX {
            return Err(CredentialError::PasskeysTooMany.into());
        }
        let question = self
            .relying_party
            .ask_to_register(owner.user, &user.email, &user.name, others)
            .ok_or(CredentialError::PasskeysUnavailable)?;
        drop(session);
        self.keep_question(Some(owner.user), question).await
    }

    pub(super) async fn keep_question(
        &self,
        user: Option<UserId>,
        question: Question,
    ) -> Result<Challenge, IdentityError> {
        let (id, now) = (CeremonyId::generate(), self.clock.now());
        let expires_at = now.saturating_add(ANSWER_MAX);
        let client = self.database.client().await?;
        store::delete_expired(&client, now).await?;
        store::insert_ceremony(&client, id, user, &question.state, expires_at).await?;
        Ok(Challenge { id, options: question.options, expires_at })
    }

    /// Adds the passkey that the authenticator made for the challenge of this user.
    pub(crate) async fn add_passkey(
        &self,
        owner: &Owner,
        new: NewPasskey,
    ) -> Result<Passkey, IdentityError> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        // Whatever the answer is, the challenge is used up.
        let state = store::take_registration(&client, owner.user, now).await?;
        let state = state.ok_or(CredentialError::PasskeyChallengeGone)?;
        let registered = self
            .relying_party
            .register(state, new.credential)
            .map_err(|_| CredentialError::PasskeyRefused)?;
        let passkey = Passkey {
            id: PasskeyId::generate(),
            name: new.name,
            is_synced: registered.is_synced,
            created_at: now,
            last_used_at: None,
        };
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let (id, credential) = (&registered.credential_id, &registered.credential);
        store::insert(&tx, owner.user, &passkey, id, credential).await?;
        let object = (Some(passkey.id.to_string()), &*passkey.name);
        owner.added_in_tx(&tx, &*self.clock, Credential::Passkey, object).await?;
        tx.commit().await?;
        Ok(passkey)
    }

    pub(crate) async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, IdentityError> {
        let client = self.database.client().await?;
        store::of_user(&client, user).await
    }

    pub(crate) async fn remove_passkey(
        &self,
        owner: &Owner,
        id: PasskeyId,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let name = store::delete(&tx, owner.user, id).await?;
        let name = name.ok_or(CredentialError::PasskeyNotFound)?;
        let object = (Some(id.to_string()), &*name);
        owner.removed_in_tx(&tx, &*self.clock, Credential::Passkey, object).await?;
        tx.commit().await?;
        Ok(())
    }
}
