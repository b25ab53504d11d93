//! Payments with a bus and a ledger on a database of their own, called without a network.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use identity::{Actor, ActorKind, Permission, Role, SessionId, UserId};
use kernel::bus::{self, Bus, RunningBus};
use kernel::http::CallerKey;
use kernel::{Clock, Database, DatabaseOptions, MockClock, Vault};
use ledger::engine::{AccountDetails, Limits, NewAccount, NewTransfer};
use ledger::{AccountKey, Ledger, LedgerOptions, NewAsset};
use payments::{Payments, PaymentsOptions};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt;

pub(crate) const GOOD_CARD: &str = "4242424242424242";
pub(crate) const GOOD_IBAN: &str = "AT611904300234573201";
pub(crate) const ANN: UserId = UserId::from_u128(0xa);
pub(crate) const BOB: UserId = UserId::from_u128(0xb);

/// What outlives a process: the database, the ledger, time.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) ledger: Ledger,
}

/// A process: payments and a bus. Dropping it is its death.
pub(crate) struct Process {
    pub(crate) payments: Payments,
    pub(crate) bus: RunningBus,
    pub(crate) router: Router,
    clock: Arc<MockClock>,
}

/// One process in its world.
pub(crate) struct App {
    pub(crate) process: Process,
    pub(crate) world: World,
}

/// An answer: its status, headers and JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl World {
    /// With `EUR`, and open accounts of Ann and Bob.
    pub(crate) async fn new() -> Self {
        let migrations =
            [ledger::MIGRATIONS, bus::MIGRATIONS, kernel::audit::MIGRATIONS, payments::MIGRATIONS];
        // Many worlds share one server.
        let options = DatabaseOptions { connections_max: 6, ..DatabaseOptions::default() };
        let database = TestDatabase::create_with(&migrations, options).await;
        let clock = Arc::new(MockClock::default());
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger_clock: Arc<dyn Clock> = clock.clone();
        let ledger = Ledger::start(database.database().clone(), ledger_clock, options);
        assert!(ledger.ready().await);
        let world = Self { database, clock, ledger };
        world.create_asset("EUR", "money").await;
        world.open(ANN, "EUR").await;
        world.open(BOB, "EUR").await;
        world
    }

    pub(crate) async fn create_asset(&self, code: &str, kind: &str) {
        self.create(code, kind, 2).await;
    }

    /// Money with other decimals.
    pub(crate) async fn create_scaled_asset(&self, code: &str, scale: u8) {
        self.create(code, "money", scale).await;
    }

    async fn create(&self, code: &str, kind: &str, scale: u8) {
        let (code, kind) = (code.to_owned(), kind.to_owned());
        let new = NewAsset { code, scale, kind, ..NewAsset::default() };
        assert!(self.ledger.create_asset(new).await.unwrap().1.is_some());
    }

    /// A user's account, as the wallet opens them.
    pub(crate) async fn open(&self, user: UserId, asset: &str) {
        let no = self.ledger.asset(asset).await.unwrap().unwrap().no;
        let address = Some(user.account_address(asset).into());
        let new = NewAccount {
            id: user.account_id(asset),
            asset: no,
            code: 100,
            limits: Limits { floor: Some(0), ceiling: None },
            details: AccountDetails { address, ..AccountDetails::default() },
            ..NewAccount::default()
        };
        let statuses = self.ledger.create_accounts(vec![new]).await.unwrap();
        assert!(statuses[0].is_success(), "{statuses:?}");
    }

    pub(crate) async fn start(&self, options: PaymentsOptions) -> Process {
        let database = self.database.database().clone();
        let clock: Arc<dyn Clock> = self.clock.clone();
        let payments = Payments::start(
            database.clone(),
            Arc::clone(&clock),
            self.ledger.clone(),
            Vault::new([7; 32]),
            options,
        );
        let payments = payments.await.unwrap();
        let bus = payments.register(Bus::new(database, clock)).start();
        let (router, _) = payments::routes(payments.clone()).split_for_parts();
        Process { payments, bus, router, clock: self.clock.clone() }
    }

    /// What an account holds, pending left out.
    pub(crate) async fn posted(&self, key: AccountKey<'_>) -> i128 {
        let account = self.ledger.account(key).await.unwrap();
        account.map_or(0, |account| {
            let balances = account.balances;
            i128::try_from(balances.credits_posted).unwrap()
                - i128::try_from(balances.debits_posted).unwrap()
        })
    }

    pub(crate) async fn balance(&self, user: UserId) -> i128 {
        self.posted(AccountKey::Id(user.account_id("EUR"))).await
    }

    pub(crate) async fn disputes(&self) -> i128 {
        self.posted(AccountKey::Address("payments/disputes/EUR")).await
    }

    /// What is shown as coming in, and what is held.
    pub(crate) async fn pending(&self, user: UserId) -> (u128, u128) {
        let account = self.ledger.account(AccountKey::Id(user.account_id("EUR"))).await.unwrap();
        let balances = account.unwrap().balances;
        (balances.credits_pending, balances.debits_pending)
    }

    /// Moves from one account to another, as a wallet transfer would.
    pub(crate) async fn transfer(&self, from: u128, to: u128, amount: u128) {
        let asset = self.ledger.asset("EUR").await.unwrap().unwrap().no;
        let new = NewTransfer {
            id: UserId::generate().as_u128(),
            debit_account: from,
            credit_account: to,
            amount,
            asset,
            code: 200,
            ..NewTransfer::default()
        };
        let result = self.ledger.create_transfers(vec![new]).await.unwrap();
        assert!(result[0].status.is_success(), "{result:?}");
    }

    /// A single number from the database.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let client = self.database.database().client().await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.database()
    }
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(PaymentsOptions::default()).await
    }

    pub(crate) async fn start_with(options: PaymentsOptions) -> Self {
        let world = World::new().await;
        let process = world.start(options).await;
        Self { process, world }
    }

    /// From now on requests alone do anything, until another process is started.
    pub(crate) async fn stop_workers(&mut self) {
        let database = self.world.database.database().clone();
        let idle = Bus::new(database, self.world.clock.clone()).start();
        std::mem::replace(&mut self.process.bus, idle).stop().await;
    }

    /// A deposit of Ann's that has gone as its card says up to now.
    pub(crate) async fn deposited(&self, card: &str, amount: u64) -> String {
        let made = self.process.deposit(ANN, card, amount).await;
        assert_eq!(made.status, 202, "{made:?}");
        self.process.bus.settle().await;
        made.id()
    }

    /// The status of something at a path, for Ann.
    pub(crate) async fn status(&self, path: &str) -> String {
        self.process.get(ANN, path).await.body["status"].as_str().expect("a status").to_owned()
    }

    pub(crate) async fn deposit_status(&self, id: &str) -> String {
        self.status(&format!("/v1/payments/deposits/{id}")).await
    }

    /// The books agree with the provider, and with themselves.
    pub(crate) async fn assert_balanced(&self) {
        assert_balanced(&self.process, &self.world).await;
    }
}

pub(crate) async fn assert_balanced(process: &Process, world: &World) {
    let clearing = process.payments.clearing("sandbox", "EUR").await.unwrap();
    assert_eq!(clearing.books, clearing.provider, "the books differ from the provider");
    assert_sound(world).await;
}

/// Debits equal credits.
pub(crate) async fn assert_sound(world: &World) {
    let asset = world.ledger.asset("EUR").await.unwrap().unwrap().no;
    let filter = ledger::AccountFilter { asset: Some(asset), ..Default::default() };
    let accounts = world.ledger.accounts(&filter, None, 100).await.unwrap();
    let (mut debits, mut credits) = (0, 0);
    for account in &accounts {
        debits += account.balances.debits_posted + account.balances.debits_pending;
        credits += account.balances.credits_posted + account.balances.credits_pending;
    }
    assert_eq!(debits, credits, "debits equal credits");
}

impl Process {
    /// Time passes in steps, and everything that is due then is done.
    pub(crate) async fn pass(&self, time: Duration) {
        const STEPS: u32 = 6;
        for _ in 0..STEPS {
            self.clock.advance(time / STEPS);
            self.bus.settle().await;
        }
    }

    pub(crate) async fn deposit(&self, user: UserId, card: &str, amount: u64) -> Answer {
        self.post(user, "/v1/payments/deposits", deposit_body(card, amount)).await
    }

    pub(crate) async fn withdraw(&self, user: UserId, iban: &str, amount: u64) -> Answer {
        self.post(user, "/v1/payments/withdrawals", withdrawal_body(iban, amount)).await
    }

    pub(crate) async fn refund(&self, user: UserId, deposit: &str, body: Value) -> Answer {
        self.post(user, &format!("/v1/payments/deposits/{deposit}/refunds"), body).await
    }

    pub(crate) async fn get(&self, user: UserId, path: &str) -> Answer {
        self.send(Some(actor(user)), Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, user: UserId, path: &str, body: Value) -> Answer {
        self.post_with(user, path, &[], body).await
    }

    pub(crate) async fn post_with(
        &self,
        user: UserId,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        self.post_as(actor(user), path, headers, body).await
    }

    pub(crate) async fn post_as(
        &self,
        actor: Actor,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        let json = [&[("content-type", "application/json")], headers].concat();
        self.send(Some(actor), Method::POST, path, &json, Body::from(body.to_string())).await
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
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        if let Some(actor) = actor {
            request.extensions_mut().insert(CallerKey(actor.caller_key()));
            request.extensions_mut().insert(actor);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

impl Answer {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("an id in {self:?}")).to_owned()
    }

    /// A problem's status and code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        (self.status, self.body["code"].as_str().expect("problems have a code"))
    }
}

pub(crate) fn deposit_body(card: &str, amount: u64) -> Value {
    let cvc = if card.starts_with('3') { "1234" } else { "123" };
    let card = json!({ "number": card, "exp_month": 12, "exp_year": 2030, "cvc": cvc });
    json!({ "asset": "EUR", "amount": amount.to_string(), "card": card })
}

pub(crate) fn withdrawal_body(iban: &str, amount: u64) -> Value {
    let destination = json!({ "iban": iban, "name": "Ann Example" });
    json!({ "asset": "EUR", "amount": amount.to_string(), "destination": destination })
}

pub(crate) fn actor(user: UserId) -> Actor {
    actor_with(user, Role::User.permissions())
}

pub(crate) fn staff(user: UserId) -> Actor {
    actor_with(user, Role::Manager.permissions())
}

pub(crate) fn actor_with(user: UserId, permissions: impl Iterator<Item = Permission>) -> Actor {
    let kind = ActorKind::Session { user, session: SessionId::from_u128(1) };
    Actor { kind, permissions: permissions.collect(), is_frozen: false }
}
