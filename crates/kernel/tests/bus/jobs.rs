use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kernel::Clock as _;
use kernel::bus::{self, Backoff, Job, JobError, JobState, NewJob, Outcome};
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};

use crate::orchard::{Diary, Gardener, Orchard, WATER, payload_tree, water};

/// Notes each run in the diary and ends it so.
fn gardener(diary: &Diary, end: impl Fn() -> Outcome + Send + Sync + 'static) -> Gardener {
    let diary = diary.clone();
    Gardener::new(move |job| {
        diary.note(&job);
        let end = end();
        async { end }
    })
}

fn note(tree: &str, attempt: u32) -> (String, u32) {
    (tree.to_owned(), attempt)
}

#[tokio::test]
async fn job_that_is_done_is_gone() {
    let orchard = Orchard::create().await;
    let seen = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let all = Arc::clone(&seen);
    let gardener = Gardener::new(move |job| {
        all.lock().push(job);
        async { Outcome::Done }
    });
    let bus = orchard.bus().worker(gardener).start();
    let new = water("a\u{0}pple ä").subject(u128::MAX).key("a");
    orchard.enqueue(std::slice::from_ref(&new)).await;
    orchard.enqueue(&[]).await;
    bus.settle().await;
    assert_eq!(orchard.jobs().await, []);
    let jobs = seen.lock().clone();
    let now = orchard.clock.now();
    assert_eq!(
        jobs,
        [bus::Job {
            id: new.id,
            kind: WATER.to_owned(),
            payload: json!({ "tree": "a\u{0}pple ä" }),
            attempt: 1,
            subject: Some(u128::MAX),
            created_at: now,
            run_at: now,
        }]
    );
    bus.stop().await;
}

#[tokio::test]
async fn rolled_back_job_never_runs() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let bus = orchard.bus().worker(gardener(&diary, || Outcome::Done)).start();
    let mut client = orchard.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    bus::enqueue_in_tx(&tx, &*orchard.clock, &[water("apple")]).await.unwrap();
    tx.rollback().await.unwrap();
    bus.settle().await;
    assert_eq!(diary.notes(), []);
    bus.stop().await;
}

#[tokio::test]
async fn job_waits_for_its_time_by_the_clock() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let bus = orchard.bus().worker(gardener(&diary, || Outcome::Done)).start();
    let at = orchard.clock.now().saturating_add(Duration::from_secs(60));
    orchard.enqueue(&[water("apple").at(at)]).await;
    orchard.advance(59);
    bus.settle().await;
    assert_eq!(diary.notes(), []);
    orchard.advance(1);
    bus.settle().await;
    assert_eq!(diary.notes(), [note("apple", 1)]);
    bus.stop().await;
}

#[tokio::test]
async fn jobs_run_in_the_order_of_their_times() {
    let orchard = Orchard::create().await;
    let at = |seconds| orchard.clock.now().saturating_add(Duration::from_secs(seconds));
    let jobs = [
        water("third").at(at(30)),
        water("first").at(at(10)),
        water("second").at(at(20)),
        water("zeroth"),
    ];
    orchard.enqueue(&jobs).await;
    orchard.advance(60);
    let diary = Diary::default();
    let one_by_one = gardener(&diary, || Outcome::Done).policy(|policy| policy.concurrency = 1);
    let bus = orchard.bus().worker(one_by_one).start();
    bus.settle().await;
    assert_eq!(diary.trees(), ["zeroth", "first", "second", "third"]);
    bus.stop().await;
}

#[tokio::test]
async fn failing_job_is_tried_again_by_its_schedule_and_then_is_dead() {
    const WAITS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(100)];
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let fails = gardener(&diary, || Outcome::Retry(JobError::new("no water"))).policy(|policy| {
        policy.attempts_max = 3;
        policy.backoff = Backoff::Schedule(&WAITS);
    });
    let bus = orchard.bus().worker(fails).start();
    orchard.enqueue(&[water("apple")]).await;
    for (attempt, wait) in [(1, 10.0), (2, 100.0)] {
        bus.settle().await;
        let job = orchard.only_job().await;
        assert_eq!((job.state, job.attempts), (JobState::Waiting, attempt));
        assert_eq!(job.last_error.as_deref(), Some("no water"));
        let waits = orchard.seconds_until(job.run_at);
        assert!((0.9 * wait..1.1 * wait).contains(&waits), "{waits} s after attempt {attempt}");
        orchard.clock.set(job.run_at.saturating_sub(Duration::from_micros(1)));
        bus.settle().await;
        assert_eq!(orchard.only_job().await.attempts, attempt, "it isn't due yet");
        orchard.clock.set(job.run_at);
    }
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Dead, 3));
    assert_eq!(job.last_error.as_deref(), Some("no water"));
    orchard.advance(1_000_000);
    bus.settle().await;
    assert_eq!(diary.notes(), [note("apple", 1), note("apple", 2), note("apple", 3)]);
    bus.stop().await;
}

#[tokio::test]
async fn exponential_waits_stay_below_their_cap() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let (first, max) = (Duration::from_secs(4), Duration::from_secs(10));
    let fails = gardener(&diary, || Outcome::Retry(JobError::new("dry")))
        .policy(|policy| policy.backoff = Backoff::Exponential { first, max });
    let bus = orchard.bus().worker(fails).start();
    orchard.enqueue(&[water("apple")]).await;
    for longest in [4.0, 8.0, 10.0, 10.0] {
        bus.settle().await;
        let run_at = orchard.only_job().await.run_at;
        assert!(orchard.seconds_until(run_at) <= longest);
        orchard.clock.set(run_at);
    }
    bus.stop().await;
}

#[tokio::test]
async fn other_side_can_say_when_to_try_again() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let wait = Duration::from_secs(77);
    let busy = gardener(&diary, move || Outcome::RetryAfter(wait, JobError::new("busy")))
        .policy(|policy| policy.attempts_max = 2);
    let bus = orchard.bus().worker(busy).start();
    orchard.enqueue(&[water("apple")]).await;
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!(job.run_at, orchard.clock.now().saturating_add(wait));
    orchard.advance(77);
    bus.settle().await;
    assert_eq!(orchard.only_job().await.state, JobState::Dead, "it counts as an attempt");
    bus.stop().await;
}

#[tokio::test]
async fn job_that_no_attempt_can_help_is_dead_at_once() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let bus =
        orchard.bus().worker(gardener(&diary, || Outcome::Dead(JobError::new("felled")))).start();
    orchard.enqueue(&[water("apple")]).await;
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!(
        (job.state, job.attempts, job.last_error.as_deref()),
        (JobState::Dead, 1, Some("felled"))
    );
    bus.stop().await;
}

#[tokio::test]
async fn panic_is_a_failed_attempt_and_the_next_job_runs() {
    let orchard = Orchard::create().await;
    let clumsy = Gardener::new(|job| async move {
        assert_ne!(payload_tree(&job.payload), "pear", "fell off the ladder");
        Outcome::Done
    });
    let bus = orchard.bus().worker(clumsy.policy(|policy| policy.concurrency = 1)).start();
    orchard.enqueue(&[water("pear"), water("apple")]).await;
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((payload_tree(&job.payload), job.attempts), ("pear", 1));
    let error = job.last_error.unwrap();
    assert!(error.starts_with("panicked: ") && error.contains("fell off the ladder"), "{error}");
    bus.stop().await;
}

#[tokio::test]
async fn run_that_takes_too_long_is_a_failed_attempt() {
    let orchard = Orchard::create().await;
    let slow = Gardener::new(|_| std::future::pending())
        .policy(|policy| policy.timeout = Duration::from_millis(20));
    let bus = orchard.bus().worker(slow).start();
    orchard.enqueue(&[water("apple")]).await;
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
    assert_eq!(job.last_error.as_deref(), Some("took longer than 20ms"));
    bus.stop().await;
}

#[tokio::test]
async fn key_is_held_by_one_live_job_of_a_kind() {
    let orchard = Orchard::create().await;
    let kinds = |jobs: &[bus::JobRow]| jobs.iter().map(|job| job.kind.clone()).collect::<Vec<_>>();
    orchard.enqueue(&[water("apple").key("k"), water("pear").key("k")]).await;
    orchard
        .enqueue(&[water("plum").key("k"), NewJob::new("orchard.other", json!({})).key("k")])
        .await;
    let jobs = orchard.jobs().await;
    assert_eq!(kinds(&jobs), [WATER, "orchard.other"]);
    assert_eq!(payload_tree(&jobs[0].payload), "apple");

    let diary = Diary::default();
    let bus = orchard.bus().worker(gardener(&diary, || Outcome::Dead(JobError::new("x")))).start();
    bus.settle().await;
    // Neither a dead one nor one that is done holds it.
    orchard.enqueue(&[water("cherry").key("k")]).await;
    bus.settle().await;
    assert_eq!(diary.trees(), ["apple", "cherry"]);
    // Of the two dead ones only one can live.
    let redriven = orchard.redrive_all(WATER).await;
    assert_eq!(redriven, 1);
    bus.stop().await;
}

#[tokio::test]
async fn taken_key_keeps_a_dead_job_from_being_redriven() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let bus = orchard.bus().worker(gardener(&diary, || Outcome::Dead(JobError::new("x")))).start();
    let dead = water("apple").key("k");
    orchard.enqueue(std::slice::from_ref(&dead)).await;
    bus.settle().await;
    let later = orchard.clock.now().saturating_add(Duration::from_secs(60));
    orchard.enqueue(&[water("pear").key("k").at(later)]).await;
    assert!(!orchard.redrive(dead.id).await);
    assert!(orchard.cancel(WATER, "k").await);
    assert!(orchard.redrive(dead.id).await);
    bus.settle().await;
    assert_eq!(diary.notes(), [note("apple", 1), note("apple", 1)]);
    bus.stop().await;
}

#[tokio::test]
async fn cancelled_job_does_not_run() {
    let orchard = Orchard::create().await;
    orchard.enqueue(&[water("apple").key("a"), water("pear").key("b")]).await;
    assert!(orchard.cancel(WATER, "a").await);
    assert!(!orchard.cancel(WATER, "a").await);
    assert!(!orchard.cancel("orchard.other", "b").await);
    let diary = Diary::default();
    let bus = orchard.bus().worker(gardener(&diary, || Outcome::Done)).start();
    bus.settle().await;
    assert_eq!(diary.trees(), ["pear"]);
    bus.stop().await;
}

#[tokio::test]
async fn recurring_job_comes_again_until_it_is_cancelled_in_a_run() {
    let orchard = Orchard::create().await;
    let (diary, clock) = (Diary::default(), Arc::clone(&orchard.clock));
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let runs = Arc::new(AtomicUsize::new(0));
    let (notes, begins, may_go_on) = (diary.clone(), Arc::clone(&begun), Arc::clone(&go_on));
    let recurring = Gardener::new(move |job| {
        notes.note(&job);
        begins.add_permits(1);
        let (clock, may_go_on) = (Arc::clone(&clock), Arc::clone(&may_go_on));
        let run = runs.fetch_add(1, Ordering::SeqCst);
        async move {
            match run {
                // A failure in between doesn't end it.
                1 => Outcome::Retry(JobError::new("dry")),
                3 => {
                    may_go_on.acquire().await.unwrap().forget();
                    Outcome::Later(clock.now())
                }
                _ => Outcome::Later(clock.now().saturating_add(Duration::from_secs(3_600))),
            }
        }
    });
    for _ in 0..2 {
        let job = water("apple");
        bus::ensure_recurring(orchard.database(), &*orchard.clock, job).await.unwrap();
    }
    let bus = orchard.bus().worker(recurring).start();
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((job.attempts, orchard.seconds_until(job.run_at)), (0, 3_600.0));
    for _ in 0..2 {
        orchard.advance(3_600);
        bus.settle().await;
    }
    assert_eq!(diary.notes(), [note("apple", 1), note("apple", 1), note("apple", 2)]);
    let job = orchard.only_job().await;
    assert_eq!((job.attempts, job.last_error), (0, None));
    orchard.advance(3_600);
    bus.wake();
    begun.acquire_many(4).await.unwrap().forget();
    assert!(orchard.cancel(WATER, "recurring").await);
    go_on.add_permits(1);
    bus.settle().await;
    assert_eq!(orchard.jobs().await, []);
    assert_eq!(diary.notes().len(), 4);
    bus.stop().await;
}

#[tokio::test]
async fn recurring_job_that_died_has_a_successor_an_hour_later() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let fails = gardener(&diary, || Outcome::Dead(JobError::new("dry")));
    let job = water("apple");
    bus::ensure_recurring(orchard.database(), &*orchard.clock, job).await.unwrap();
    orchard.enqueue(&[water("oak"), water("pear").key("pear")]).await;
    let bus = orchard.bus().worker(fails).start();
    bus.settle().await;
    let jobs = orchard.jobs().await;
    let [.., successor] = &*jobs else { panic!("{jobs:?}") };
    assert_eq!((successor.state, successor.attempts), (JobState::Waiting, 0));
    assert_eq!(payload_tree(&successor.payload), "apple");
    assert_eq!(orchard.seconds_until(successor.run_at), 3_600.0);
    assert_eq!(jobs.iter().filter(|job| job.state == JobState::Dead).count(), 3, "and no other");
    assert_eq!(jobs.len(), 4);
    orchard.advance(3_600);
    bus.settle().await;
    assert_eq!(diary.trees().iter().filter(|tree| *tree == "apple").count(), 2);
    bus.stop().await;
}

#[tokio::test]
async fn no_more_of_a_kind_run_at_once_than_its_policy_says() {
    let orchard = Orchard::create().await;
    let (active, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Runs go on in threes only, so fewer at once would never end.
    let three = Arc::new(Barrier::new(3));
    let (now, peak) = (Arc::clone(&active), Arc::clone(&most));
    let gardener = Gardener::new(move |_| {
        let (now, peak, three) = (Arc::clone(&now), Arc::clone(&peak), Arc::clone(&three));
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            three.wait().await;
            now.fetch_sub(1, Ordering::SeqCst);
            Outcome::Done
        }
    });
    let other = Gardener::new(|_| async { Outcome::Done }).kind("orchard.other");
    let gardener = gardener.policy(|policy| policy.concurrency = 3);
    let bus = orchard.bus().worker(gardener).worker(other).start();
    let jobs: Vec<NewJob> = (0..30).map(|n| water(&n.to_string())).collect();
    orchard.enqueue(&jobs).await;
    orchard.enqueue(&[NewJob::new("orchard.other", json!({}))]).await;
    bus.settle().await;
    assert_eq!(orchard.jobs().await, []);
    assert_eq!(most.load(Ordering::SeqCst), 3);
    bus.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_jobs_and_run_each_once() {
    let orchard = Orchard::create().await;
    let diary = Diary::default();
    let first = orchard.bus().worker(gardener(&diary, || Outcome::Done)).start();
    let second = orchard.other_bus().await.worker(gardener(&diary, || Outcome::Done)).start();
    let jobs: Vec<NewJob> = (0..500).map(|n| water(&format!("{n:03}"))).collect();
    orchard.enqueue(&jobs).await;
    tokio::join!(first.settle(), second.settle());
    first.stop().await;
    second.stop().await;
    let mut notes = diary.notes();
    notes.sort();
    assert_eq!(notes, (0..500).map(|n| note(&format!("{n:03}"), 1)).collect::<Vec<_>>());
}

#[tokio::test]
async fn kind_without_a_worker_is_left_alone() {
    let orchard = Orchard::create().await;
    orchard.enqueue(&[NewJob::new("orchard.other", json!({}))]).await;
    let bus = orchard.bus().worker(gardener(&Diary::default(), || Outcome::Done)).start();
    bus.settle().await;
    assert_eq!(orchard.only_job().await.attempts, 0);
    bus.stop().await;
}

#[tokio::test]
async fn error_of_postgres_is_noted_without_the_row_that_it_is_about() {
    let orchard = Orchard::create().await;
    let database = orchard.database().clone();
    let fail = move |_: Job| {
        let database = database.clone();
        async move {
            let failed = async {
                let client = database.client().await?;
                client.batch_execute("create temp table card (pin text check (pin = 'x'))").await?;
                client.execute("insert into card values ('hunter2')", &[]).await?;
                Ok(())
            };
            Outcome::from(failed.await)
        }
    };
    let bus = orchard.bus().worker(Gardener::new(fail)).start();
    orchard.enqueue(&[water("oak")]).await;
    bus.settle().await;
    let error = orchard.only_job().await.last_error.unwrap();
    assert!(error.contains("violates check constraint") && error.contains("23514"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    bus.stop().await;
}
