use std::time::Duration;

use deadpool_postgres::Transaction;
use ipnet::IpNet;
use kernel::Timestamp;
use kernel::secret::SecretToken;

use super::{ApiKey, KEYS_MAX, PREFIX, SHOWN_CHARS, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{ApiKeyId, UserId};
use crate::permissions::PermissionSet;

/// A key to make.
pub(crate) struct NewKey {
    /// Follows from the `Idempotency-Key`, if there is one.
    pub(crate) id: ApiKeyId,
    pub(crate) name: String,
    pub(crate) scopes: PermissionSet,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) allowed_ips: Vec<IpNet>,
}

/// A key that was made, with its text, which is nowhere else.
pub(crate) struct Shown {
    pub(crate) api_key: ApiKey,
    pub(crate) key: SecretToken,
}

impl Identity {
    /// Makes a key with scopes among `permissions`, those of its owner.
    pub(crate) async fn create_api_key(
        &self,
        owner: &Owner,
        permissions: PermissionSet,
        new: NewKey,
    ) -> Result<Shown, IdentityError> {
        if new.scopes.intersection(permissions) != new.scopes {
            return Err(CredentialError::ApiKeyScopeRefused.into());
        }
        let now = self.clock.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            let detail = "is not in the future".to_owned();
            return Err(IdentityError::Invalid { field: "expires_at", detail });
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        self.check_room_in_tx(&tx, owner.user).await?;
        let shown = shown(new, None, now);
        self.insert_key_in_tx(&tx, owner, &shown).await?;
        tx.commit().await?;
        Ok(shown)
    }

    /// The keys that still work.
    pub(crate) async fn api_keys(&self, user: UserId) -> Result<Vec<ApiKey>, IdentityError> {
        let client = self.database.client().await?;
        let (mut keys, now) = (store::of_user(&client, user).await?, self.clock.now());
        keys.retain(|key| key.is_live(now));
        Ok(keys)
    }

    /// Ends a key: here at once, on every other node within a second.
    pub(crate) async fn revoke_api_key(
        &self,
        owner: &Owner,
        id: ApiKeyId,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let live = store::live(&tx, owner.user, self.clock.now()).await?;
        let key = live.into_iter().find(|key| key.id == id);
        let key = key.ok_or(CredentialError::ApiKeyNotFound)?;
        self.end_key_in_tx(&tx, owner, &key).await?;
        tx.commit().await?;
        self.changes.forget(owner.user);
        Ok(())
    }

    /// Makes a key that takes another's place; the other works for `overlap` more. It gets the
    /// same lifetime, from now on.
    pub(crate) async fn rotate_api_key(
        &self,
        owner: &Owner,
        (id, new_id): (ApiKeyId, ApiKeyId),
        overlap: Duration,
    ) -> Result<Shown, IdentityError> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let live = store::live(&tx, owner.user, now).await?;
        let old = live.iter().find(|key| key.id == id).ok_or(CredentialError::ApiKeyNotFound)?;
        if live.iter().any(|key| key.replaces == Some(id)) {
            return Err(CredentialError::ApiKeyRotated.into());
        }
        self.check_room_in_tx(&tx, owner.user).await?;
        let lifetime = old.expires_at.map(|end| end.since(old.created_at));
        let new = NewKey {
            id: new_id,
            name: old.name.clone(),
            scopes: old.scopes,
            expires_at: lifetime.map(|lifetime| now.saturating_add(lifetime)),
            allowed_ips: old.allowed_ips.clone(),
        };
        let shown = shown(new, Some(id), now);
        self.insert_key_in_tx(&tx, owner, &shown).await?;
        if overlap.is_zero() {
            self.end_key_in_tx(&tx, owner, old).await?;
        } else {
            store::end_at(&tx, id, now.saturating_add(overlap)).await?;
        }
        tx.commit().await?;
        self.changes.forget(owner.user);
        Ok(shown)
    }

    async fn check_room_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
    ) -> Result<(), IdentityError> {
        let live = store::live(tx, user, self.clock.now()).await?;
        if live.len() >= KEYS_MAX { Err(CredentialError::ApiKeysTooMany.into()) } else { Ok(()) }
    }

    async fn insert_key_in_tx(
        &self,
        tx: &Transaction<'_>,
        owner: &Owner,
        Shown { api_key, key }: &Shown,
    ) -> Result<(), IdentityError> {
        if !store::insert(tx, owner.user, api_key, &key.hash()).await? {
            return Err(CredentialError::ApiKeyExists.into());
        }
        let object = (Some(api_key.id.to_string()), &*api_key.name);
        Ok(owner.added_in_tx(tx, &*self.clock, Credential::ApiKey, object).await?)
    }

    async fn end_key_in_tx(
        &self,
        tx: &Transaction<'_>,
        owner: &Owner,
        key: &ApiKey,
    ) -> Result<(), IdentityError> {
        store::revoke(tx, key.id, self.clock.now()).await?;
        let object = (Some(key.id.to_string()), &*key.name);
        Ok(owner.removed_in_tx(tx, &*self.clock, Credential::ApiKey, object).await?)
    }
}

fn shown(new: NewKey, replaces: Option<ApiKeyId>, now: Timestamp) -> Shown {
    let key = SecretToken::generate(PREFIX);
    let api_key = ApiKey {
        id: new.id,
        name: new.name,
        prefix: key.as_str()[..SHOWN_CHARS].to_owned(),
        scopes: new.scopes,
        allowed_ips: new.allowed_ips,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        replaces,
        last_used_at: None,
        last_used_ip: None,
    };
    Shown { api_key, key }
}
