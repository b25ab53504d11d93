use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::bus::{self, Consumer, ConsumerRow, Event, JobError, JobState, NewJob};
use tokio::sync::mpsc;

use crate::orchard::{Diary, Gardener, Orchard, Poisoned, Recorder, WATER, water};

fn up_to(last: i64) -> Vec<i64> {
    (1..=last).collect()
}

async fn row(orchard: &Orchard) -> ConsumerRow {
    let rows = bus::consumers(orchard.database()).await.unwrap();
    let [row] = <[ConsumerRow; 1]>::try_from(rows).expect("there is one consumer");
    row
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_event_counts_once_and_in_order_in_two_processes() {
    let orchard = Arc::new(Orchard::create().await);
    let build = |bus: bus::Bus| {
        bus.consumer(Recorder::new("herald")).consumer(Recorder::new("chronicler")).start()
    };
    let (first, second) = (build(orchard.bus()), build(orchard.other_bus().await));
    for round in 0..40 {
        orchard.plant(round * 50..(round + 1) * 50).await;
    }
    tokio::join!(first.settle(), second.settle());
    for consumer in ["herald", "chronicler"] {
        assert_eq!(orchard.seen(consumer).await, up_to(2_000), "{consumer}");
    }
    first.stop().await;
    second.stop().await;
}

/// Writes down one batch and then hangs, without its transaction's end.
struct Hanging(Recorder, mpsc::UnboundedSender<()>);

impl Consumer for Hanging {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        self.0.handle(tx, events).await?;
        self.1.send(()).unwrap();
        std::future::pending().await
    }
}

#[tokio::test]
async fn process_that_dies_in_a_batch_leaves_nothing_of_it_to_the_next() {
    let orchard = Orchard::create().await;
    let (hangs, mut is_hanging) = mpsc::unbounded_channel();
    for round in 1..=3 {
        orchard.plant(0..100).await;
        let hanging = Hanging(Recorder::new("herald"), hangs.clone());
        let dying = orchard.other_bus().await.consumer(hanging).start();
        is_hanging.recv().await.unwrap();
        assert_eq!(row(&orchard).await.position, (round - 1) * 100);
        drop(dying);
        let bus = orchard.bus().consumer(Recorder::new("herald")).start();
        bus.settle().await;
        assert_eq!(orchard.seen("herald").await, up_to(round * 100));
        bus.stop().await;
    }
}

#[tokio::test]
async fn batches_have_at_most_500_events() {
    let orchard = Orchard::create().await;
    orchard.plant(0..1_200).await;
    let recorder = Recorder::new("herald");
    let batches = Arc::clone(&recorder.batches);
    let bus = orchard.bus().consumer(recorder).start();
    bus.settle().await;
    bus.stop().await;
    assert_eq!(*batches.lock(), [500, 500, 200]);
}

#[tokio::test]
async fn poison_goes_aside_after_eight_attempts_and_the_rest_goes_on() {
    for poisoned in [Poisoned::Refuses, Poisoned::Panics, Poisoned::Hides, Poisoned::Defers] {
        let orchard = Orchard::create().await;
        orchard.plant(0..10).await;
        let bus = orchard.bus().consumer(Recorder::poisoned("herald", poisoned, [4, 7])).start();
        let mut attempts = 0;
        for _ in 0..8 {
            bus.settle().await;
            assert_eq!(orchard.seen("herald").await, up_to(3), "{poisoned:?}");
            let row = row(&orchard).await;
            attempts += 1;
            assert_eq!((row.position, row.failures), (3, attempts), "{poisoned:?}");
            assert!(row.last_error.is_some() && row.retry_at.is_some(), "{row:?}");
            if attempts == 7 {
                break;
            }
            orchard.advance(60);
        }
        assert_eq!(orchard.jobs().await, [], "{poisoned:?}");
        for _ in 0..8 {
            orchard.advance(60);
            bus.settle().await;
        }
        assert_eq!(orchard.seen("herald").await, [1, 2, 3, 5, 6, 8, 9, 10], "{poisoned:?}");
        let dead = orchard.jobs().await;
        let positions: Vec<_> = dead.iter().map(|job| job.payload["position"].clone()).collect();
        assert_eq!(positions, [4, 7], "{poisoned:?}");
        assert!(dead.iter().all(|job| job.state == JobState::Dead && job.attempts == 8));
        let row = row(&orchard).await;
        assert_eq!((row.position, row.failures, row.retry_at), (10, 0, None), "{poisoned:?}");
        bus.stop().await;
    }
}

/// Waits for as long as it takes.
struct Patient(Recorder);

impl Consumer for Patient {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    fn is_patient(&self) -> bool {
        true
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        self.0.handle(tx, events).await
    }
}

#[tokio::test]
async fn patient_consumer_waits_for_ever_and_leaves_nothing_out() {
    let orchard = Orchard::create().await;
    orchard.plant(0..10).await;
    let recorder = Recorder::poisoned("herald", Poisoned::Refuses, [4]);
    let poison = Arc::clone(&recorder.poison);
    let bus = orchard.bus().consumer(Patient(recorder)).start();
    for attempt in 1..=40 {
        bus.settle().await;
        let row = row(&orchard).await;
        assert_eq!((row.position, row.failures), (3, attempt));
        let wait = orchard.seconds_until(row.retry_at.unwrap());
        assert!(wait <= 4.0, "{wait} s after attempt {attempt}");
        orchard.advance(4);
    }
    orchard.plant(10..20).await;
    poison.lock().clear();
    bus.settle().await;
    bus.stop().await;
    assert_eq!(orchard.seen("herald").await, up_to(20));
    assert_eq!(orchard.jobs().await, []);
}

/// Hangs until it may go on.
struct Stuck(&'static str, Arc<tokio::sync::Semaphore>);

impl Consumer for Stuck {
    fn name(&self) -> &'static str {
        self.0
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    fn is_patient(&self) -> bool {
        true
    }

    async fn handle(&self, _: &Transaction<'_>, _: &[Event]) -> Result<(), JobError> {
        self.1.acquire().await.unwrap().forget();
        Ok(())
    }
}

#[tokio::test]
async fn patient_consumers_that_hang_hold_up_nobody_else() {
    let orchard = Orchard::create().await;
    let may_go_on = Arc::new(tokio::sync::Semaphore::new(0));
    let names = ["one", "two", "three", "four", "five", "six"];
    let bus = names
        .into_iter()
        .fold(orchard.bus(), |bus, name| bus.consumer(Stuck(name, Arc::clone(&may_go_on))));
    let recorder = Recorder::new("herald");
    let batches = Arc::clone(&recorder.batches);
    let bus = bus.consumer(recorder).start();
    orchard.plant(0..10).await;
    let handled = async {
        while batches.lock().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), handled).await.unwrap();
    may_go_on.add_permits(names.len());
    bus.settle().await;
    bus.stop().await;
    assert_eq!(orchard.seen("herald").await, up_to(10));
}

#[tokio::test]
async fn event_that_recovers_is_handled_in_its_place() {
    let orchard = Orchard::create().await;
    orchard.plant(0..10).await;
    let recorder = Recorder::poisoned("herald", Poisoned::Refuses, [4]);
    let poison = Arc::clone(&recorder.poison);
    let bus = orchard.bus().consumer(recorder).start();
    bus.settle().await;
    assert_eq!(row(&orchard).await.last_error.as_deref(), Some("wormy"));
    poison.lock().clear();
    bus.settle().await;
    assert_eq!(orchard.seen("herald").await, up_to(3), "its retry isn't due yet");
    orchard.advance(1);
    bus.settle().await;
    assert_eq!(orchard.seen("herald").await, up_to(10));
    assert_eq!(row(&orchard).await.last_error, None);
    assert_eq!(orchard.jobs().await, []);
    bus.stop().await;
}

#[tokio::test]
async fn redriven_event_is_handled_once_by_its_consumer_alone() {
    let orchard = Orchard::create().await;
    orchard.plant(0..5).await;
    let recorder = Recorder::poisoned("herald", Poisoned::Refuses, [2]);
    let poison = Arc::clone(&recorder.poison);
    let bus = orchard.bus().consumer(recorder).consumer(Recorder::new("chronicler")).start();
    for _ in 0..8 {
        bus.settle().await;
        orchard.advance(60);
    }
    let id = orchard.only_job().await.id;
    // Still poisonous: it fails as a job, and waits.
    assert!(orchard.redrive(id).await);
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
    assert_eq!(job.last_error.as_deref(), Some("wormy"));
    poison.lock().clear();
    orchard.advance(60);
    bus.settle().await;
    assert_eq!(orchard.jobs().await, []);
    assert_eq!(orchard.seen("herald").await, [1, 3, 4, 5, 2]);
    assert_eq!(orchard.seen("chronicler").await, up_to(5));
    bus.stop().await;
}

#[tokio::test]
async fn redriven_event_whose_consumer_hides_a_failure_is_not_taken_for_handled() {
    let orchard = Orchard::create().await;
    orchard.plant(0..1).await;
    let bus = orchard.bus().consumer(Recorder::poisoned("herald", Poisoned::Hides, [1])).start();
    for _ in 0..8 {
        bus.settle().await;
        orchard.advance(60);
    }
    assert_eq!(orchard.redrive_all("event").await, 1);
    bus.settle().await;
    let job = orchard.only_job().await;
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
    assert!(job.last_error.unwrap().contains("25P02"), "the transaction is aborted");
    assert!(orchard.seen("herald").await.is_empty());
    bus.stop().await;
}

#[tokio::test]
async fn redriven_event_waits_for_a_process_that_has_its_consumer() {
    let orchard = Orchard::create().await;
    orchard.plant(0..1).await;
    let bus = orchard.bus().consumer(Recorder::poisoned("herald", Poisoned::Refuses, [1])).start();
    for _ in 0..8 {
        bus.settle().await;
        orchard.advance(60);
    }
    bus.stop().await;
    assert_eq!(orchard.redrive_all("event").await, 1);
    let other = orchard.bus().consumer(Recorder::new("chronicler")).start();
    other.settle().await;
    assert_eq!(orchard.only_job().await.attempts, 0);
    other.stop().await;
    let bus = orchard.bus().consumer(Recorder::new("herald")).start();
    bus.settle().await;
    assert_eq!(orchard.seen("herald").await, [1]);
    assert_eq!(orchard.jobs().await, []);
    bus.stop().await;
}

#[tokio::test]
async fn consumer_can_be_set_back_and_forth() {
    let orchard = Orchard::create().await;
    orchard.plant(0..6).await;
    let bus = orchard.bus().consumer(Recorder::new("herald")).start();
    bus.settle().await;
    let set = async |name, position| {
        bus::set_position(orchard.database(), &*orchard.clock, name, position).await.unwrap()
    };
    assert!(set("herald", 4).await);
    bus.settle().await;
    assert_eq!(orchard.seen("herald").await, [1, 2, 3, 4, 5, 6, 5, 6]);
    assert!(set("herald", 8).await);
    orchard.plant(6..10).await;
    bus.settle().await;
    assert_eq!(orchard.seen("herald").await[8..], [9, 10]);
    assert!(!set("nobody", 1).await);
    let row = row(&orchard).await;
    assert_eq!((row.position, row.last_position_of_context), (10, 10));
    assert_eq!((row.name.as_str(), row.context.as_str()), ("herald", "orchard"));
    bus.stop().await;
}

/// Turns each event into a job, in its transaction.
struct Planner(AtomicUsize);

impl Consumer for Planner {
    fn name(&self) -> &'static str {
        "planner"
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        let job = |event: &Event| water(&event.data["number"].to_string());
        let jobs: Vec<NewJob> = events.iter().map(job).collect();
        bus::enqueue_in_tx(tx, &kernel::SystemClock, &jobs).await?;
        // The first try fails after the jobs were written.
        if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(JobError::new("interrupted"));
        }
        Ok(())
    }
}

#[tokio::test]
async fn settling_waits_for_jobs_that_consumers_make() {
    let orchard = Orchard::create().await;
    orchard.clock.set(kernel::Timestamp::MAX);
    orchard.plant(0..3).await;
    let diary = Diary::default();
    let notes = diary.clone();
    let gardener = Gardener::new(move |job| {
        notes.note(&job);
        async { bus::Outcome::Done }
    });
    let bus = orchard.bus().consumer(Planner(AtomicUsize::new(0))).worker(gardener).start();
    bus.settle().await;
    let mut trees = diary.trees();
    trees.sort();
    assert_eq!(trees, ["0", "1", "2"]);
    assert_eq!(orchard.jobs().await, []);
    bus.stop().await;
}

#[tokio::test]
#[should_panic(expected = "two consumers have the name herald")]
async fn two_consumers_of_one_name_are_refused() {
    let orchard = Orchard::create().await;
    let _ = orchard.bus().consumer(Recorder::new("herald")).consumer(Recorder::new("herald"));
}

#[tokio::test]
#[should_panic(expected = "two workers do jobs of the kind orchard.tree.water")]
async fn two_workers_of_one_kind_are_refused() {
    let orchard = Orchard::create().await;
    let idle = || Gardener::new(|_| async { bus::Outcome::Done }).kind(WATER);
    let _ = orchard.bus().worker(idle()).worker(idle());
}

#[tokio::test]
async fn backlog_is_read_to_the_end_also_when_nobody_waits_for_it() {
    let orchard = Orchard::create().await;
    orchard.plant(0..1_600).await;
    let recorder = Recorder::new("herald");
    let batches = Arc::clone(&recorder.batches);
    let bus = orchard.bus().consumer(recorder).start();
    let all = async {
        while batches.lock().len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    bus.stop().await;
    assert_eq!(orchard.seen("herald").await, up_to(1_600));
}
