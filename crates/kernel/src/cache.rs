//! Bytes that took some work and can be made again: in this process, or in a Redis that all
//! processes share.
//!
//! Invariants: what was read before an invalidation is never found after it, by this process and, as
//! soon as the Redis has heard of it, by all that share it; nothing is found for longer than it was
//! said to live; whoever asks gets what was put there or nothing, never an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use moka::Expiry;

use crate::id::{IdSource as _, UuidV7};
use crate::redis::Redis;

/// Larger things are made again each time: one of them would hold up what waits behind it.
const VALUE_LEN_MAX: usize = 256 * 1024;
/// What a process keeps of one cache.
const PROCESS_BYTES_MAX: u64 = 32 << 20;

/// What belongs together, and is invalidated together. Clones share it.
///
/// Who finds nothing makes the value, and puts it into the place that [`get`](Self::get) told. The
/// place knows what was valid when it was asked for: ask before you read what the value is made of,
/// and call [`invalidate`](Self::invalidate) after the commit of whatever changes that.
///
/// Without a Redis each process has its own, and an invalidation is for its own process alone: with
/// several of them a change is seen when the values have lived. An invalidation that doesn't reach
/// the Redis is made up for as soon as it is there; until then this process finds nothing, and
/// others find what lives still. Should this process end before that, they do until it has lived.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

/// What there is under a key.
#[derive(Debug)]
pub enum Lookup {
    Found(Bytes),
    Missing(Place),
}

/// Where a value goes.
#[derive(Debug)]
pub struct Place {
    key: String,
    /// `None`: it would go nowhere.
    generation: Option<u128>,
}

struct Inner {
    name: &'static str,
    store: Store,
}

enum Store {
    Process {
        values: moka::sync::Cache<String, Value>,
        generation: AtomicU64,
    },
    Shared {
        redis: Redis,
        /// Invalidations that haven't reached it.
        owed: AtomicU64,
    },
}

#[derive(Clone)]
struct Value {
    generation: u128,
    bytes: Bytes,
    lives: Duration,
}

impl Cache {
    /// `name` tells its keys from those of others: `shop.catalogue`.
    pub fn new(name: &'static str, redis: Option<Redis>) -> Self {
        let store = match redis {
            Some(redis) => Store::Shared { redis, owed: AtomicU64::new(0) },
            None => Store::Process { values: values(), generation: AtomicU64::new(0) },
        };
        Self(Arc::new(Inner { name, store }))
    }

    /// What is there under a key, or the place for it.
    pub async fn get(&self, key: &str) -> Lookup {
        let found = match &self.0.store {
            Store::Process { values, generation } => {
                let generation = u128::from(generation.load(Ordering::Acquire));
                match values.get(key) {
                    Some(value) if value.generation == generation => Ok(value.bytes),
                    _ => Err(Place { key: key.to_owned(), generation: Some(generation) }),
                }
            }
            Store::Shared { redis, owed } => self.0.get_shared(redis, owed, key).await,
        };
        let outcome = if found.is_ok() { "found" } else { "missing" };
        metrics::counter!("cache_lookups_total", "cache" => self.0.name, "outcome" => outcome)
            .increment(1);
        found.map_or_else(Lookup::Missing, Lookup::Found)
    }

    /// Puts a value into its place, for so long at most.
    pub async fn set(&self, place: Place, bytes: Bytes, lives: Duration) {
        let Place { key, generation: Some(generation) } = place else { return };
        if bytes.len() > VALUE_LEN_MAX {
            return;
        }
        match &self.0.store {
            Store::Process { values, .. } => values.insert(key, Value { generation, bytes, lives }),
            Store::Shared { redis, .. } => {
                let mut value = BytesMut::with_capacity(16 + bytes.len());
                value.put_u128(generation);
                value.put_slice(&bytes);
                let lives_ms = u64::try_from(lives.as_millis()).unwrap_or(u64::MAX).max(1);
                let mut write = ::redis::cmd("SET");
                write.arg(key).arg(&value[..]).arg("PX").arg(lives_ms);
                let _: Option<()> =
                    redis.ask(|mut redis| async move { write.query_async(&mut redis).await }).await;
            }
        }
    }

    /// From now on nothing is found of what is in there.
    pub async fn invalidate(&self) {
        match &self.0.store {
            Store::Process { values, generation } => {
                generation.fetch_add(1, Ordering::AcqRel);
                values.invalidate_all();
            }
            Store::Shared { redis, owed } => {
                if !self.0.renew(redis).await && owed.fetch_add(1, Ordering::AcqRel) == 0 {
                    tokio::spawn(make_up(Arc::clone(&self.0)));
                }
            }
        }
    }
}

impl Inner {
    async fn get_shared(&self, redis: &Redis, owed: &AtomicU64, key: &str) -> Result<Bytes, Place> {
        // However long it is, and whatever is in it.
        let key = format!("bushel:cache:{}:{}", self.name, blake3::hash(key.as_bytes()).to_hex());
        let nowhere = |key| Err(Place { key, generation: None });
        if owed.load(Ordering::Acquire) > 0 {
            return nowhere(key);
        }
        let mut read = ::redis::cmd("MGET");
        read.arg(self.generation_key()).arg(&key);
        let read = redis.ask(|mut redis| async move { read.query_async(&mut redis).await });
        let Some((generation, value)) = read.await else { return nowhere(key) };
        let (generation, value): (Option<Vec<u8>>, Option<Vec<u8>>) = (generation, value);
        let generation = match generation {
            Some(generation) => Some(generation),
            None => self.begin(redis).await,
        };
        let Some(generation) = generation.and_then(|bytes| bytes.try_into().ok()) else {
            return nowhere(key);
        };
        let generation: [u8; 16] = generation;
        match value {
            Some(value) if value.starts_with(&generation) => Ok(Bytes::from(value).slice(16..)),
            _ => Err(Place { key, generation: Some(u128::from_be_bytes(generation)) }),
        }
    }

    /// A generation, if there is none: in a Redis that is new or had to forget it. It is like no
    /// earlier one, so that nothing is found of what was left.
    async fn begin(&self, redis: &Redis) -> Option<Vec<u8>> {
        let (key, new) = (self.generation_key(), UuidV7.next_bits().to_be_bytes());
        let mut begin = ::redis::pipe();
        begin.cmd("SET").arg(&key).arg(&new[..]).arg("NX").ignore().cmd("GET").arg(&key);
        let begin = redis.ask(|mut redis| async move { begin.query_async(&mut redis).await });
        begin.await.map(|(generation,)| generation)
    }

    /// Whether there is a new generation.
    async fn renew(&self, redis: &Redis) -> bool {
        let mut renew = ::redis::cmd("SET");
        renew.arg(self.generation_key()).arg(&UuidV7.next_bits().to_be_bytes()[..]);
        let renew = redis.ask(|mut redis| async move { renew.query_async(&mut redis).await });
        renew.await.is_some_and(|()| true)
    }

    fn generation_key(&self) -> String {
        format!("bushel:cache:{}", self.name)
    }
}

/// Invalidates as soon as that works.
async fn make_up(inner: Arc<Inner>) {
    let Store::Shared { redis, owed } = &inner.store else { return };
    loop {
        redis.there().await;
        let known = owed.load(Ordering::Acquire);
        if inner.renew(redis).await
            && owed.compare_exchange(known, 0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        {
            return;
        }
    }
}

fn values() -> moka::sync::Cache<String, Value> {
    moka::sync::Cache::builder()
        .max_capacity(PROCESS_BYTES_MAX)
        .weigher(|key: &String, value: &Value| {
            u32::try_from(key.len() + value.bytes.len()).unwrap_or(u32::MAX)
        })
        .expire_after(AsSaid)
        .build()
}

/// Each value lives as long as was said when it was put there.
struct AsSaid;

impl Expiry<String, Value> for AsSaid {
    fn expire_after_create(&self, _: &String, value: &Value, _: Instant) -> Option<Duration> {
        Some(value.lives)
    }

    fn expire_after_update(
        &self,
        _: &String,
        value: &Value,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(value.lives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    async fn found(cache: &Cache, key: &str) -> Option<Bytes> {
        match cache.get(key).await {
            Lookup::Found(bytes) => Some(bytes),
            Lookup::Missing(_) => None,
        }
    }

    async fn place(cache: &Cache, key: &str) -> Place {
        match cache.get(key).await {
            Lookup::Found(bytes) => panic!("there is {bytes:?}"),
            Lookup::Missing(place) => place,
        }
    }

    #[tokio::test]
    async fn what_is_put_there_is_found_until_it_is_invalidated() {
        let cache = Cache::new("orchard.trees", None);
        let (apple, late) = (place(&cache, "apple").await, place(&cache, "pear").await);
        cache.set(apple, Bytes::from_static(b"red"), LONG).await;
        assert_eq!(found(&cache, "apple").await.unwrap(), "red");
        assert_eq!(found(&cache, "pear").await, None);
        cache.clone().invalidate().await;
        assert_eq!(found(&cache, "apple").await, None);
        // It was read before, so nobody knows whether it is right.
        cache.set(late, Bytes::from_static(b"green"), LONG).await;
        assert_eq!(found(&cache, "pear").await, None);
        let again = place(&cache, "pear").await;
        cache.set(again, Bytes::from_static(b"yellow"), LONG).await;
        assert_eq!(found(&cache, "pear").await.unwrap(), "yellow");
    }

    #[tokio::test]
    async fn nothing_lives_longer_than_was_said() {
        let cache = Cache::new("orchard.trees", None);
        let short = place(&cache, "apple").await;
        cache.set(short, Bytes::from_static(b"red"), Duration::from_millis(20)).await;
        let began = Instant::now();
        while found(&cache, "apple").await.is_some() {
            assert!(began.elapsed() < Duration::from_secs(5));
            tokio::task::yield_now().await;
        }
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test]
    async fn what_is_too_large_is_made_again() {
        let cache = Cache::new("orchard.trees", None);
        for (len, is_kept) in [(VALUE_LEN_MAX, true), (VALUE_LEN_MAX + 1, false)] {
            let key = len.to_string();
            let large = place(&cache, &key).await;
            cache.set(large, Bytes::from(vec![0; len]), LONG).await;
            assert_eq!(found(&cache, &key).await.is_some(), is_kept, "{len}");
        }
    }
}
