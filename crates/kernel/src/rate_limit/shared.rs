use std::fmt::Display;
use std::hash::Hash;
use std::sync::LazyLock;

use ::redis::Script;

use super::{Decision, Quota, RateLimiter, seconds};
use crate::redis::Redis;
use crate::time::Timestamp;

static GCRA: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

/// Limits for many keys, of all processes that share a Redis. While it doesn't answer, and without
/// one, they are this process' own, which goes on from what it knows: who had used up everything
/// doesn't get it once more because an answer is late.
#[derive(Debug)]
pub struct SharedRateLimiter<K> {
    own: RateLimiter<K>,
    redis: Option<Redis>,
    /// Tells these keys from those of other limits.
    name: &'static str,
}

impl<K: Hash + Eq + Display> SharedRateLimiter<K> {
    pub fn new(name: &'static str, quota: Quota, redis: Option<Redis>) -> Self {
        Self { own: RateLimiter::new(quota), redis, name }
    }

    pub const fn quota(&self) -> Quota {
        self.own.quota()
    }

    /// Whether other processes take from the same limits.
    pub const fn is_shared(&self) -> bool {
        self.redis.is_some()
    }

    /// See [`RateLimiter::take`]. The shared limits go by the clock of Redis, which is one for all.
    pub async fn take(&self, key: K, now: Timestamp) -> Decision {
        match self.ask(&key, true).await {
            Some((is_allowed, ahead_us)) => {
                self.own.learn(key, now, ahead_us);
                self.quota().decision(is_allowed, ahead_us)
            }
            None => self.own.take(key, now),
        }
    }

    /// See [`RateLimiter::wait_s`].
    pub async fn wait_s(&self, key: &K, now: Timestamp) -> Option<u64> {
        match self.ask(key, false).await {
            Some((true, _)) => None,
            Some((false, ahead_us)) => Some(seconds(ahead_us - self.quota().tolerance_us())),
            None => self.own.wait_s(key, now),
        }
    }

    async fn ask(&self, key: &K, takes: bool) -> Option<(bool, i64)> {
        let redis = self.redis.as_ref()?;
        let mut script = GCRA.key(format!("bushel:limit:{}:{key}", self.name));
        script.arg(self.quota().step_us()).arg(self.quota().tolerance_us()).arg(i32::from(takes));
        redis.ask(|mut redis| async move { script.invoke_async(&mut redis).await }).await
    }
}
