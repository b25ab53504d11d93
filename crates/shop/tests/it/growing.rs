//! A Redis and a replica take work off the catalogue, and hold nothing up when they die.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use kernel::db::ReplicaOptions;
use kernel::redis::{Redis, RedisUrl};
use kernel::{Clock, Database, DatabaseOptions, MockClock};
use ledger::{Ledger, LedgerOptions, NewAsset};
use serde_json::json;
use shop::ShopOptions;
use testkit::{OwnPostgres, OwnRedis};

use crate::app::{ANN, App, MIGRATIONS, Process, actor};

/// No answer is as late as that.
const LATE: Duration = Duration::from_secs(10);

fn connected(redis: &OwnRedis) -> Redis {
    let url = RedisUrl::try_new(&redis.url()).unwrap();
    Redis::start(url.with_patience(Duration::from_secs(1)))
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    for _ in 0..2_000 {
        if condition().await {
            return;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("still not so: {what}");
}

#[tokio::test]
async fn answers_are_shared_until_a_product_changes() {
    let server = OwnRedis::start();
    let redis = connected(&server);
    redis.there().await;
    let app = App::start_with(ShopOptions { redis: Some(redis), ..ShopOptions::default() }).await;
    let made = app.process.product("lamp", "L1").await;
    app.process.shop.search_caught_up().await.unwrap();
    let path = format!("/v1/shop/products/{}", made.id());
    let first = app.process.see(&path).await;
    // Nobody tells of this, so it isn't seen while the answer lives.
    let client = app.world.database().dedicated_client().await.unwrap();
    client.execute("update shop.products set vendor = 'unseen'", &[]).await.unwrap();
    let again = app.process.see(&path).await;
    assert_eq!((again.body.clone(), again.etag()), (first.body.clone(), first.etag()));
    assert_eq!(again.headers, first.headers);
    let known = app.process.get(&path).await;
    assert_eq!(known.body["vendor"], "unseen", "who is known gets an answer of their own");
    app.process.staff_patch(&path, json!({ "title": "Lantern" })).await;
    app.process.shop.search_caught_up().await.unwrap();
    let seen = app.process.see(&path).await;
    assert_eq!((&seen.body["title"], &seen.body["vendor"]), (&json!("Lantern"), &json!("unseen")));
}

/// A shop over a database with a replica.
struct Grown {
    process: Arc<Process>,
    database: Database,
    replica: Option<OwnPostgres>,
    _ledger: Ledger,
    _primary: OwnPostgres,
}

impl Grown {
    async fn start(redis: Redis) -> Self {
        let primary = OwnPostgres::start();
        let database = primary.database(&MIGRATIONS).await;
        let replica = primary.replica();
        let servers = vec![replica.postgres().connection_config()];
        let pool = DatabaseOptions::default();
        let options = ReplicaOptions { servers, lag_max: Duration::from_secs(60), pool };
        let database = database.with_replicas(options);
        let clock: Arc<dyn Clock> = Arc::new(MockClock::default());
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger = Ledger::start(database.clone(), Arc::clone(&clock), options);
        assert!(ledger.ready().await);
        let (code, kind) = ("EUR".to_owned(), "money".to_owned());
        ledger.create_asset(NewAsset { code, kind, ..NewAsset::default() }).await.unwrap();
        let options = ShopOptions { redis: Some(redis), ..ShopOptions::default() };
        let process =
            Arc::new(Process::start(database.clone(), clock, ledger.clone(), options).await);
        Self { process, database, replica: Some(replica), _ledger: ledger, _primary: primary }
    }

    async fn reads_from_replica(&self) -> bool {
        let client = self.database.replica_client(Duration::from_secs(2)).await.unwrap();
        let row = client.query_one("select pg_is_in_recovery()", &[]).await;
        row.is_ok_and(|row| row.get(0))
    }
}

/// Some who look at everything again and again.
struct Load {
    is_over: Arc<AtomicBool>,
    answers: Arc<AtomicU32>,
    readers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(process: &Arc<Process>) -> Self {
        let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let reader = |number: u32| {
            let (process, is_over) = (Arc::clone(process), Arc::clone(&is_over));
            let answers = Arc::clone(&answers);
            tokio::spawn(async move {
                for round in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    // Half of them find nothing in the Redis.
                    let limit = if round % 2 == 0 { 50 } else { round % 200 + 1 };
                    let list = format!("/v1/shop/products?limit={limit}");
                    for path in [&*list, "/v1/shop/products/lamp", "/v1/shop/categories"] {
                        let seen = tokio::time::timeout(LATE, process.see(path)).await;
                        assert_eq!(seen.expect("an answer in time").status, 200, "{path}");
                    }
                    let orders = process.get("/v1/shop/orders").await;
                    assert_eq!(orders.status, 200, "{number}: {orders:?}");
                    answers.fetch_add(4, Ordering::Relaxed);
                }
            })
        };
        let readers = (0..4).map(reader).collect();
        Self { is_over, answers, readers }
    }

    /// Until so many more answers came.
    async fn goes_on(&self) {
        let before = self.answers.load(Ordering::Relaxed);
        let more = async || self.answers.load(Ordering::Relaxed) > before + 100;
        until("answers come", more).await;
    }

    async fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        for reader in self.readers {
            reader.await.expect("no reader failed");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_and_a_replica_that_die_under_load_only_slow_it() {
    let mut server = OwnRedis::start();
    let redis = connected(&server);
    redis.there().await;
    let mut grown = Grown::start(redis).await;
    grown.process.product("lamp", "L1").await;
    until("the replica is used", async || grown.reads_from_replica().await).await;
    until("the lamp is there", async || {
        grown.process.see("/v1/shop/products/lamp").await.status == 200
    })
    .await;
    let load = Load::start(&grown.process);
    load.goes_on().await;
    server.kill();
    load.goes_on().await;
    let mut replica = grown.replica.take().unwrap();
    let stopped = tokio::task::spawn_blocking(move || {
        replica.stop();
        replica
    });
    load.goes_on().await;
    let mut replica = stopped.await.unwrap();
    assert!(!grown.reads_from_replica().await);
    load.goes_on().await;
    server.start_again();
    let back = tokio::task::spawn_blocking(move || {
        replica.start_again();
        replica
    });
    grown.replica = Some(back.await.unwrap());
    until("the replica is used again", async || grown.reads_from_replica().await).await;
    load.goes_on().await;
    load.end().await;
    let own = grown.process.send(
        Some(actor(ANN)),
        axum::http::Method::GET,
        "/v1/shop/products/lamp",
        &[],
        axum::body::Body::empty(),
    );
    assert_eq!(own.await.body["title"], "lamp");
}
