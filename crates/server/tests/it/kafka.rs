//! Events in a real Kafka, whose broker is killed and stopped while they happen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kernel::bus::{self, ConsumerRow, JobFilter, JobState, NewEvent};
use kernel::{Database, SystemClock};
use krafka::admin::{CreateTopicsOptions, NewTopic};
use krafka::consumer::{AutoOffsetReset, ConsumerRecord};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::TestDatabase;

use crate::bushel::{Running, folder, lines_with, run, stderr};
use crate::forwarding;
use crate::http::Client;
use crate::people::{Bank, ok, serve, until};

const SOON: Duration = Duration::from_secs(60);
/// Contexts to which the test publishes; their other consumers pass such events by.
const BUSY: [&str; 2] = ["identity", "payments"];
const COUNTED: &str = "test.counted";
pub(crate) const LOST: &str = "Kafka is lost";
pub(crate) const BACK: &str = "Kafka is back";

/// A broker of `scripts/kafka.sh`; ends with this value, and with the process.
pub(crate) struct Broker {
    folder: TempDir,
    pub(crate) address: String,
    janitor: Child,
}

impl Broker {
    pub(crate) fn start() -> Self {
        let folder = folder();
        // Its input ends when our process does, however that ends.
        let mut janitor = Command::new("sh");
        janitor.args(["-c", "cat >/dev/null; \"$1\" kill --data \"$2\"; rm -rf \"$2\"", "janitor"]);
        janitor.arg(script()).arg(folder.path().join("data"));
        janitor.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let janitor = janitor.spawn().unwrap();
        let mut broker = Self { folder, address: String::new(), janitor };
        broker.address = broker.script("start");
        broker
    }

    pub(crate) fn script(&self, action: &str) -> String {
        let mut command = Command::new(script());
        // Whoever goes on writes into a file, so that we don't wait for the broker to end.
        let printed = self.folder.path().join("printed");
        let file = std::fs::File::create(&printed).unwrap();
        command.args([action, "--data"]).arg(self.folder.path().join("data"));
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let status = command.status().unwrap();
        let text = std::fs::read_to_string(printed).unwrap();
        assert!(status.success(), "the tests need Kafka (scripts/kafka.sh): {text}");
        text.lines().last().unwrap_or_default().to_owned()
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.path().join("data/pid")).unwrap();
        let status = Command::new("kill").args([&format!("-{name}"), pid.trim()]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        // It has done what it could.
        let _ = self.janitor.wait();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/kafka.sh")
}

/// Publishes numbered events in transactions of many sizes, until it is stopped.
async fn publish(database: Database, is_done: Arc<AtomicBool>) {
    let mut number = 0_u64;
    while !is_done.load(Ordering::Relaxed) {
        let mut client = database.client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let events: Vec<NewEvent> = (0..1 + number % 37)
            .flat_map(|n| BUSY.map(|context| (context, number + n)))
            .map(|(context, n)| {
                let subject = (n % 5 > 0).then(|| u128::from(n % 5));
                NewEvent::new(context, COUNTED, subject, json!({ "n": n, "pad": "x".repeat(900) }))
            })
            .collect();
        number += events.len() as u64;
        bus::publish_in_tx(&tx, &SystemClock, &events).await.unwrap();
        tx.commit().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn relays(database: &Database) -> Vec<ConsumerRow> {
    let mut rows = bus::consumers(database).await.unwrap();
    rows.retain(|row| row.name.starts_with("kafka."));
    rows
}

async fn until_relays(database: &Database, what: &str, are: impl Fn(&[ConsumerRow]) -> bool) {
    let began = Instant::now();
    loop {
        let rows = relays(database).await;
        if are(&rows) {
            return;
        }
        assert!(began.elapsed() < SOON, "still not so: {what}: {rows:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn lag(row: &ConsumerRow) -> i64 {
    row.last_position_of_context - row.position
}

/// Has several partitions here; the others are made by the relay.
const PARTED: &str = "bushel.payments.v1";
const PARTS: i32 = 3;

async fn make_parted(address: &str) {
    let kafka = krafka::Kafka::builder(address).connect().await.unwrap();
    let topic = NewTopic::new(PARTED, PARTS, 1).unwrap();
    let made = kafka.admin().create_topics([topic], CreateTopicsOptions::default()).await.unwrap();
    assert!(made[PARTED].is_ok(), "{made:?}");
}

/// The records of each partition of a topic, when all events up to a position are among them.
pub(crate) async fn read(address: &str, topic: &str, last: i64) -> Vec<Vec<ConsumerRecord>> {
    let kafka = krafka::Kafka::builder(address).connect().await.unwrap();
    let consumer = kafka.consumer_without_group().auto_offset_reset(AutoOffsetReset::Earliest);
    let consumer = consumer.build().await.unwrap();
    let parts = if topic == PARTED { PARTS } else { 1 };
    consumer.assign(topic, (0..parts).collect()).await.unwrap();
    let (began, mut seen) = (Instant::now(), BTreeSet::new());
    let mut all = vec![Vec::new(); usize::try_from(parts).unwrap()];
    while seen.len() < usize::try_from(last).unwrap() {
        assert!(began.elapsed() < SOON, "{topic} has {} of {last}", seen.len());
        for record in consumer.poll(Duration::from_millis(200)).await.unwrap() {
            seen.insert(position(&record));
            all[usize::try_from(record.partition).unwrap()].push(record);
        }
    }
    assert_eq!((seen.first(), seen.last()), (Some(&1), Some(&last)), "{topic}");
    consumer.close().await.unwrap();
    all
}

pub(crate) fn header(record: &ConsumerRecord, name: &str) -> String {
    let (_, value) = record.headers.iter().find(|(found, _)| *found == name).unwrap();
    String::from_utf8(value.clone().unwrap().to_vec()).unwrap()
}

pub(crate) fn position(record: &ConsumerRecord) -> i64 {
    header(record, "position").parse().unwrap()
}

pub(crate) fn value(record: &ConsumerRecord) -> Value {
    serde_json::from_slice(record.value.as_ref().unwrap()).unwrap()
}

/// In each partition the events occur first in their order; says how many records came twice.
fn check_order(topic: &str, parts: &[Vec<ConsumerRecord>]) -> usize {
    let mut twice = 0;
    for part in parts {
        let mut seen = BTreeSet::new();
        for record in part {
            let position = position(record);
            let latest = seen.last().copied().unwrap_or(0);
            assert!(position > latest || seen.contains(&position), "{topic}: {position} {latest}");
            seen.insert(position);
        }
        twice += part.len() - seen.len();
    }
    let keys = parts.iter().map(|part| part.iter().map(|record| record.key.clone()));
    let keys: Vec<BTreeSet<_>> = keys.map(Iterator::collect).collect();
    let apart = keys.iter().enumerate().all(|(n, keys_of_one)| {
        keys[n + 1..].iter().all(|of_another| keys_of_one.is_disjoint(of_another))
    });
    assert!(apart, "{topic}: what has one key is in one partition");
    twice
}

/// What the records say is what happened.
async fn check_content(database: &Database, context: &str, records: &[ConsumerRecord]) {
    let events = bus::events(database, context, 0, 1_000_000).await.unwrap();
    let by_position: BTreeMap<i64, &bus::Event> =
        events.iter().map(|event| (event.position, event)).collect();
    for record in records {
        let (event, value) = (by_position[&position(record)], value(record));
        assert_eq!((&value["kind"], &value["data"]), (&json!(event.kind), &event.data));
        assert_eq!(value["at"], json!(event.at));
        assert_eq!(value["id"], header(record, "id"));
        assert_eq!(value["kind"], header(record, "kind"));
        assert_eq!(value["position"], event.position);
        let key = std::str::from_utf8(record.key.as_ref().unwrap()).unwrap();
        let expected = if event.subject.is_some() { &value["subject"] } else { &value["id"] };
        assert_eq!(expected, key);
        assert_eq!(value.get("subject").is_some(), event.subject.is_some());
        assert_eq!(record.timestamp, event.at.as_micros() / 1_000);
    }
}

fn server(data: &Path, database: &TestDatabase, broker: &str, token: Option<&str>) -> Running {
    let mut command = serve();
    command.args(["--kafka", broker, "--public-url", "https://bank.example"]);
    command.env("DATABASE_URL", forwarding::url(database));
    if let Some(token) = token {
        command.env("BUSHEL_TOKEN", token);
    }
    Running::start_into(data, command, &data.join("printed"))
}

/// Kills and stops the broker while events are published; the servers go on all the time.
async fn disturb(broker: &Broker, database: &Database, operator: &Client) {
    let flows = |rows: &[ConsumerRow], from: i64| {
        let is_on = |row: &&ConsumerRow| row.position > from && row.failures == 0;
        rows.iter().filter(is_on).count() >= BUSY.len()
    };
    until_relays(database, "events are relayed", |rows| flows(rows, 100)).await;
    broker.script("kill");
    until_relays(database, "both wait", |rows| {
        rows.iter().filter(|row| row.failures > 0).count() >= BUSY.len()
    })
    .await;
    let consumers = ok(&operator.get("/v1/admin/consumers"));
    let said = consumers["data"].as_array().unwrap().iter().any(|consumer| {
        consumer["name"] == "kafka.identity"
            && consumer["lag"].as_i64() > Some(0)
            && consumer["last_error"].as_str().is_some_and(|error| error.starts_with("Kafka: "))
    });
    assert!(said, "{consumers}");
    broker.script("start");
    let known = relays(database).await.iter().map(|row| row.position).max().unwrap();
    until_relays(database, "events are relayed again", |rows| flows(rows, known)).await;
    // Gone for less time than it takes to give a batch up.
    broker.script("kill");
    broker.script("start");
    until_relays(database, "all goes on", |rows| flows(rows, known + 100)).await;
    broker.signal("STOP");
    tokio::time::sleep(Duration::from_secs(1)).await;
    broker.signal("CONT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_published_in_order_while_the_broker_is_killed_and_stopped() {
    let broker = Broker::start();
    make_parted(&broker.address).await;
    let database = TestDatabase::create(&[]).await;
    let (one, two) = (folder(), folder());
    let first = server(one.path(), &database, &broker.address, None);
    std::fs::copy(one.path().join("secret"), two.path().join("secret")).unwrap();
    let token = std::fs::read_to_string(one.path().join("token")).unwrap();
    let _second = server(two.path(), &database, &broker.address, Some(token.trim()));
    let (one, two) = (one.path().join("printed"), two.path().join("printed"));
    let bank = Bank::of(first, keep_token(one.parent().unwrap()));
    let ann = bank.sign_up("ann");

    let is_done = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(publish(database.database().clone(), Arc::clone(&is_done)));
    disturb(&broker, database.database(), &bank.operator).await;
    is_done.store(true, Ordering::Relaxed);
    load.await.unwrap();
    until_relays(database.database(), "all is relayed", |rows| {
        rows.len() >= 6 && rows.iter().all(|row| lag(row) == 0)
    })
    .await;

    let mut twice = 0;
    for row in relays(database.database()).await.iter().filter(|row| row.position > 0) {
        let topic = format!("bushel.{}.v1", row.context);
        let parts = read(&broker.address, &topic, row.position).await;
        twice += check_order(&topic, &parts);
        let records: Vec<ConsumerRecord> = parts.concat();
        check_content(database.database(), &row.context, &records).await;
        if row.context == "identity" {
            assert!(row.position > 1_000, "{row:?}");
            let is_hers = |record: &&ConsumerRecord| {
                header(record, "kind") == "identity.user.registered"
                    && record.key.as_deref() == Some(ann.id.as_bytes())
            };
            assert_eq!(records.iter().filter(is_hers).count(), 1, "from before the first kill");
        }
    }
    println!("{twice} records came twice");
    let dead = JobFilter { state: Some(JobState::Dead), ..JobFilter::default() };
    assert_eq!(bus::jobs(database.database(), &dead, None, 10).await.unwrap(), []);
    // Each process says it for itself, once for each time.
    for printed in [&one, &two] {
        let (lost, back) = (lines_with(printed, LOST), lines_with(printed, BACK));
        assert!(lost <= 2 && back <= lost, "{lost} {back}");
    }
    assert!(lines_with(&one, LOST) + lines_with(&two, LOST) >= 1);
    for printed in [&one, &two] {
        let text = std::fs::read_to_string(printed).unwrap();
        let rest: Vec<&str> = text.lines().filter(|line| line.contains("krafka")).collect();
        assert!(rest.is_empty(), "{rest:?}");
    }
    // Both look at all consumers, whoever of them has done the work.
    until("the metrics say so", || {
        let page = bank.operator.get("/metrics").body;
        let says = |words: &str| page.contains(words);
        let is_done = says("bus_consumer_lag{consumer=\"kafka.identity\"} 0\n");
        (is_done && says("kafka_topics_waiting 0\n")).then_some(())
    });
}

#[test]
fn kafka_with_a_malformed_address_is_refused_and_one_that_is_not_there_is_waited_for() {
    let folder = folder();
    let data = folder.path().join("data");
    let output = run(&data, &["serve", "--listen", "127.0.0.1:0", "--kafka", "kafka-1.example"]);
    let text = stderr(&output);
    let said = "BUSHEL_KAFKA: `kafka-1.example` is no address of a broker";
    assert!(!output.status.success() && text.contains(said), "{text}");
    assert!(!data.exists());

    let printed = folder.path().join("printed");
    let mut command = serve();
    command.env("BUSHEL_KAFKA", "127.0.0.1:1");
    let server = Running::start_into(&data, command, &printed);
    until("it is said before there is an event", || {
        (lines_with(&printed, LOST) == 1).then_some(())
    });
    let bank = Bank::of(server, keep_token(&data));
    bank.sign_up("ann");
    until("the first event waits", || {
        let page = bank.operator.get("/metrics").body;
        page.contains("kafka_topics_waiting 1\n").then_some(())
    });
    until("it has tried again", || {
        let consumers = ok(&bank.operator.get("/v1/admin/consumers"));
        let all = consumers["data"].as_array().unwrap();
        let relay = all.iter().find(|consumer| consumer["name"] == "kafka.identity")?;
        (relay["failures"].as_i64() > Some(1)).then_some(())
    });
    assert_eq!((lines_with(&printed, LOST), lines_with(&printed, "krafka")), (1, 0));
}

/// A folder with the operator's token alone, for who works with a server elsewhere.
fn keep_token(data: &Path) -> TempDir {
    let kept = folder();
    std::fs::copy(data.join("token"), kept.path().join("token")).unwrap();
    kept
}
