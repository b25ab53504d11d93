use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::bus::{JobError, JobState, Outcome, RunningBus};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::orchard::{Diary, Gardener, Orchard, water};

/// A lease and a second.
const LEASE_S: u64 = 21;

/// Each run hands out a sender for its outcome, and waits for it.
struct Held {
    runs: UnboundedReceiver<(u32, oneshot::Sender<Outcome>)>,
}

impl Held {
    fn gardener() -> (Gardener, Self) {
        let (tell, runs): (UnboundedSender<_>, _) = unbounded_channel();
        let gardener = Gardener::new(move |job| {
            let (end, ended) = oneshot::channel();
            tell.send((job.attempt, end)).unwrap();
            async { ended.await.unwrap() }
        });
        (gardener, Self { runs })
    }

    async fn run(&mut self) -> (u32, oneshot::Sender<Outcome>) {
        self.runs.recv().await.unwrap()
    }
}

/// Until the outcome of its only run is written or refused.
async fn ended(bus: &RunningBus) {
    bus.settle().await;
}

#[tokio::test]
async fn job_of_a_process_that_died_goes_to_another_when_its_lease_ends() {
    let orchard = Orchard::create().await;
    let (gardener, mut dying) = Held::gardener();
    let bus = orchard.other_bus().await.worker(gardener).start();
    orchard.enqueue(&[water("apple")]).await;
    let (attempt, _end) = dying.run().await;
    assert_eq!(attempt, 1);
    drop(bus);
    let diary = Diary::default();
    let notes = diary.clone();
    let bus = orchard.bus().worker(Gardener::new(move |job| {
        notes.note(&job);
        async { Outcome::Done }
    }));
    let bus = bus.start();
    bus.settle().await;
    assert_eq!(orchard.only_job().await.state, JobState::Running, "its lease isn't over");
    orchard.advance(LEASE_S);
    bus.settle().await;
    assert_eq!(diary.notes(), [("apple".to_owned(), 2)]);
    assert_eq!(orchard.jobs().await, []);
    bus.stop().await;
}

#[tokio::test]
async fn outcome_of_a_run_that_lost_its_lease_does_not_count() {
    let orchard = Orchard::create().await;
    let (gardener, mut slow) = Held::gardener();
    // It has no place for another run, or it might take the freed job itself.
    let gardener = gardener.policy(|policy| policy.concurrency = 1);
    let slow_bus = orchard.other_bus().await.worker(gardener).start();
    orchard.enqueue(&[water("apple")]).await;
    let (_, end_slow) = slow.run().await;
    orchard.advance(LEASE_S);
    slow_bus.wake();

    let (gardener, mut quick) = Held::gardener();
    let quick_bus = orchard.bus().worker(gardener).start();
    // The slow process is not dead in fact, and may renew its lease in between.
    let (attempt, end_quick) = loop {
        tokio::select! {
            run = quick.run() => break run,
            () = tokio::time::sleep(Duration::from_millis(500)) => orchard.advance(LEASE_S),
        }
    };
    assert_eq!(attempt, 2);
    // Each of these would end the job or change its time.
    end_slow.send(Outcome::Done).unwrap();
    ended(&slow_bus).await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Running, 2));
    end_quick.send(Outcome::Retry(JobError::new("dry"))).unwrap();
    ended(&quick_bus).await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 2));
    assert_eq!(job.last_error.as_deref(), Some("dry"));
    slow_bus.stop().await;
    quick_bus.stop().await;
}

#[tokio::test]
async fn a_long_run_keeps_its_job_because_its_process_renews_the_lease() {
    let orchard = Orchard::create().await;
    let (gardener, mut held) = Held::gardener();
    let slow_bus = orchard.other_bus().await.worker(gardener).start();
    orchard.enqueue(&[water("apple")]).await;
    let (_, end) = held.run().await;
    let (other, mut of_other) = Held::gardener();
    let other_bus = orchard.bus().worker(other).start();
    for _ in 0..2 {
        let before = orchard.only_job().await.locked_until;
        orchard.advance(LEASE_S - 6);
        while orchard.only_job().await.locked_until == before {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        other_bus.settle().await;
    }
    assert!(of_other.runs.try_recv().is_err(), "nobody else began it");
    end.send(Outcome::Done).unwrap();
    slow_bus.settle().await;
    assert_eq!(orchard.jobs().await, []);
    slow_bus.stop().await;
    other_bus.stop().await;
}

#[tokio::test]
async fn process_does_not_take_its_own_job_for_lost() {
    let orchard = Orchard::create().await;
    let (gardener, mut held) = Held::gardener();
    let bus = orchard.bus().worker(gardener).start();
    orchard.enqueue(&[water("apple")]).await;
    let (_, end) = held.run().await;
    orchard.advance(LEASE_S);
    // Whoever claims again and again has looked for lost jobs in between.
    for tree in ["pear", "plum", "cherry"] {
        orchard.enqueue(&[water(tree)]).await;
        let (attempt, end) = held.run().await;
        assert_eq!(attempt, 1, "{tree}");
        end.send(Outcome::Done).unwrap();
    }
    end.send(Outcome::Done).unwrap();
    bus.settle().await;
    assert!(held.runs.try_recv().is_err(), "it ran once");
    assert_eq!(orchard.jobs().await, []);
    bus.stop().await;
}

#[tokio::test]
async fn job_that_kills_its_process_each_time_ends_as_dead() {
    let orchard = Orchard::create().await;
    orchard.enqueue(&[water("apple")]).await;
    for expected in 1..=2 {
        let (gardener, mut held) = Held::gardener();
        let gardener = gardener.policy(|policy| policy.attempts_max = 2);
        let bus = orchard.other_bus().await.worker(gardener).start();
        let (attempt, _end) = held.run().await;
        assert_eq!(attempt, expected);
        drop(bus);
        orchard.advance(LEASE_S);
    }
    let (gardener, mut held) = Held::gardener();
    let bus = orchard.bus().worker(gardener.policy(|policy| policy.attempts_max = 2)).start();
    bus.settle().await;
    assert!(held.runs.try_recv().is_err(), "it isn't run a third time");
    let job = orchard.only_job().await;
    assert_eq!(job.state, JobState::Dead);
    assert!(job.last_error.unwrap().contains("its process died"));
    bus.stop().await;
}

#[tokio::test]
async fn stop_lets_runs_finish_and_begins_nothing_new() {
    let orchard = Orchard::create().await;
    let (gardener, mut held) = Held::gardener();
    let bus = orchard.bus().worker(gardener.policy(|policy| policy.concurrency = 1)).start();
    orchard.enqueue(&[water("apple"), water("pear")]).await;
    let (_, end) = held.run().await;
    let stop = tokio::spawn(bus.stop());
    end.send(Outcome::Done).unwrap();
    stop.await.unwrap();
    let job = orchard.only_job().await;
    assert_eq!((job.payload["tree"].as_str(), job.attempts), (Some("pear"), 0));
}

#[tokio::test]
async fn stop_takes_seconds_at_most_and_gives_back_what_hangs() {
    let orchard = Orchard::create().await;
    let (gardener, mut held) = Held::gardener();
    let bus = orchard.bus().worker(gardener).start();
    orchard.enqueue(&[water("apple")]).await;
    let (_, _end) = held.run().await;
    let began = Instant::now();
    bus.stop().await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_takes_seconds_at_most_without_a_database() {
    let mut own = testkit::OwnPostgres::start();
    let database = own.database(&[kernel::bus::MIGRATIONS]).await;
    let clock = Arc::new(testkit::MockClock::default());
    let gardener = Gardener::new(|_| async { Outcome::Done });
    let bus = kernel::bus::Bus::new(database, clock).worker(gardener).start();
    bus.settle().await;
    tokio::task::block_in_place(|| own.stop());
    let began = Instant::now();
    bus.stop().await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
