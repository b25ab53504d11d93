use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use super::Timestamp;

/// Tells the time. Production passes [`SystemClock`], tests pass [`MockClock`].
pub trait Clock: Send + Sync {
    /// The current moment. It may step back when the host's clock is set.
    fn now(&self) -> Timestamp;
}

/// The host's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that others are passed")]
    fn now(&self) -> Timestamp {
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Timestamp::UNIX_EPOCH.saturating_add(since),
            Err(before) => Timestamp::UNIX_EPOCH.saturating_sub(before.duration()),
        }
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct MockClock {
    micros: AtomicI64,
}

impl MockClock {
    pub const fn new(now: Timestamp) -> Self {
        Self { micros: AtomicI64::new(now.as_micros()) }
    }

    /// Moves to a moment, also backwards.
    pub fn set(&self, now: Timestamp) {
        self.micros.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves forward and returns the new moment.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let step = |micros| Some(Timestamp::from_micros(micros).saturating_add(by).as_micros());
        // The closure never refuses, so both results hold the moment before.
        let before = self
            .micros
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, step)
            .unwrap_or_else(|before| before);
        Timestamp::from_micros(before).saturating_add(by)
    }
}

impl Default for MockClock {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(Timestamp::from_micros(1_767_225_600_000_000))
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}
