use std::time::Duration;

/// How long to wait after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    /// A random time up to `first`, then up to twice that and so on, up to `max`: full jitter
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    Exponential { first: Duration, max: Duration },
    /// These times one after the other and then the last one again, each up to 10 % shorter or
    /// longer. Without any: at once.
    Schedule(&'static [Duration]),
}

impl Backoff {
    /// The wait after the failed `attempt` (from 1). Chance comes from `seed`, so that a test
    /// gets the same wait again.
    pub fn delay(&self, attempt: u32, seed: u128) -> Duration {
        let chance = chance(attempt, seed);
        match *self {
            Self::Exponential { first, max } => {
                let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
                share(first.saturating_mul(factor).min(max), chance)
            }
            Self::Schedule(waits) => {
                let index = (attempt.max(1) as usize - 1).min(waits.len().saturating_sub(1));
                let wait = waits.get(index).copied().unwrap_or_default();
                wait - wait / 10 + share(wait / 5, chance)
            }
        }
    }
}

/// `chance` of 2^32 parts of the duration.
fn share(duration: Duration, chance: u32) -> Duration {
    let micros = duration.as_micros().saturating_mul(u128::from(chance)) >> 32;
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

/// Evenly spread over all values: the finaliser of SplitMix64
/// (<https://prng.di.unimi.it/splitmix64.c>).
fn chance(attempt: u32, seed: u128) -> u32 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let folded = (seed >> 64) as u64 ^ seed as u64;
    let mut z = folded.wrapping_add(u64::from(attempt).wrapping_mul(GOLDEN));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 32) as u32
}
