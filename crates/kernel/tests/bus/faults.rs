use std::sync::Arc;
use std::time::Duration;

use kernel::bus::{NewJob, Outcome};
use parking_lot::Mutex;

use crate::orchard::{Diary, Gardener, Orchard, Recorder, water};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_that_are_killed_all_the_time_lose_nothing_and_double_nothing() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let build = |bus: kernel::bus::Bus| {
        let notes = diary.clone();
        let gardener = Gardener::new(move |job| {
            notes.note(&job);
            async { Outcome::Done }
        });
        bus.consumer(Recorder::new("herald")).worker(gardener).start()
    };
    let (first, second) = (build(orchard.bus()), build(orchard.other_bus().await));
    // What publishes has sessions of its own, which are killed, too: it tries again until it has
    // its answer, and an answer that was lost is no matter here, because events only count up.
    let mut published = 0;
    for round in 0..15_i64 {
        let jobs: Vec<NewJob> =
            (0..5).map(|n| water(&format!("{round} {n}")).key(format!("{round} {n}"))).collect();
        loop {
            let database = orchard.database();
            let done = async {
                let mut client = database.client().await?;
                let tx = client.transaction().await?;
                let events: Vec<_> = (0..40).map(crate::orchard::planted).collect();
                kernel::bus::publish_in_tx(&tx, &*orchard.clock, &events).await?;
                kernel::bus::enqueue_in_tx(&tx, &*orchard.clock, &jobs).await?;
                tx.commit().await?;
                Ok::<_, kernel::DatabaseError>(())
            };
            if done.await.is_ok() {
                published += 40;
                break;
            }
        }
        assert!(orchard.end_sessions().await > 0);
    }
    tokio::join!(first.settle(), second.settle());
    // Runs whose outcome was lost with their session wrote it later, or lost their lease.
    orchard.advance(3_600);
    tokio::join!(first.settle(), second.settle());
    assert_eq!(orchard.jobs().await, []);
    let trees: std::collections::BTreeSet<String> = diary.trees().into_iter().collect();
    assert_eq!(trees.len(), 75);
    let seen = orchard.seen("herald").await;
    assert!(seen.len() >= published);
    assert_eq!(seen, (1..=i64::try_from(seen.len()).unwrap()).collect::<Vec<_>>());
    first.stop().await;
    second.stop().await;
}

/// Sessions that a pool may have: it hands them out in turn.
const POOLED_MAX: usize = 32;

#[tokio::test]
async fn listener_comes_back_after_its_session_was_killed() {
    let orchard = Orchard::create().await;
    let recorder = Recorder::new("herald");
    let batches = Arc::clone(&recorder.batches);
    let bus = orchard.bus().consumer(recorder).start();
    bus.settle().await;
    let listeners = async || -> i64 {
        let client = orchard.database().dedicated_client().await.unwrap();
        let sql = "select count(*) from pg_stat_activity
             where datname = current_database() and query = 'listen bus'";
        client.query_one(sql, &[]).await.unwrap().get(0)
    };
    let back = async || {
        while listeners().await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back()).await.unwrap();
    orchard.end_sessions().await;
    tokio::time::timeout(Duration::from_secs(20), back()).await.unwrap();
    // The pool learns of each session's end when the server's word arrives.
    let works = async || {
        let client = orchard.database().client().await.unwrap();
        client.simple_query("select 1").await.is_ok()
    };
    let mut in_a_row = 0;
    while in_a_row < POOLED_MAX {
        in_a_row = if works().await { in_a_row + 1 } else { 0 };
    }
    orchard.plant(0..1).await;
    while batches.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    bus.stop().await;
    assert_eq!(orchard.seen("herald").await, [1]);
}

#[tokio::test]
async fn bus_starts_before_its_tables_are_there() {
    let test = testkit::TestDatabase::create(&[]).await;
    let ran = Arc::new(Mutex::new(0));
    let count = Arc::clone(&ran);
    let gardener = Gardener::new(move |_| {
        *count.lock() += 1;
        async { Outcome::Done }
    });
    let clock = Arc::new(testkit::MockClock::default());
    let bus =
        kernel::bus::Bus::new(test.database().clone(), clock.clone()).worker(gardener).start();
    kernel::bus::MIGRATIONS.run(test.database()).await.unwrap();
    kernel::bus::enqueue(test.database(), &*clock, &[water("apple")]).await.unwrap();
    bus.settle().await;
    bus.stop().await;
    assert_eq!(*ran.lock(), 1);
}
