//! A shop with a bus and a ledger on a database of its own, called without a network.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use identity::{Actor, ActorKind, Permission, Role, SessionId, UserId};
use kernel::bus::{self, Bus, RunningBus};
use kernel::http::CallerKey;
use kernel::{Clock, Database, DatabaseOptions, MockClock, Vault};
use ledger::{Ledger, LedgerOptions, NewAsset};
use payments::{Payments, PaymentsOptions};
use serde_json::{Value, json};
use shop::{Ground, RunningShop, Shop, ShopOptions};
use testkit::TestDatabase;
use tower::ServiceExt;

pub(crate) const ANN: UserId = UserId::from_u128(0xa);
pub(crate) const STAFF: UserId = UserId::from_u128(0x5);

pub(crate) const MIGRATIONS: [kernel::Migrations; 7] = [
    bus::MIGRATIONS,
    kernel::audit::MIGRATIONS,
    kernel::replay::MIGRATIONS,
    ledger::MIGRATIONS,
    identity::MIGRATIONS,
    payments::MIGRATIONS,
    shop::MIGRATIONS,
];

/// What outlives a process: the database, the ledger, time.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) ledger: Ledger,
}

/// A process: the shop and a bus. Dropping it is its death.
pub(crate) struct Process {
    pub(crate) shop: Shop,
    pub(crate) payments: Payments,
    pub(crate) bus: RunningBus,
    pub(crate) router: Router,
    _running: RunningShop,
}

/// One process in its world.
pub(crate) struct App {
    pub(crate) process: Process,
    pub(crate) world: World,
}

/// An answer: its status, headers and JSON body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

impl World {
    /// With the currencies `EUR` and `USD`, and apples, which are no money.
    pub(crate) async fn new() -> Self {
        // Many worlds share one server. And who holds a session and waits for a second one waits in
        // vain here, as all do when all of a pool are held; tests that hold one have their own.
        let options = DatabaseOptions { connections_max: 1, ..DatabaseOptions::default() };
        let database = TestDatabase::create_with(&MIGRATIONS, options).await;
        let clock = Arc::new(MockClock::default());
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger_clock: Arc<dyn Clock> = clock.clone();
        let ledger = Ledger::start(database.database().clone(), ledger_clock, options);
        assert!(ledger.ready().await);
        let world = Self { database, clock, ledger };
        world.create_asset("EUR", "money").await;
        world.create_asset("USD", "money").await;
        world.create_asset("APPLE", "goods").await;
        world
    }

    pub(crate) async fn create_asset(&self, code: &str, kind: &str) {
        let (code, kind) = (code.to_owned(), kind.to_owned());
        let new = NewAsset { code, scale: 2, kind, ..NewAsset::default() };
        assert!(self.ledger.create_asset(new).await.unwrap().1.is_some());
    }

    pub(crate) async fn start(&self, options: ShopOptions) -> Process {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let (database, ledger) = (self.database().clone(), self.ledger.clone());
        Process::start(database, clock, ledger, options).await
    }

    /// For tests of races: with one session for all they would only stand in line.
    pub(crate) fn open_to_many(&self) {
        self.database().pool().resize(8);
    }

    /// A single number from the database.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let client = self.database().client().await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.database()
    }

    /// From now on a write fails where `when` holds of the new row, as if the process had died there.
    pub(crate) async fn cut_off(&self, write: &str, when: &str) {
        let breaking = format!(
            "create function shop.break() returns trigger language plpgsql as \
                $$ begin raise 'cut off'; end $$; \
            create trigger breaking before {write} for each row when ({when}) \
                execute function shop.break();"
        );
        self.batch(&breaking).await;
    }

    pub(crate) async fn cut_off_no_more(&self) {
        self.batch("drop function shop.break cascade").await;
    }

    async fn batch(&self, sql: &str) {
        self.database().client().await.unwrap().batch_execute(sql).await.unwrap();
    }
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(ShopOptions::default()).await
    }

    pub(crate) async fn start_with(options: ShopOptions) -> Self {
        let world = World::new().await;
        let process = world.start(options).await;
        Self { process, world }
    }

    /// What the audit log says of an action, the newest first.
    pub(crate) async fn audited(&self, action: &str) -> Vec<kernel::audit::Entry> {
        let filter =
            kernel::audit::EntryFilter { action: Some(action.to_owned()), ..Default::default() };
        kernel::audit::entries(self.world.database(), &filter, None, 100).await.unwrap()
    }
}

impl Process {
    pub(crate) async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        options: ShopOptions,
    ) -> Self {
        let bus = Bus::new(database.clone(), Arc::clone(&clock));
        let (vault, offered) = (vault(), PaymentsOptions::default());
        let payments = Payments::start(
            database.clone(),
            Arc::clone(&clock),
            ledger.clone(),
            vault.clone(),
            offered,
        );
        let payments = payments.await.unwrap();
        let ground = Ground { database, clock, vault, ledger, payments: payments.clone() };
        let shop = Shop::start(ground, options).await.unwrap();
        let bus = payments.register(shop.register(bus)).start();
        let (router, _) = shop::routes(shop.clone()).split_for_parts();
        let _running = shop.run();
        Self { shop, payments, bus, router, _running }
    }

    /// As somebody who isn't known.
    pub(crate) async fn see(&self, path: &str) -> Answer {
        self.send(None, Method::GET, path, &[], Body::empty()).await
    }

    /// As a user without rights of staff.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Some(actor(ANN)), Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn staff_get(&self, path: &str) -> Answer {
        self.send(Some(staff()), Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn staff_post(&self, path: &str, body: Value) -> Answer {
        self.staff_json(Method::POST, path, &[], body).await
    }

    /// A change of whatever version is there.
    pub(crate) async fn staff_patch(&self, path: &str, body: Value) -> Answer {
        self.staff_json(Method::PATCH, path, &[("if-match", "*")], body).await
    }

    pub(crate) async fn staff_put(&self, path: &str, body: Value) -> Answer {
        self.staff_json(Method::PUT, path, &[("if-match", "*")], body).await
    }

    pub(crate) async fn staff_delete(&self, path: &str) -> Answer {
        self.send(Some(staff()), Method::DELETE, path, &[], Body::empty()).await
    }

    pub(crate) async fn staff_json(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        self.json(Some(staff()), method, path, headers, body).await
    }

    pub(crate) async fn json(
        &self,
        actor: Option<Actor>,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        let json = [&[("content-type", "application/json")], headers].concat();
        self.send(actor, method, path, &json, Body::from(body.to_string())).await
    }

    pub(crate) async fn send(
        &self,
        actor: Option<Actor>,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        if let Some(actor) = actor {
            request.extensions_mut().insert(CallerKey(actor.caller_key()));
            request.extensions_mut().insert(actor);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, bytes, body }
    }

    /// An active product with one variant of this SKU, for 12.50 EUR.
    pub(crate) async fn product(&self, handle: &str, sku: &str) -> Answer {
        let made = self.staff_post("/v1/shop/products", product_body(handle, sku)).await;
        assert_eq!(made.status, 201, "{made:?}");
        made
    }
}

impl Answer {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("an id in {self:?}")).to_owned()
    }

    pub(crate) fn etag(&self) -> &str {
        self.headers["etag"].to_str().unwrap()
    }

    /// A problem's status and code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        (self.status, self.body["code"].as_str().expect("problems have a code"))
    }

    /// Where a problem is.
    pub(crate) fn pointer(&self) -> &str {
        self.body["errors"][0]["pointer"].as_str().unwrap_or_default()
    }

    /// The texts of a field of a page's items.
    pub(crate) fn each(&self, field: &str) -> Vec<&str> {
        let items = self.body["data"].as_array().unwrap_or_else(|| panic!("a page: {self:?}"));
        items.iter().map(|item| item[field].as_str().unwrap_or_default()).collect()
    }
}

pub(crate) fn product_body(handle: &str, sku: &str) -> Value {
    json!({
        "handle": handle, "status": "active", "title": handle,
        "variants": [{ "sku": sku, "prices": [{ "currency": "EUR", "amount": "1250" }] }],
    })
}

pub(crate) fn vault() -> Vault {
    Vault::new([7; 32])
}

pub(crate) fn actor(user: UserId) -> Actor {
    actor_with(user, Role::User.permissions())
}

pub(crate) fn staff() -> Actor {
    actor_with(STAFF, Role::Manager.permissions())
}

pub(crate) fn actor_with(user: UserId, permissions: impl Iterator<Item = Permission>) -> Actor {
    let kind = ActorKind::Session { user, session: SessionId::from_u128(1) };
    Actor { kind, permissions: permissions.collect(), is_frozen: false }
}
