//! Rate limits by GCRA, the generic cell rate algorithm (ITU-T I.371): one number for each key,
//! the moment at which its bucket would be empty again. No window edges, no timers.
//! In this process, or in all that share a Redis.

mod shared;

pub use shared::SharedRateLimiter;

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use hashbrown::HashMap;
use parking_lot::Mutex;

use crate::time::Timestamp;

/// Keys that are forgotten at the latest when this many more have come.
const PRUNE_EVERY: usize = 10_000;

/// How much is allowed: `burst` at once, `per_period` in `period_s` seconds for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub per_period: u32,
    pub period_s: u32,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub is_allowed: bool,
    /// How many more are allowed at this moment.
    pub remaining: u32,
    /// Seconds until one more is allowed; zero if it is now.
    pub retry_after_s: u64,
    /// Seconds until the whole burst is there again.
    pub reset_s: u64,
}

/// Limits for many keys, in this process.
#[derive(Debug)]
pub struct RateLimiter<K> {
    quota: Quota,
    keys: Mutex<Keys<K>>,
}

#[derive(Debug)]
struct Keys<K> {
    /// The theoretical arrival time of each key, in microseconds.
    arrivals: HashMap<K, i64>,
    prune_at: usize,
}

/// What counts as one caller: an address, or with IPv6 a network of 64 bits, which one customer
/// has as a whole.
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    }
}

impl<K: Hash + Eq> RateLimiter<K> {
    pub fn new(quota: Quota) -> Self {
        assert!(quota.burst > 0 && quota.per_period > 0 && quota.period_s > 0, "a quota allows");
        assert!(quota.step_us() > 0, "a quota is at most one each microsecond");
        let keys = Keys { arrivals: HashMap::new(), prune_at: PRUNE_EVERY };
        Self { quota, keys: Mutex::new(keys) }
    }

    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// Seconds until the key has one left, if it has none: for what counts failures only.
    pub fn wait_s(&self, key: &K, now: Timestamp) -> Option<u64> {
        let (now, tolerance) = (now.as_micros(), self.quota.tolerance_us());
        let known = self.keys.lock().arrivals.get(key).copied().unwrap_or(now);
        let ahead = (known - now).min(tolerance + self.quota.step_us());
        (ahead > tolerance).then(|| seconds(ahead - tolerance))
    }

    /// Takes one, if the key has one left.
    pub fn take(&self, key: K, now: Timestamp) -> Decision {
        let (now, step) = (now.as_micros(), self.quota.step_us());
        let latest = now + self.quota.tolerance_us() + step;
        let mut keys = self.keys.lock();
        let known = keys.arrivals.get(&key).copied().unwrap_or(now);
        // Later than the latest is only what was taken before the clock was set back.
        let arrival = known.clamp(now, latest);
        let is_allowed = arrival - now <= self.quota.tolerance_us();
        let next = if is_allowed { arrival + step } else { arrival };
        if is_allowed || known > latest {
            keys.arrivals.insert(key, next);
            keys.prune(now);
        }
        self.quota.decision(is_allowed, next - now)
    }
}

impl<K: Hash + Eq> RateLimiter<K> {
    /// Takes over what somebody else knows of a key: how far ahead of its time it is.
    fn learn(&self, key: K, now: Timestamp, ahead_us: i64) {
        let now = now.as_micros();
        let mut keys = self.keys.lock();
        keys.arrivals.insert(key, now + ahead_us);
        keys.prune(now);
    }
}

impl<K: Hash + Eq> Keys<K> {
    fn prune(&mut self, now: i64) {
        if self.arrivals.len() >= self.prune_at {
            self.arrivals.retain(|_, arrival| *arrival > now);
            self.prune_at = self.arrivals.len() + PRUNE_EVERY;
        }
    }
}

impl Quota {
    /// Time that one takes.
    fn step_us(self) -> i64 {
        i64::from(self.period_s) * 1_000_000 / i64::from(self.per_period)
    }

    /// How far ahead of its time a request may be.
    fn tolerance_us(self) -> i64 {
        self.step_us() * i64::from(self.burst - 1)
    }

    fn decision(self, is_allowed: bool, ahead_us: i64) -> Decision {
        let left_us = self.tolerance_us() + self.step_us() - ahead_us;
        let remaining = u32::try_from(left_us / self.step_us()).unwrap_or(0);
        let wait_us = (ahead_us - self.tolerance_us()).max(0);
        let retry_after_s = if is_allowed { 0 } else { seconds(wait_us).max(1) };
        Decision { is_allowed, remaining, retry_after_s, reset_s: seconds(ahead_us.max(0)) }
    }
}

/// Whole seconds, rounded up.
fn seconds(micros: i64) -> u64 {
    micros.unsigned_abs().div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const QUOTA: Quota = Quota { burst: 3, per_period: 60, period_s: 60 };

    #[test]
    fn burst_then_one_each_step() {
        let limiter = RateLimiter::new(QUOTA);
        let now = Timestamp::UNIX_EPOCH;
        let left: Vec<u32> = (0..3).map(|_| limiter.take("a", now).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limiter.take("a", now);
        assert_eq!((refused.is_allowed, refused.retry_after_s, refused.reset_s), (false, 1, 3));
        assert!(limiter.take("b", now).is_allowed);
        let later = now.saturating_add(Duration::from_secs(1));
        assert!(limiter.take("a", later).is_allowed);
        assert!(!limiter.take("a", later).is_allowed);
    }

    #[test]
    fn looking_takes_nothing() {
        let limiter = RateLimiter::new(QUOTA);
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..3 {
            assert_eq!(limiter.wait_s(&"a", now), None);
            limiter.take("a", now);
        }
        assert_eq!(limiter.wait_s(&"a", now), Some(1));
        assert_eq!(limiter.wait_s(&"a", now.saturating_add(Duration::from_secs(1))), None);
    }

    #[test]
    fn clock_that_is_set_back_refuses_nobody_for_longer_than_a_full_burst() {
        let limiter = RateLimiter::new(QUOTA);
        let now = Timestamp::UNIX_EPOCH;
        let ahead = now.saturating_add(Duration::from_secs(400 * 86_400));
        assert!(limiter.take("a", ahead).is_allowed);
        let refused = limiter.take("a", now);
        assert_eq!((refused.is_allowed, refused.retry_after_s, refused.reset_s), (false, 1, 3));
        assert!(limiter.take("a", now.saturating_add(Duration::from_secs(1))).is_allowed);
    }

    #[test]
    fn over_a_long_time_the_rate_holds() {
        let limiter = RateLimiter::new(QUOTA);
        let step = Duration::from_millis(100);
        let mut now = Timestamp::UNIX_EPOCH;
        let mut allowed = 0;
        for _ in 0..6_000 {
            allowed += u32::from(limiter.take("a", now).is_allowed);
            now = now.saturating_add(step);
        }
        assert!((600..=603).contains(&allowed), "{allowed}");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let ip = |text: &str| network(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::ffff:1"));
        assert_ne!(ip("2001:db8::1"), ip("2001:db8:0:1::1"));
        assert_eq!(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
        assert_ne!(ip("192.0.2.1"), ip("192.0.2.2"));
    }
}
