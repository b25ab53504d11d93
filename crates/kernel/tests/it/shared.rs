//! Limits and a cache in a Redis that two processes share, while it is killed, silent and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kernel::cache::{Cache, Lookup, Place};
use kernel::rate_limit::{Quota, RateLimiter, SharedRateLimiter};
use kernel::redis::{Redis, RedisUrl};
use kernel::{Clock as _, SystemClock};
use testkit::OwnRedis;

use crate::logs::Logs;

const LOST: &str = "Redis is lost";
const BACK: &str = "Redis is back";
const SOON: Duration = Duration::from_secs(20);
/// No answer is as late as that.
const LATE: Duration = Duration::from_secs(10);
const LONG: Duration = Duration::from_secs(3_600);
/// One each minute, so that a test doesn't see one come.
const RARE: Quota = Quota { burst: 10, per_period: 1, period_s: 60 };

fn url(server: &OwnRedis) -> RedisUrl {
    RedisUrl::try_new(&server.url()).unwrap()
}

async fn there(url: RedisUrl) -> Redis {
    let redis = Redis::start(url);
    tokio::time::timeout(SOON, redis.there()).await.unwrap();
    redis
}

/// As a process has it: with a connection of its own. Where time doesn't matter.
async fn connect(server: &OwnRedis) -> Redis {
    there(url(server).with_patience(LATE)).await
}

fn limiter(redis: &Redis, quota: Quota) -> SharedRateLimiter<&'static str> {
    SharedRateLimiter::new("orchard", quota, Some(redis.clone()))
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < SOON, "still not so: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn limits_are_those_of_both_processes_and_say_the_same_as_ones_own() {
    let server = OwnRedis::start();
    let (one, other) = (connect(&server).await, connect(&server).await);
    let (one, other) = (limiter(&one, RARE), limiter(&other, RARE));
    let alone = RateLimiter::new(RARE);
    let now = SystemClock.now();
    for turn in 0..14 {
        let shared = if turn % 2 == 0 { &one } else { &other };
        let waits = (shared.wait_s(&"amy", now).await, alone.wait_s(&"amy", now));
        let decisions = (shared.take("amy", now).await, alone.take("amy", now));
        // Between two questions the clock of Redis goes on, so that a second may be less.
        let (shared, own) = decisions;
        assert_eq!((shared.is_allowed, shared.remaining), (own.is_allowed, own.remaining));
        let is_near = |shared: u64, own: u64| own - shared <= 1;
        assert!(is_near(shared.retry_after_s, own.retry_after_s), "{decisions:?}");
        assert!(is_near(shared.reset_s, own.reset_s), "{decisions:?}");
        let (shared, own) = waits;
        assert_eq!(shared.is_some(), own.is_some());
        assert!(is_near(shared.unwrap_or(0), own.unwrap_or(0)), "{waits:?}");
        assert_eq!(own.is_some(), turn >= 10, "{turn}");
    }
    assert!(other.take("bob", now).await.is_allowed, "somebody else");
}

#[tokio::test]
async fn over_some_time_the_rate_holds_for_all_together() {
    let server = OwnRedis::start();
    let quota = Quota { burst: 5, per_period: 100, period_s: 1 };
    let redis = connect(&server).await;
    let limiters = [limiter(&redis, quota), limiter(&redis, quota)];
    let (began, mut allowed) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_millis(500) {
        for limiter in &limiters {
            allowed += u32::from(limiter.take("amy", SystemClock.now()).await.is_allowed);
        }
    }
    let most = 5 + began.elapsed().as_millis() / 10 + 1;
    assert!(allowed >= 50 && u128::from(allowed) <= most, "{allowed} of {most}");
}

/// Takes all the time, as requests do, and knows how long the longest waited.
struct Load {
    tasks: tokio::task::JoinSet<Duration>,
    is_done: Arc<AtomicBool>,
}

impl Load {
    fn start(redis: &Redis) -> Self {
        let (mut tasks, is_done) = (tokio::task::JoinSet::new(), Arc::<AtomicBool>::default());
        for _ in 0..8 {
            let (limiter, is_done) = (limiter(redis, RARE), Arc::clone(&is_done));
            let cache = Cache::new("orchard.trees", Some(redis.clone()));
            tasks.spawn(async move {
                let mut longest = Duration::ZERO;
                while !is_done.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    limiter.take("load", SystemClock.now()).await;
                    if let Lookup::Missing(place) = cache.get("load").await {
                        cache.set(place, Bytes::from_static(b"red"), LONG).await;
                    }
                    longest = longest.max(began.elapsed());
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                longest
            });
        }
        Self { tasks, is_done }
    }

    async fn stop(self) -> Duration {
        self.is_done.store(true, Ordering::Relaxed);
        self.tasks.join_all().await.into_iter().max().unwrap()
    }
}

#[tokio::test]
async fn dead_or_silent_redis_holds_nobody_up_and_limits_hold_in_each_process() {
    let (logs, _guard) = Logs::listen("kernel::redis=info");
    let mut server = OwnRedis::start();
    let load = Load::start(&there(url(&server)).await);
    // Late is no answer for those who wait, and for who counts it is.
    let redis = there(url(&server).with_patience(Duration::from_millis(100))).await;
    let (one, other) = (limiter(&redis, RARE), limiter(&redis, RARE));
    let allowed = async |key| {
        let mut allowed = [0, 0];
        for (limiter, allowed) in [&one, &other].into_iter().zip(&mut allowed) {
            for _ in 0..30 {
                let decision = limiter.take(key, SystemClock.now()).await;
                *allowed += u32::from(decision.is_allowed);
            }
        }
        allowed
    };
    assert_eq!(allowed("amy").await, [10, 0], "one limit for both");

    server.kill();
    until("both have lost it", async || logs.count([LOST]) == [2]).await;
    assert_eq!(allowed("amy").await, [0, 0], "both know that nothing was left");
    assert_eq!(allowed("bob").await, [10, 10], "each has its own limit");
    server.start_again();
    until("both have it back", async || logs.count([BACK]) == [2]).await;
    assert_eq!(allowed("bob").await, [10, 0], "a new Redis knows of nothing");

    server.signal("STOP");
    until("both have lost it", async || logs.count([LOST]) == [4]).await;
    assert_eq!(allowed("bob").await, [0, 0]);
    assert_eq!(allowed("cid").await, [10, 10]);
    server.signal("CONT");
    until("both have it back", async || logs.count([BACK]) == [4]).await;
    assert_eq!(allowed("bob").await, [0, 0], "it has kept what it knew");
    assert_eq!(allowed("dan").await, [10, 0]);
    let longest = load.stop().await;
    // Three questions of 5 ms each, on a machine that does other things, too.
    assert!(longest < Duration::from_millis(200), "{longest:?}");
    assert_eq!(logs.count([LOST, BACK, "ERROR"]), [4, 4, 0], "{}", logs.text());
}

#[tokio::test]
async fn redis_that_is_not_there_at_the_start_is_found_later() {
    let (logs, _guard) = Logs::listen("kernel::redis=info");
    let mut server = OwnRedis::start();
    server.kill();
    let redis = Redis::start(url(&server).with_patience(LATE));
    let limiter = limiter(&redis, RARE);
    assert!(limiter.take("amy", SystemClock.now()).await.is_allowed);
    until("it is said", async || logs.count([LOST]) == [1]).await;
    server.start_again();
    tokio::time::timeout(SOON, redis.there()).await.unwrap();
    assert_eq!(limiter.take("amy", SystemClock.now()).await.remaining, 9, "shared from now on");
    assert_eq!(logs.count([LOST, BACK]), [1, 1], "{}", logs.text());
}

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

/// Until it is there: an answer may come too late.
async fn put(cache: &Cache, key: &str, value: &'static [u8]) {
    until("it is there", async || match cache.get(key).await {
        Lookup::Found(found) => found == value,
        Lookup::Missing(place) => {
            cache.set(place, Bytes::from_static(value), LONG).await;
            false
        }
    })
    .await;
}

async fn caches(server: &OwnRedis) -> [Cache; 2] {
    let (one, other) = (connect(server).await, connect(server).await);
    [one, other].map(|redis| Cache::new("orchard.trees", Some(redis)))
}

#[tokio::test]
async fn what_one_process_puts_there_another_finds_until_either_invalidates_it() {
    let server = OwnRedis::start();
    let [one, other] = caches(&server).await;
    put(&one, "apple", b"red").await;
    assert_eq!(found(&other, "apple").await.unwrap(), "red");
    let late = place(&one, "pear").await;
    other.invalidate().await;
    assert_eq!(found(&one, "apple").await, None);
    // It was read before, so nobody knows whether it is right.
    one.set(late, Bytes::from_static(b"green"), LONG).await;
    assert_eq!(found(&other, "pear").await, None);
    put(&other, "pear", b"yellow").await;
    assert_eq!(found(&one, "pear").await.unwrap(), "yellow");
    let elsewhere = Cache::new("orchard.tools", Some(connect(&server).await));
    assert_eq!(found(&elsewhere, "pear").await, None, "another cache");
    elsewhere.invalidate().await;
    assert_eq!(found(&one, "pear").await.unwrap(), "yellow");
}

#[tokio::test]
async fn nothing_is_found_of_what_a_redis_kept_without_its_generation() {
    let server = OwnRedis::start();
    let [one, other] = caches(&server).await;
    put(&one, "apple", b"red").await;
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let delete = redis::cmd("DEL").arg("bushel:cache:orchard.trees").clone();
    let deleted: i64 = delete.query_async(&mut connection).await.unwrap();
    assert_eq!(deleted, 1, "as it does when it is full");
    assert_eq!(found(&other, "apple").await, None);
    put(&other, "apple", b"green").await;
    assert_eq!(found(&one, "apple").await.unwrap(), "green");
}

#[tokio::test]
async fn invalidation_that_did_not_reach_redis_is_made_up_for() {
    let (logs, _guard) = Logs::listen("kernel::redis=info");
    let server = OwnRedis::start();
    let (one, other) = (there(url(&server)).await, there(url(&server)).await);
    let [one, other] = [one, other].map(|redis| Cache::new("orchard.trees", Some(redis)));
    put(&one, "apple", b"red").await;
    server.signal("STOP");
    until("it is lost", async || {
        // Asked for until nobody asks any more.
        assert_eq!(found(&one, "apple").await, None);
        found(&other, "apple").await;
        logs.count([LOST]) == [2]
    })
    .await;
    one.invalidate().await;
    server.signal("CONT");
    until("both have it back", async || logs.count([BACK]) == [2]).await;
    put(&one, "apple", b"green").await;
    put(&other, "apple", b"green").await;
}
