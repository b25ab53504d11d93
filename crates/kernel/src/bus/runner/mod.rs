//! Runs consumers and workers in this process, beside those of other processes.
//!
//! Tasks: one listens to other processes, one gives positions to events and wakes consumers, one
//! per consumer, one claims jobs and runs each in a task of its own, one renews their leases. They
//! end when the [`RunningBus`] is stopped; when it is dropped they are broken off, as if the
//! process had died.

mod events;
mod guard;
mod jobs;
mod leases;
mod listener;
mod pace;
mod passes;
mod runs;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use super::consumer::AnyConsumer;
use super::store::consumers::Mine;
use super::worker::AnyWorker;
use super::{Consumer, Event, Policy, Worker};
use crate::id::{IdSource as _, UuidV7};
use crate::{Clock, Database};

/// Without a sign from the listener, everyone looks so often whether there is something to do.
pub(super) const POLL: Duration = Duration::from_secs(1);

/// What runs may take so long to finish when the bus stops.
const STOP_MAX: Duration = Duration::from_secs(5);

/// Giving leases back, when runs were broken off, must not hold up the end either.
const GIVE_BACK_MAX: Duration = Duration::from_secs(2);

/// Consumers that hold a session at the same time: they share the pool with requests.
const PASSES_MAX: usize = 4;

/// The same for those who may wait in vain for something outside, and must not hold up the others.
const PATIENT_PASSES_MAX: usize = 2;

/// Consumers and workers, before they run.
pub struct Bus {
    database: Database,
    clock: Arc<dyn Clock>,
    consumers: Vec<ConsumerSlot>,
    workers: Vec<WorkerSlot>,
}

/// The tasks at work. Dropping it breaks them off; see [`stop`](Self::stop).
#[must_use = "when it is dropped, nothing runs any more"]
pub struct RunningBus {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

struct ConsumerSlot {
    consumer: Box<dyn AnyConsumer>,
    /// There is something for it.
    wake: Notify,
}

struct WorkerSlot {
    kind: &'static str,
    policy: Policy,
    does: Does,
    /// Runs that may still begin.
    free: Arc<Semaphore>,
}

/// Who does a job.
enum Does {
    Worker(Box<dyn AnyWorker>),
    /// An event that a consumer could not handle, once more.
    Event,
}

struct Shared {
    /// Tells this process' notices from those of others.
    name: String,
    database: Database,
    clock: Arc<dyn Clock>,
    consumers: Vec<ConsumerSlot>,
    workers: Vec<WorkerSlot>,
    new_events: Notify,
    new_jobs: Notify,
    /// Something was finished; for whoever waits in `settle`.
    progress: Notify,
    passes: Semaphore,
    patient_passes: Semaphore,
    /// Runs of this process whose outcome isn't written yet.
    under_way: Mutex<Vec<runs::Run>>,
    /// Held from a claim until its jobs are under way.
    claiming: tokio::sync::Mutex<()>,
    /// How many wait in `settle`: nobody pauses for the sake of others then.
    settling: watch::Sender<usize>,
    stopping: watch::Sender<bool>,
}

impl Bus {
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock, consumers: Vec::new(), workers: Vec::new() }
    }

    /// # Panics
    /// If there is one of this name already.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Consumer) -> Self {
        let name = Consumer::name(&consumer);
        let is_new = self.consumers.iter().all(|known| known.consumer.name() != name);
        assert!(is_new, "two consumers have the name {name}");
        self.consumers.push(ConsumerSlot { consumer: Box::new(consumer), wake: Notify::new() });
        self
    }

    /// # Panics
    /// If there is one for this kind already.
    #[must_use]
    pub fn worker(self, worker: impl Worker) -> Self {
        let (kind, policy) = (Worker::kind(&worker), Worker::policy(&worker));
        self.slot(kind, policy, Does::Worker(Box::new(worker)))
    }

    fn slot(mut self, kind: &'static str, policy: Policy, does: Does) -> Self {
        let is_new = self.workers.iter().all(|known| known.kind != kind);
        assert!(is_new, "two workers do jobs of the kind {kind}");
        let free = Arc::new(Semaphore::new(policy.concurrency.max(1)));
        self.workers.push(WorkerSlot { kind, policy, does, free });
        self
    }

    /// Starts the tasks on the current runtime. Also with a database that isn't there yet.
    pub fn start(self) -> RunningBus {
        let bus = if self.consumers.is_empty() {
            self
        } else {
            self.slot(passes::EVENT_KIND, passes::event_policy(), Does::Event)
        };
        let shared = Arc::new(Shared {
            name: format!("{:032x}", UuidV7.next_bits()),
            database: bus.database,
            clock: bus.clock,
            consumers: bus.consumers,
            workers: bus.workers,
            new_events: Notify::new(),
            new_jobs: Notify::new(),
            progress: Notify::new(),
            passes: Semaphore::new(PASSES_MAX),
            patient_passes: Semaphore::new(PATIENT_PASSES_MAX),
            under_way: Mutex::default(),
            claiming: tokio::sync::Mutex::default(),
            settling: watch::Sender::new(0),
            stopping: watch::Sender::new(false),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(listener::run(Arc::clone(&shared)));
        tasks.spawn(events::run(Arc::clone(&shared)));
        for index in 0..shared.consumers.len() {
            tasks.spawn(passes::run(Arc::clone(&shared), index));
        }
        if !shared.workers.is_empty() {
            tasks.spawn(jobs::run(Arc::clone(&shared)));
            tasks.spawn(leases::run(Arc::clone(&shared)));
        }
        RunningBus { shared, tasks }
    }
}

impl RunningBus {
    /// Looks at once whether there is something to do: for tests that have moved the clock.
    pub fn wake(&self) {
        self.shared.wake();
    }

    /// Returns when there is nothing left to do at this moment of the clock: every event has its
    /// position, every consumer of this process is at the end or waits for a retry, no job of its
    /// workers is due and none of its runs is under way.
    pub async fn settle(&self) {
        settle::settle(&self.shared).await;
    }

    /// Begins nothing more, lets what runs finish for 5 s, gives the jobs of the rest back.
    pub async fn stop(mut self) {
        self.shared.stopping.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_MAX + GIVE_BACK_MAX, ended).await.is_err() {
            tracing::warn!("the bus was broken off; its jobs are free when their leases end");
            self.tasks.abort_all();
        }
    }
}

impl ConsumerSlot {
    fn mine(&self) -> Mine {
        let consumer = &self.consumer;
        Mine { name: consumer.name(), context: consumer.context(), kinds: consumer.kinds() }
    }

    fn wants(&self, event: &Event) -> bool {
        self.consumer.kinds().is_none_or(|kinds| kinds.contains(&&*event.kind))
    }
}

impl Shared {
    fn wake(&self) {
        self.new_events.notify_one();
        self.new_jobs.notify_one();
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns when the bus is to stop.
    async fn stopped(&self) {
        // The sender is in `self`, so it can't be gone.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    fn is_settling(&self) -> bool {
        *self.settling.borrow() > 0
    }

    /// Waits for the sake of others, unless somebody waits for us or the bus stops.
    async fn pause(&self, duration: Duration) {
        let mut settling = self.settling.subscribe();
        tokio::select! {
            () = tokio::time::sleep(duration) => {}
            _ = settling.wait_for(|count| *count > 0) => {}
            () = self.stopped() => {}
        }
    }

    fn consumer_names(&self) -> Vec<&'static str> {
        self.consumers.iter().map(|slot| slot.consumer.name()).collect()
    }
}
