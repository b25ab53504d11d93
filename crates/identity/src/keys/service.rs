use std::time::Duration;

use kernel::Timestamp;
use kernel::audit::{self, AuditActor, NewEntry};

use super::{KeyRow, PublicKey, store};
use crate::changes;
use crate::error::IdentityError;
use crate::identity::Identity;

/// A new key is published for so long before it signs.
const LEAD: Duration = Duration::from_secs(10);
/// An old key verifies for so much longer than its last token lives: nodes' clocks differ.
const SLACK: Duration = Duration::from_secs(60);

impl Identity {
    /// Reads the keys; makes the first one if there is none. It signs at once.
    pub(crate) async fn ensure_key(&self) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        if store::all(&tx).await?.is_empty() {
            let now = self.clock.now();
            store::insert(&tx, &KeyRow::generate(&self.vault, now), now).await?;
            changes::record_in_tx(&tx, &*self.clock, None).await?;
        }
        tx.commit().await?;
        drop(client);
        self.read_keys().await
    }

    /// Publishes a new key, which signs from ten seconds later on; the old one verifies until its
    /// last token has expired.
    pub async fn rotate_keys(&self, actor: AuditActor) -> Result<PublicKey, IdentityError> {
        let now = self.clock.now();
        let signs_from = now.saturating_add(LEAD);
        let row = KeyRow::generate(&self.vault, signs_from);
        let kid = row.kid.clone();
        let retires_at = signs_from.saturating_add(self.options.timeouts.access_token + SLACK);
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        store::retire(&tx, retires_at).await?;
        store::insert(&tx, &row, now).await?;
        let entry = NewEntry::new(actor, "identity.keys.rotated").object(&kid);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        changes::record_in_tx(&tx, &*self.clock, None).await?;
        tx.commit().await?;
        drop(client);
        self.changes.forget_keys();
        self.read_keys().await?;
        let key = self.keys.verifying(&kid, now);
        key.map(|key| key.published()).ok_or(IdentityError::Corrupt("a new signing key is gone"))
    }

    /// The keys that verify now, or will soon.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, IdentityError> {
        self.current_keys().await?;
        Ok(self.keys.all(self.clock.now()).iter().map(|key| key.published()).collect())
    }

    /// Reads the keys if they have changed.
    pub(crate) async fn current_keys(&self) -> Result<(), IdentityError> {
        if self.keys.is_current(self.changes.keys_generation()) {
            return Ok(());
        }
        self.read_keys().await
    }

    async fn read_keys(&self) -> Result<(), IdentityError> {
        let generation = self.changes.keys_generation();
        let client = self.database.client().await?;
        let rows = store::all(&client).await?;
        let keys: Result<Vec<_>, _> = rows.into_iter().map(|row| row.open(&self.vault)).collect();
        self.keys.learn(generation, keys?);
        Ok(())
    }

    /// Removes keys that have retired.
    pub(crate) async fn delete_keys_before(&self, moment: Timestamp) -> Result<u64, IdentityError> {
        Ok(store::delete_before(&self.database, moment).await?)
    }
}
