//! Where fresh ids come from. Randomness is outside, so it has a trait and a fake.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// Makes the bits of fresh ids.
pub trait IdSource: Send + Sync {
    /// 128 bits, greater than all that this source gave before.
    fn next_bits(&self) -> u128;
}

/// Monotone UUIDv7 (RFC 9562, 5.7): milliseconds since 1970, a counter, randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7;

impl IdSource for UuidV7 {
    #[expect(clippy::disallowed_methods, reason = "this is the source that others are passed")]
    fn next_bits(&self) -> u128 {
        Uuid::now_v7().as_u128()
    }
}

/// The fake: UUIDv7-shaped bits that count up from a seed, the same on every run.
#[derive(Debug)]
pub struct SeededIds {
    unix_ms: u64,
    next: AtomicU64,
}

impl SeededIds {
    /// Ids of one seed never meet those of another. `seed` below 2^48.
    pub const fn new(seed: u64) -> Self {
        Self { unix_ms: seed & ((1 << 48) - 1), next: AtomicU64::new(0) }
    }
}

impl IdSource for SeededIds {
    fn next_bits(&self) -> u128 {
        const VERSION_7: u128 = 7 << 76;
        const VARIANT: u128 = 0b10 << 62;
        let count = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        u128::from(self.unix_ms) << 80 | VERSION_7 | VARIANT | count
    }
}
