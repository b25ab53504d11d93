//! A shop under load whose Redis and replica are killed and come back, one after the other, and then
//! with Kafka all at once: buyers go on buying and readers reading, and in the end everything adds up.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{OwnPostgres, OwnRedis};

use crate::bushel::{Running, folder, lines_with};
use crate::http::Client;
use crate::kafka::{self, Broker};
use crate::people::{Bank, Person, ok, serve, text, until_within};
use crate::replicas::Replica;
use crate::shopping::{PIECES_OF_AN_ORDER, buy, stock};

const SOON: Duration = Duration::from_secs(60);
const PIECES: u32 = 1_000_000;
/// What each buyer has, in cents, and in how many deposits it came.
const DEPOSIT: u32 = 1_000_000;
const DEPOSITS: u32 = 5;
const BUYERS: [&str; 3] = ["ann", "ben", "cleo"];
/// So many orders have to be placed for us to say that buyers go on.
const ORDERS: usize = 12;
/// Whoever waits for longer than this waits for what is dead.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// What the shop can do without for a while.
struct Dependencies {
    kafka: Broker,
    redis: OwnRedis,
    replica: Replica,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Kafka,
    Redis,
    Replica,
}

const ALL: [Which; 3] = [Which::Kafka, Which::Redis, Which::Replica];

impl Which {
    /// The lines of the log that tell of its loss and of its return.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Kafka => [kafka::LOST, kafka::BACK],
            Self::Redis => ["Redis is lost", "Redis is back"],
            Self::Replica => ["a replica is lost", "a replica is back"],
        }
    }
}

impl Dependencies {
    fn kill(&mut self, which: Which) {
        match which {
            Which::Kafka => drop(self.kafka.script("kill")),
            Which::Redis => self.redis.kill(),
            Which::Replica => self.replica.kill(),
        }
    }

    fn start_again(&mut self, which: Which) {
        match which {
            Which::Kafka => drop(self.kafka.script("start")),
            Which::Redis => self.redis.start_again(),
            Which::Replica => drop(self.replica.script(&["start"])),
        }
    }
}

/// Who buys and who reads, until they are told to stop; any answer but success ends them.
struct Load {
    is_over: Arc<AtomicBool>,
    placed: Arc<AtomicUsize>,
    buyers: Vec<JoinHandle<Outcome>>,
    readers: Vec<JoinHandle<Outcome>>,
}

/// What became of one of them.
#[derive(Default)]
struct Outcome {
    orders: Vec<Value>,
    slowest: Duration,
}

impl Outcome {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.slowest = self.slowest.max(began.elapsed());
        done
    }
}

impl Load {
    fn start(people: &[Person], anyone: &Client) -> Self {
        let (is_over, placed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let buyer = |person: &Person| {
            let (client, email) = (person.client.clone(), person.email.clone());
            let (is_over, placed) = (Arc::clone(&is_over), Arc::clone(&placed));
            std::thread::spawn(move || {
                let mut outcome = Outcome::default();
                let payments = json!([{ "kind": "wallet" }]);
                while !is_over.load(Ordering::Relaxed) {
                    let order = outcome.time(|| buy(&client, &email, &payments));
                    assert_eq!(order["status"], "paid", "{order}");
                    outcome.orders.push(order);
                    placed.fetch_add(1, Ordering::Relaxed);
                }
                outcome
            })
        };
        let reader = |client: &Client, path: &'static str| {
            let (client, is_over) = (client.clone(), Arc::clone(&is_over));
            std::thread::spawn(move || {
                let mut outcome = Outcome::default();
                while !is_over.load(Ordering::Relaxed) {
                    ok(&outcome.time(|| client.get(path)));
                }
                outcome
            })
        };
        let buyers = people.iter().map(buyer).collect();
        let readers = vec![
            reader(anyone, "/v1/shop/products?currency=EUR"),
            reader(anyone, "/v1/shop/products/mug?currency=EUR"),
            reader(&people[0].client, "/v1/shop/orders"),
        ];
        Self { is_over, placed, buyers, readers }
    }

    /// Waits until some more orders are placed.
    fn goes_on(&self, when: &str) {
        let before = self.placed.load(Ordering::Relaxed);
        until_within(SOON, &format!("orders {when}"), || {
            let ended = self.buyers.iter().chain(&self.readers).any(JoinHandle::is_finished);
            assert!(!ended, "somebody could not go on {when}");
            (self.placed.load(Ordering::Relaxed) >= before + ORDERS).then_some(())
        });
    }

    /// The orders of each buyer, and the longest time that anybody waited.
    fn stop(self) -> (Vec<Vec<Value>>, Duration) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = |them: Vec<JoinHandle<Outcome>>| -> Vec<Outcome> {
            them.into_iter().map(|it| it.join().unwrap()).collect()
        };
        let (buyers, readers) = (ended(self.buyers), ended(self.readers));
        let slowest = buyers.iter().chain(&readers).map(|it| it.slowest).max().unwrap();
        (buyers.into_iter().map(|it| it.orders).collect(), slowest)
    }
}

/// Kills some of them and starts them again while everybody goes on; each time the log has a line of
/// its own for each.
fn disturb(all: &mut Dependencies, which: &[Which], load: &Load, printed: &Path) {
    let lines = |nth: usize| which.iter().map(move |it| it.words()[nth]);
    let before: Vec<usize> = lines(0).map(|words| lines_with(printed, words)).collect();
    let said = |nth: usize| {
        for (words, before) in lines(nth).zip(&before) {
            until_within(SOON, words, || (lines_with(printed, words) == before + 1).then_some(()));
        }
    };
    load.goes_on("before");
    which.iter().for_each(|it| all.kill(*it));
    load.goes_on("while it is gone");
    said(0);
    load.goes_on("after it is known to be gone");
    which.iter().for_each(|it| all.start_again(*it));
    said(1);
    load.goes_on("after it is back");
}

/// The ids of the orders that Kafka has been told of, in the order of the events; none twice but by
/// a repeat of the same event.
async fn told(bank: &Bank, broker: &str, orders: usize) -> BTreeSet<String> {
    // Each is placed and paid. What has no position yet doesn't count as lag.
    let events = i64::try_from(2 * orders).unwrap();
    let last = until_within(SOON, "all is relayed", || {
        let consumers = ok(&bank.operator.get("/v1/admin/consumers"));
        let mut all = consumers["data"].as_array().unwrap().iter();
        let relay = all.find(|it| it["name"] == "kafka.shop").unwrap().clone();
        let position = relay["position"].as_i64().unwrap();
        (relay["lag"] == 0 && position >= events).then_some(position)
    });
    let records = kafka::read(broker, "bushel.shop.v1", last).await.concat();
    let mut seen = BTreeSet::new();
    let first_times = records.iter().filter(|record| seen.insert(kafka::position(record)));
    let placed = first_times.filter(|it| kafka::header(it, "kind") == "shop.order.placed");
    let ids: Vec<String> = placed.map(|it| text(&kafka::value(it)["data"], "order_id")).collect();
    let different: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(ids.len(), different.len(), "an order was placed once");
    different
}

fn cents(value: &Value) -> u64 {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

/// The goods and the money of exactly these orders are held.
fn check_books(bank: &Bank, people: &[Person], orders: &[Vec<Value>]) {
    let count = orders.iter().map(Vec::len).sum::<usize>();
    let shelf = ok(&bank.operator.get("/v1/shop/stock/MUG"));
    let level = &shelf["locations"][0];
    let pieces = u64::try_from(count).unwrap() * u64::from(PIECES_OF_AN_ORDER);
    assert_eq!(cents(&level["on_hand"]), u64::from(PIECES), "{shelf}");
    assert_eq!(cents(&level["reserved"]), pieces, "{shelf}");
    for (person, orders) in people.iter().zip(orders) {
        let accounts = ok(&person.client.get("/v1/wallet/accounts"));
        let spent: u64 = orders.iter().map(|order| cents(&order["total"])).sum();
        let left = cents(&accounts["data"][0]["available"]);
        assert_eq!(left, u64::from(DEPOSIT * DEPOSITS) - spent, "{}", person.handle);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_go_on_while_kafka_redis_and_the_replica_are_killed_and_come_back() {
    let primary = OwnPostgres::start();
    let socket = primary.postgres().socket_folder().display().to_string();
    let url = format!("postgresql:///bushel?user=bushel&host={socket}");
    let (kafka, redis, replica) = (Broker::start(), OwnRedis::start(), Replica::of(&url));
    let data = folder();
    let printed = data.path().join("printed");
    let mut command = serve();
    command.args(["--kafka", &kafka.address, "--redis", &redis.url(), "--replica", &replica.url]);
    command.env("DATABASE_URL", &url);
    let bank = Bank::of(Running::start_into(data.path(), command, &printed), data);
    stock(&bank.operator, PIECES);
    let people = BUYERS.map(|handle| bank.sign_up(handle));
    for person in &people {
        (0..DEPOSITS).for_each(|_| drop(person.deposit(DEPOSIT)));
    }

    let load = Load::start(&people, &bank.anyone());
    let mut all = Dependencies { kafka, redis, replica };
    for which in [&[Which::Redis][..], &[Which::Replica], &ALL] {
        disturb(&mut all, which, &load, &printed);
    }
    let (orders, slowest) = load.stop();

    println!("{} orders, the slowest answer after {slowest:?}", orders.concat().len());
    assert!(slowest < ANSWER_MAX, "{slowest:?}");
    check_books(&bank, &people, &orders);
    let acknowledged: BTreeSet<String> =
        orders.concat().iter().map(|order| text(order, "id")).collect();
    assert_eq!(told(&bank, &all.kafka.address, acknowledged.len()).await, acknowledged);
}
