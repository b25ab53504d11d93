//! Measures the bus on a private, durable Postgres:
//! `cargo run --release -p kernel --example bus_speed`

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::Transaction;
use kernel::bus::{
    self, Bus, Consumer, Event, Job, JobError, NewEvent, NewJob, Outcome, Policy, Worker,
};
use kernel::{Database, DatabaseOptions, SystemClock};
use serde_json::json;
use testkit::OwnPostgres;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

const PUBLISHERS: usize = 16;

struct Reader(&'static str, Option<UnboundedSender<Instant>>);

impl Consumer for Reader {
    fn name(&self) -> &'static str {
        self.0
    }

    fn context(&self) -> &'static str {
        if self.1.is_some() { "echo" } else { "speed" }
    }

    async fn handle(&self, _: &Transaction<'_>, _: &[Event]) -> Result<(), JobError> {
        if let Some(tell) = &self.1 {
            tell.send(Instant::now()).expect("the measurement waits for it");
        }
        Ok(())
    }
}

struct Nothing(&'static str, usize);

impl Worker for Nothing {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn policy(&self) -> Policy {
        Policy { concurrency: self.1, ..Policy::default() }
    }

    async fn run(&self, _: &Job) -> Outcome {
        Outcome::Done
    }
}

async fn publish(database: &Database, context: &'static str, count: usize) {
    let new =
        || NewEvent::new(context, "speed.thing.happened", Some(7), json!({ "amount": "1250" }));
    let events: Vec<NewEvent> = (0..count).map(|_| new()).collect();
    let mut client = database.client().await.expect("a session");
    let tx = client.transaction().await.expect("a transaction");
    bus::publish_in_tx(&tx, &SystemClock, &events).await.expect("the insert");
    tx.commit().await.expect("the commit");
}

/// Transactions by several publishers at once, with so many events each.
async fn publish_many(database: &Database, transactions: usize, size: usize) -> Duration {
    let began = Instant::now();
    let mut publishers = JoinSet::new();
    for _ in 0..PUBLISHERS {
        let database = database.clone();
        publishers.spawn(async move {
            for _ in 0..transactions / PUBLISHERS {
                publish(&database, "speed", size).await;
            }
        });
    }
    publishers.join_all().await;
    began.elapsed()
}

#[expect(clippy::print_stdout, reason = "its figures are for people")]
fn say(what: &str, count: usize, took: Duration) {
    let rate = count as u128 * 1_000_000 / took.as_micros().max(1);
    println!("{what:52} {rate:>8} a second ({count} in {took:.2?})");
}

#[expect(clippy::print_stdout, reason = "its figures are for people")]
async fn latency(database: &Database, clock: &Arc<SystemClock>) {
    let (tell, mut told) = unbounded_channel();
    let bus =
        Bus::new(database.clone(), Arc::clone(clock) as _).consumer(Reader("echo", Some(tell)));
    let bus = bus.start();
    bus.settle().await;
    let mut times = Vec::new();
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(15)).await;
        publish(database, "echo", 1).await;
        let committed = Instant::now();
        times.push(told.recv().await.expect("the consumer").saturating_duration_since(committed));
    }
    times.sort();
    println!("from a commit to its consumer, idle: p50 {:.1?}, p99 {:.1?}", times[100], times[198]);
    bus.stop().await;
}

#[tokio::main]
async fn main() {
    let own = OwnPostgres::start_durable();
    let made = own.database(&[bus::MIGRATIONS]).await;
    let options = DatabaseOptions { connections_max: 32, ..DatabaseOptions::default() };
    let database = Database::connect(made.config().clone(), options).await.expect("a database");
    let clock = Arc::new(SystemClock);
    let new_bus = || Bus::new(database.clone(), Arc::clone(&clock) as _);

    say(
        "transactions with 1 event, nobody reads",
        16_000,
        publish_many(&database, 16_000, 1).await,
    );
    say(
        "events in transactions of 100, nobody reads",
        160_000,
        publish_many(&database, 1_600, 100).await,
    );
    let began = Instant::now();
    let given = bus::sequence(&database).await.expect("positions");
    say("positions given to a backlog", usize::try_from(given).unwrap_or(0), began.elapsed());
    let began = Instant::now();
    let running = new_bus().consumer(Reader("all", None)).start();
    running.settle().await;
    say("events consumed from a backlog, batches of 500", 176_000, began.elapsed());
    let began = Instant::now();
    publish_many(&database, 16_000, 1).await;
    let took = began.elapsed();
    running.settle().await;
    say("transactions with 1 event, one consumer reads along", 16_000, took);
    say("  the same until the last was consumed", 16_000, began.elapsed());
    running.stop().await;
    latency(&database, &clock).await;

    for (kind, concurrency) in [("speed.four", 4), ("speed.sixteen", 16), ("speed.sixty_four", 64)]
    {
        let jobs: Vec<NewJob> = (0..10_000).map(|n| NewJob::new(kind, n)).collect();
        let began = Instant::now();
        bus::enqueue(&database, &SystemClock, &jobs).await.expect("the insert");
        say("jobs enqueued in one transaction", jobs.len(), began.elapsed());
        let began = Instant::now();
        let running = new_bus().worker(Nothing(kind, concurrency)).start();
        running.settle().await;
        say(&format!("jobs done, {concurrency} at a time"), jobs.len(), began.elapsed());
        running.stop().await;
    }
}
