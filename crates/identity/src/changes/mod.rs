//! What other nodes have to forget: each change to a user or a session writes a row, which every
//! node reads within a quarter of a second. Caches keep with each entry the generation of its
//! user at the moment before it was read; an entry of an older generation is out of date.
//!
//! Invariants: a change is never missed (see `store.rs`); a node that can't read changes for ten
//! seconds trusts nothing that it remembers ([`Changes::are_known`]).

mod feed;
mod store;

pub(crate) use feed::Feed;
pub(crate) use store::{forget_before, record_in_tx};

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::RwLock;

use deadpool_postgres::Transaction;
use kernel::DatabaseError;

use crate::identity::Identity;
use crate::ids::UserId;

/// Users share slots; a neighbour's change costs one read too many and nothing else.
const SLOTS: usize = 1 << 14;

/// The generations of this node.
pub(crate) struct Changes {
    slots: Box<[AtomicU64]>,
    keys: AtomicU64,
    /// When everything up to then was known.
    read_at: RwLock<Instant>,
    belief_max: Duration,
}

impl Changes {
    pub(crate) fn new(belief_max: Duration) -> Self {
        let slots = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        let read_at = RwLock::new(Instant::now());
        Self { slots, keys: AtomicU64::new(0), read_at, belief_max }
    }

    /// To be asked before something about the user is read, and kept with what was read.
    pub(crate) fn generation(&self, user: UserId) -> u64 {
        self.slot(user).load(Ordering::Acquire)
    }

    /// What is remembered of the user is out of date.
    pub(crate) fn forget(&self, user: UserId) {
        self.slot(user).fetch_add(1, Ordering::AcqRel);
    }

    /// The same for the signing keys.
    pub(crate) fn keys_generation(&self) -> u64 {
        self.keys.load(Ordering::Acquire)
    }

    pub(crate) fn forget_keys(&self) {
        self.keys.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn forget_all(&self) {
        for slot in &self.slots {
            slot.fetch_add(1, Ordering::AcqRel);
        }
        self.forget_keys();
    }

    /// Whether what is remembered may be trusted.
    pub(crate) fn are_known(&self) -> bool {
        self.read_at.read().elapsed() <= self.belief_max
    }

    /// Everything that was committed before `at` has been read.
    fn known_at(&self, at: Instant) {
        *self.read_at.write() = at;
    }

    fn slot(&self, user: UserId) -> &AtomicU64 {
        // The low half of a UUIDv7 is random.
        &self.slots[user.as_u128() as usize % SLOTS]
    }
}

/// For other contexts that remember something of a user.
impl Identity {
    /// To be asked before something about the user is read, and kept with what was read: while it
    /// stays the same, nothing has changed. Not to be trusted unless
    /// [`changes_are_known`](Self::changes_are_known).
    pub fn generation(&self, user: UserId) -> u64 {
        self.changes.generation(user)
    }

    /// Whether what is remembered may be trusted at this moment.
    pub fn changes_are_known(&self) -> bool {
        self.changes.are_known()
    }

    /// Says, if and when `tx` commits, that what any node remembers of the user is out of date.
    /// [`forget`](Self::forget) is for this node, after the commit.
    pub async fn record_change_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
    ) -> Result<(), DatabaseError> {
        record_in_tx(tx, &*self.clock, Some(user)).await
    }

    /// What this node remembers of the user is out of date.
    pub fn forget(&self, user: UserId) {
        self.changes.forget(user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_outdates_what_was_read_before_it_and_nothing_later() {
        let changes = Changes::new(Duration::from_secs(10));
        let (ann, bob) = (UserId::from_u128(1), UserId::from_u128(2));
        let (before, others) = (changes.generation(ann), changes.generation(bob));
        changes.forget(ann);
        assert_ne!(changes.generation(ann), before);
        assert_eq!(changes.generation(bob), others);
        let keys = changes.keys_generation();
        changes.forget_all();
        assert_ne!(changes.generation(bob), others);
        assert_ne!(changes.keys_generation(), keys);
    }

    #[test]
    fn line_32_what_is_remembered_is_not_trusted_without_news() {
        let changes = Changes::new(Duration::from_secs(10));
        assert!(changes.are_known());
        changes.known_at(Instant::now() - Duration::from_secs(11));
        assert!(!changes.are_known());
    }
}
