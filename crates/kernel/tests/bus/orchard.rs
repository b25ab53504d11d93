//! A context for the tests: trees are planted, and somebody writes down what was told.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::bus::{
    self, Backoff, Bus, Consumer, Event, Job, JobError, JobRow, NewEvent, NewJob, Outcome, Policy,
    Worker,
};
use kernel::migrate::Migration;
use kernel::{Clock as _, Database, DatabaseOptions, Migrations};
use parking_lot::Mutex;
use serde_json::{Value, json};
use testkit::{MockClock, TestDatabase};

pub(crate) const PLANTED: &str = "orchard.tree.planted";
/// When the gardeners' jobs are tried again.
const AGAIN: [Duration; 1] = [Duration::from_secs(10)];
pub(crate) const WATER: &str = "orchard.tree.water";

const MIGRATIONS: Migrations = Migrations {
    schema: "orchard",
    list: &[Migration {
        version: 1,
        name: "seen",
        // No primary key: what is seen twice has to be seen here.
        sql: "create table orchard.seen (
                place bigint generated always as identity, consumer text, position bigint)",
    }],
};

pub(crate) struct Orchard {
    pub(crate) test: TestDatabase,
    pub(crate) clock: Arc<MockClock>,
}

impl Orchard {
    pub(crate) async fn create() -> Self {
        let options = DatabaseOptions { connections_max: 32, ..DatabaseOptions::default() };
        let test = TestDatabase::create_with(&[bus::MIGRATIONS, MIGRATIONS], options).await;
        Self { test, clock: Arc::new(MockClock::default()) }
    }

    pub(crate) fn database(&self) -> &Database {
        self.test.database()
    }

    pub(crate) fn bus(&self) -> Bus {
        Bus::new(self.database().clone(), Arc::clone(&self.clock) as _)
    }

    /// As another process has it: with a pool of its own.
    pub(crate) async fn other_bus(&self) -> Bus {
        let database = Database::connect(self.test.config(), DatabaseOptions::default()).await;
        Bus::new(database.unwrap(), Arc::clone(&self.clock) as _)
    }

    /// Publishes events numbered from..to in one transaction.
    pub(crate) async fn plant(&self, numbers: std::ops::Range<i64>) {
        let events: Vec<NewEvent> = numbers.map(planted).collect();
        let mut client = self.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        bus::publish_in_tx(&tx, &*self.clock, &events).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn enqueue(&self, jobs: &[NewJob]) {
        bus::enqueue(self.database(), &*self.clock, jobs).await.unwrap();
    }

    pub(crate) async fn cancel(&self, kind: &str, key: &str) -> bool {
        let mut client = self.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let was_there = bus::cancel_in_tx(&tx, kind, key).await.unwrap();
        tx.commit().await.unwrap();
        was_there
    }

    /// Positions as a consumer wrote them down, in the order in which that was committed.
    pub(crate) async fn seen(&self, consumer: &str) -> Vec<i64> {
        let client = self.database().client().await.unwrap();
        let sql = "select position from orchard.seen where consumer = $1 order by place";
        let rows = client.query(sql, &[&consumer]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    pub(crate) async fn jobs(&self) -> Vec<JobRow> {
        let mut jobs = bus::jobs(self.database(), &Default::default(), None, 1_000).await.unwrap();
        jobs.reverse();
        jobs
    }

    /// The only job that there is.
    pub(crate) async fn only_job(&self) -> JobRow {
        let [job] = <[JobRow; 1]>::try_from(self.jobs().await).expect("there is one job");
        job
    }

    pub(crate) async fn redrive(&self, id: u128) -> bool {
        let mut client = self.database().client().await.unwrap();
        bus::redrive(&mut client, &*self.clock, id).await.unwrap()
    }

    pub(crate) async fn redrive_all(&self, kind: &str) -> u64 {
        let mut client = self.database().client().await.unwrap();
        bus::redrive_all(&mut client, &*self.clock, kind).await.unwrap()
    }

    pub(crate) async fn discard(&self, id: u128) -> bool {
        bus::discard(&self.database().client().await.unwrap(), id).await.unwrap()
    }

    /// Ends all sessions but the one that does it, and says how many.
    pub(crate) async fn end_sessions(&self) -> i64 {
        let client = self.database().dedicated_client().await.unwrap();
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()";
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Seconds from now until then.
    pub(crate) fn seconds_until(&self, then: kernel::Timestamp) -> f64 {
        then.since(self.clock.now()).as_secs_f64()
    }
}

pub(crate) fn planted(number: i64) -> NewEvent {
    NewEvent::new("orchard", PLANTED, None, json!({ "number": number }))
}

pub(crate) fn water(tree: &str) -> NewJob {
    NewJob::new(WATER, json!({ "tree": tree }))
}

/// Writes down the positions that it sees; fails as the test wants it.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub(crate) name: &'static str,
    /// Positions that it can't handle.
    pub(crate) poison: Arc<Mutex<BTreeSet<i64>>>,
    pub(crate) poisoned: Poisoned,
    /// Sizes of the batches that it was handed.
    pub(crate) batches: Arc<Mutex<Vec<usize>>>,
}

/// What happens at a poisonous event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Poisoned {
    Refuses,
    Panics,
    /// A statement fails, and the consumer says nothing of it.
    Hides,
    /// What it wrote is refused, but only when it is committed.
    Defers,
}

impl Recorder {
    pub(crate) fn new(name: &'static str) -> Self {
        Self::poisoned(name, Poisoned::Refuses, [])
    }

    pub(crate) fn poisoned(
        name: &'static str,
        poisoned: Poisoned,
        poison: impl IntoIterator<Item = i64>,
    ) -> Self {
        let poison = Arc::new(Mutex::new(poison.into_iter().collect()));
        Self { name, poison, poisoned, batches: Arc::default() }
    }
}

impl Consumer for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        self.batches.lock().push(events.len());
        for event in events {
            let is_poison = self.poison.lock().contains(&event.position);
            let sql = "insert into orchard.seen (consumer, position) values ($1, $2)";
            tx.execute(sql, &[&self.name, &event.position]).await?;
            match self.poisoned {
                _ if !is_poison => {}
                Poisoned::Refuses => return Err(JobError::new("wormy")),
                Poisoned::Panics => panic!("a worm"),
                Poisoned::Hides => drop(tx.execute("select 1 / 0", &[]).await),
                Poisoned::Defers => {
                    tx.batch_execute(
                        "create table if not exists orchard.late (
                             n int unique deferrable initially deferred);
                         insert into orchard.late values (1), (1)",
                    )
                    .await?;
                }
            }
        }
        Ok(())
    }
}

type Run = Box<dyn Fn(Job) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// A worker that does what the test says.
pub(crate) struct Gardener {
    kind: &'static str,
    policy: Policy,
    run: Run,
}

impl Gardener {
    pub(crate) fn new<F>(run: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let policy = Policy { backoff: Backoff::Schedule(&AGAIN), ..Policy::default() };
        Self { kind: WATER, policy, run: Box::new(move |job| Box::pin(run(job))) }
    }

    pub(crate) fn kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }
}

impl Worker for Gardener {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    async fn run(&self, job: &Job) -> Outcome {
        (self.run)(job.clone()).await
    }
}

/// What gardeners did, in order.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Vec<(String, u32)>>>);

impl Diary {
    pub(crate) fn note(&self, job: &Job) {
        let tree = job.payload["tree"].as_str().unwrap_or_default().to_owned();
        self.0.lock().push((tree, job.attempt));
    }

    /// Trees and attempts.
    pub(crate) fn notes(&self) -> Vec<(String, u32)> {
        self.0.lock().clone()
    }

    pub(crate) fn trees(&self) -> Vec<String> {
        self.notes().into_iter().map(|(tree, _)| tree).collect()
    }
}

pub(crate) fn numbers(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.data["number"].as_i64().unwrap()).collect()
}

pub(crate) fn positions(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.position).collect()
}

pub(crate) fn payload_tree(payload: &Value) -> &str {
    payload["tree"].as_str().unwrap()
}
