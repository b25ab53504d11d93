use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kernel::Timestamp;

use crate::ids::UserId;
use crate::permissions::PermissionSet;

/// A use is written at most this often.
const WRITTEN_EVERY_US: i64 = 60_000_000;

/// A session with what of its user decides what it may do, as it was at one moment.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) user: UserId,
    pub(crate) permissions: PermissionSet,
    pub(crate) is_frozen: bool,
    /// Of the user, before this was read.
    pub(crate) generation: u64,
    pub(super) is_ended: bool,
    pub(super) expires_at: i64,
    pub(super) idle_us: i64,
    pub(super) last_used_at: AtomicI64,
    pub(super) written_at: AtomicI64,
}

/// Whether a session may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    /// Somebody ended it, or its user is gone.
    Ended,
    /// Its absolute time is over.
    Expired,
    /// It wasn't used for too long, as far as this node knows.
    Idle,
}

impl Live {
    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        let now = now.as_micros();
        if self.is_ended {
            Standing::Ended
        } else if now >= self.expires_at {
            Standing::Expired
        } else if now - self.last_used_at.load(Ordering::Relaxed) >= self.idle_us {
            Standing::Idle
        } else {
            Standing::Open
        }
    }

    /// Notes a use. Answers whether it is to be written.
    pub(crate) fn touch(&self, now: Timestamp) -> bool {
        let now = now.as_micros();
        self.last_used_at.fetch_max(now, Ordering::Relaxed);
        let written = self.written_at.load(Ordering::Relaxed);
        now - written >= WRITTEN_EVERY_US
            && self
                .written_at
                .compare_exchange(written, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    pub(crate) fn last_used(&self) -> Timestamp {
        Timestamp::from_micros(self.last_used_at.load(Ordering::Relaxed))
    }

    pub(super) fn micros(duration: Duration) -> i64 {
        i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
    }
}
