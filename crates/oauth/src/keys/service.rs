use std::time::Duration;

use deadpool_postgres::GenericClient;
use kernel::audit::{self, AuditActor, NewEntry};

use super::{KeyRow, PublicKey, store};
use crate::error::OauthError;
use crate::oauth::Oauth;

/// A new key is published for so long before it signs: lists of keys are kept for less.
const LEAD: Duration = Duration::from_secs(3_600);
/// An old key is published for so long after it signed for the last time.
const AFTER: Duration = Duration::from_secs(24 * 3_600);
const AGE_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);

impl Oauth {
    /// Makes the first key if there is none. It signs at once.
    pub(crate) async fn ensure_key(&self) -> Result<(), OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        if store::newest(&tx).await?.is_none() {
            let now = self.clock.now();
            store::insert(&tx, &KeyRow::generate(&self.vault, now), now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Makes a new key if the newest is old enough, and removes those that have retired.
    pub(crate) async fn rotate_old_key(&self) -> Result<(), OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        let now = self.clock.now();
        store::delete_retired(&tx, now).await?;
        if store::newest(&tx).await?.is_none_or(|newest| now.since(newest) >= AGE_MAX) {
            let signs_from = now.saturating_add(LEAD);
            let key = KeyRow::generate(&self.vault, signs_from);
            store::retire(&tx, signs_from.saturating_add(AFTER)).await?;
            store::insert(&tx, &key, now).await?;
            let entry = NewEntry::new(AuditActor::System, "oauth.keys.rotated");
            let entry = entry.object(&key.public.kid);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The key that signs at this moment.
    pub(crate) async fn signing_key(
        &self,
        client: &impl GenericClient,
    ) -> Result<KeyRow, OauthError> {
        let key = store::signing(client, self.clock.now()).await?;
        key.ok_or(OauthError::Corrupt("there is no signing key"))
    }

    /// The keys with which id_tokens are verified.
    pub(crate) async fn public_keys(&self) -> Result<Vec<PublicKey>, OauthError> {
        Ok(store::published(&self.database, self.clock.now()).await?)
    }
}
