//! How long lists, searches and counts take in a catalogue of many products, in one process without
//! a network: `cargo run --release -p shop --example catalogue_speed -- 1000000`.

mod store;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use kernel::{Clock, Database, SystemClock, Vault};

use ledger::{Ledger, LedgerOptions, NewAsset};
use payments::{Payments, PaymentsOptions};
use shop::{Ground, RunningShop, Shop, ShopOptions};
use testkit::OwnPostgres;
use tower::ServiceExt as _;

const ROUNDS: usize = 400;

const MIGRATIONS: [kernel::Migrations; 7] = [
    kernel::bus::MIGRATIONS,
    kernel::audit::MIGRATIONS,
    kernel::replay::MIGRATIONS,
    ledger::MIGRATIONS,
    identity::MIGRATIONS,
    payments::MIGRATIONS,
    shop::MIGRATIONS,
];

struct Bench {
    router: Router,
    _running: RunningShop,
    _folder: tempfile::TempDir,
    _postgres: OwnPostgres,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "it is what the example is for")]
async fn main() {
    let count: i64 = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(100_000);
    let bench = Bench::start(count).await;
    for (name, path) in paths() {
        let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
        let before = cpu();
        for round in 0..ROUNDS {
            let began = Instant::now();
            bench.get(&path(round)).await;
            times.push(began.elapsed());
        }
        let cpu = (cpu() - before) / ROUNDS as u32;
        times.sort_unstable();
        let at = |percent: usize| times[(ROUNDS - 1) * percent / 100];
        println!("{name:32} p50 {:>9.1?}  p99 {:>9.1?}  own CPU {cpu:>9.1?}", at(50), at(99));
    }
}

type Path = fn(usize) -> String;

fn paths() -> Vec<(&'static str, Path)> {
    vec![
        ("list of 20", |_| of("")),
        ("product", |round| format!("/v1/shop/products/p-{}", round * 7 + 1)),
        ("one word, 0.1 %", |round| of(&format!("q=thing{}", round % 997))),
        ("one word, 10 %", |round| of(&format!("q=kind{}&limit={}", round % 10, 20 + round / 10))),
        ("three words", |round| {
            of(&format!("q=kind{}+thing{}+shade{}", round % 10, round % 997, round % 97))
        }),
        ("beginning of a word", |round| {
            of(&format!("q=shade3+thi&filter[tag]=tag{}", round % 500))
        }),
        ("typing error", |round| of(&format!("q=thnig{}", round % 997))),
        ("tag, cheapest first", |round| of(&format!("filter[tag]=tag{}&sort=price", round % 500))),
        ("word and price, cheapest first", |round| {
            of(&format!("q=kind{}&filter[price][gte]={}&sort=price", round % 10, round))
        }),
        ("everything, by title", |round| of(&format!("sort=title&filter[price][gte]={round}"))),
        ("counts of a tag", |round| counts(&format!("filter[tag]=tag{}", round % 500))),
        ("counts of a word, 10 %", |round| counts(&format!("q=kind{}", round % 10))),
        ("counts of everything", |_| counts("")),
        ("suggestions", |round| format!("/v1/shop/products/suggestions?q=thing{}", round % 97)),
    ]
}

fn of(query: &str) -> String {
    let limit = if query.contains("limit=") { "" } else { "&limit=20" };
    format!("/v1/shop/products?currency=EUR{limit}&{query}").trim_end_matches('&').to_owned()
}

fn counts(query: &str) -> String {
    format!("/v1/shop/products/facets?currency=EUR&{query}").trim_end_matches('&').to_owned()
}

/// What this process has used of the processors.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
    // Fields 14 and 15 of proc(5), counted from behind the name; a tick is 10 ms.
    Duration::from_millis((ticks(12) + ticks(13)) * 10)
}

impl Bench {
    #[expect(clippy::print_stdout, reason = "it is what the example is for")]
    async fn start(count: i64) -> Self {
        let (postgres, folder) = (OwnPostgres::start(), tempfile::tempdir().expect("a folder"));
        let database = postgres.database(&MIGRATIONS).await;
        let began = Instant::now();
        let client = database.client().await.expect("a session");
        client.batch_execute(store::NO_TIMEOUT).await.expect("a setting");
        client.execute(store::PRODUCTS, &[&count]).await.expect("products");
        client.batch_execute(store::VARIANTS).await.expect("variants");
        client.batch_execute(store::PRICES).await.expect("prices");
        client.batch_execute(store::STATISTICS).await.expect("statistics");
        println!("{count} products made in {:.1?}", began.elapsed());
        drop(client);
        let shop = start_shop(&database, folder.path()).await;
        let began = Instant::now();
        let running = shop.run();
        shop.search_caught_up().await.expect("an index");
        println!("the index built in {:.1?}", began.elapsed());
        let (router, _) = shop::routes(shop).split_for_parts();
        Self { router, _running: running, _folder: folder, _postgres: postgres }
    }

    async fn get(&self, path: &str) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.into_body().collect().await.expect("a body");
    }
}

async fn start_shop(database: &Database, folder: &std::path::Path) -> Shop {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let options = LedgerOptions { node: "bench".to_owned(), ..LedgerOptions::default() };
    let ledger = Ledger::start(database.clone(), Arc::clone(&clock), options);
    assert!(ledger.ready().await);
    let euro = NewAsset {
        code: "EUR".to_owned(),
        scale: 2,
        kind: "money".to_owned(),
        ..NewAsset::default()
    };
    ledger.create_asset(euro).await.expect("a currency");
    let (db, vault) = (database.clone(), Vault::new([7; 32]));
    let options = PaymentsOptions::default();
    let payments =
        Payments::start(db.clone(), Arc::clone(&clock), ledger.clone(), vault.clone(), options);
    let payments = payments.await.expect("payments");
    let clock = Arc::clone(&clock);
    let ground = Ground { database: db, clock, vault, ledger: ledger.clone(), payments };
    let options = ShopOptions { search_folder: Some(folder.to_owned()), ..ShopOptions::default() };
    Shop::start(ground, options).await.expect("a shop")
}
