use std::sync::Arc;

use kernel::Timestamp;
use parking_lot::RwLock;

use super::SigningKey;

/// The keys that this node knows.
#[derive(Default)]
pub(crate) struct KeyRing(RwLock<Known>);

#[derive(Default)]
struct Known {
    /// Of the changes, before the keys were read; none before the first time.
    generation: Option<u64>,
    keys: Vec<Arc<SigningKey>>,
}

impl KeyRing {
    pub(super) fn is_current(&self, generation: u64) -> bool {
        self.0.read().generation == Some(generation)
    }

    pub(super) fn learn(&self, generation: u64, keys: Vec<SigningKey>) {
        let keys = keys.into_iter().map(Arc::new).collect();
        *self.0.write() = Known { generation: Some(generation), keys };
    }

    /// The key that signs: the latest of those whose time has come.
    pub(crate) fn signing(&self, now: Timestamp) -> Option<Arc<SigningKey>> {
        let known = self.0.read();
        let begun = known.keys.iter().filter(|key| key.signs_from <= now && !key.is_retired(now));
        begun.max_by_key(|key| key.signs_from).cloned()
    }

    /// The key with this id, if it may still verify.
    pub(crate) fn verifying(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        let known = self.0.read();
        known.keys.iter().find(|key| key.kid == kid && !key.is_retired(now)).cloned()
    }

    pub(super) fn all(&self, now: Timestamp) -> Vec<Arc<SigningKey>> {
        self.0.read().keys.iter().filter(|key| !key.is_retired(now)).cloned().collect()
    }
}

impl SigningKey {
    fn is_retired(&self, now: Timestamp) -> bool {
        self.retires_at.is_some_and(|end| end <= now)
    }
}
