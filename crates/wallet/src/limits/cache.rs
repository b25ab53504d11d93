//! Limits that were read before. Every change begins a new generation, and what was read in an older
//! one isn't found any more, even if it is put in late.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use hashbrown::HashMap;
use identity::UserId;
use parking_lot::RwLock;

use super::Limits;
use crate::error::Result;
use crate::wallet::{Parts, Wallet};

pub(super) type Defaults = Arc<HashMap<String, Limits>>;

/// See the module's text.
pub(crate) struct LimitCache {
    generation: AtomicU64,
    version: AtomicI64,
    defaults: RwLock<Option<(u64, Defaults)>>,
    users: moka::sync::Cache<(u64, UserId, u32), Limits>,
    /// For which day and limit an allowance was made ready.
    ready: moka::sync::Cache<(UserId, u32), (i64, u128)>,
}

impl Default for LimitCache {
    fn default() -> Self {
        const USERS_MAX: u64 = 200_000;
        Self {
            generation: AtomicU64::new(0),
            version: AtomicI64::new(-1),
            defaults: RwLock::new(None),
            users: moka::sync::Cache::new(USERS_MAX),
            ready: moka::sync::Cache::new(USERS_MAX),
        }
    }
}

impl LimitCache {
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn defaults(&self) -> Option<Defaults> {
        let known = self.defaults.read();
        let (generation, defaults) = known.as_ref()?;
        (*generation == self.generation()).then(|| Arc::clone(defaults))
    }

    pub(super) fn put_defaults(&self, generation: u64, defaults: Defaults) {
        *self.defaults.write() = Some((generation, defaults));
    }

    pub(super) fn user(&self, user: UserId, asset: u32) -> Option<Limits> {
        self.users.get(&(self.generation(), user, asset))
    }

    pub(super) fn put_user(&self, generation: u64, user: UserId, asset: u32, limits: Limits) {
        self.users.insert((generation, user, asset), limits);
    }

    pub(super) fn is_ready(&self, user: UserId, asset: u32, day: i64, per_day: u128) -> bool {
        self.ready.get(&(user, asset)) == Some((day, per_day))
    }

    pub(super) fn put_ready(&self, user: UserId, asset: u32, day: i64, per_day: u128) {
        self.ready.insert((user, asset), (day, per_day));
    }

    /// Takes note of a stored version; another one than before begins a new generation.
    fn see(&self, version: i64) {
        if self.version.swap(version, Ordering::AcqRel) != version {
            self.forget();
        }
    }
}

/// Looks twice a second whether another process changed limits, for as long as the wallet is there.
pub(crate) async fn watch(parts: Weak<Parts>) {
    const EVERY: Duration = Duration::from_millis(500);
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(wallet) = Wallet::upgrade(&parts) else { return };
        match look(&wallet).await {
            Ok(version) => wallet.limits.see(version),
            // Without the database nothing can be changed either; what is known may be old then.
            Err(error) => {
                tracing::debug!(%error, "the version of the limits could not be read");
                wallet.limits.forget();
            }
        }
    }
}

async fn look(wallet: &Wallet) -> Result<i64> {
    let client = wallet.database.client().await?;
    super::store::version(&client).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_readers_of_old_limits_are_not_believed() {
        let cache = LimitCache::default();
        let (user, before) = (UserId::from_u128(1), cache.generation());
        cache.forget();
        cache.put_user(before, user, 1, Limits::default());
        cache.put_defaults(before, Defaults::default());
        assert!(cache.user(user, 1).is_none() && cache.defaults().is_none());
        cache.put_user(cache.generation(), user, 1, Limits::default());
        assert!(cache.user(user, 1).is_some());
    }

    #[test]
    fn only_another_version_begins_a_generation() {
        let cache = LimitCache::default();
        cache.see(7);
        let generation = cache.generation();
        cache.see(7);
        assert_eq!(cache.generation(), generation);
        cache.see(8);
        assert_ne!(cache.generation(), generation);
    }
}
