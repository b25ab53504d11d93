//! The admin routes on a database of their own, with the contexts that they look into.

use std::sync::Arc;
use std::time::Duration;

use admin::Admin;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use identity::{
    Actor, ActorKind, ApiKeyId, Confirmation, Identity, IdentityOptions, NewPassword, NewUser,
    Role, RoleSet, SessionId, UserId,
};
use kernel::bus::{Bus, RunningBus};
use kernel::http::{CallerKey, ClientInfo};
use kernel::{Clock, MockClock, Vault};
use ledger::engine::{AccountDetails, Limits, NewAccount, NewTransfer};
use ledger::{AccountKey, Ledger, LedgerOptions, NewAsset};
use payments::{Payments, PaymentsOptions};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;

pub(crate) struct App {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) payments: Payments,
    pub(crate) admin: Admin,
    pub(crate) bus: RunningBus,
    router: Router,
    identity_router: Router,
    payments_router: Router,
}

/// An answer: its status, headers and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// Ledger account out of which tests give.
const MINT: u128 = 1;

/// A person with a role, signed in.
pub(crate) fn person(number: u128, role: Role) -> Actor {
    let (user, session) = (UserId::from_u128(number), SessionId::from_u128(number));
    let permissions = RoleSet::default().with(Role::User).with(role).permissions();
    Actor { kind: ActorKind::Session { user, session }, permissions, is_frozen: false }
}

/// A program of a person that was given more than programs can have.
pub(crate) fn program(number: u128, role: Role) -> Actor {
    let (user, key) = (UserId::from_u128(number), ApiKeyId::from_u128(number));
    Actor { kind: ActorKind::ApiKey { user, key }, ..person(number, role) }
}

impl App {
    pub(crate) async fn start() -> Self {
        let migrations = [
            kernel::audit::MIGRATIONS,
            kernel::bus::MIGRATIONS,
            kernel::replay::MIGRATIONS,
            ledger::MIGRATIONS,
            identity::MIGRATIONS,
            payments::MIGRATIONS,
            admin::MIGRATIONS,
        ];
        let database = TestDatabase::create(&migrations).await;
        let clock = Arc::new(MockClock::default());
        let ledger = start_ledger(&database, &clock).await;
        let vault = Vault::new([7; 32]);
        let options = IdentityOptions::default();
        let identity =
            Identity::start(database.database().clone(), clock.clone(), vault.clone(), options)
                .await
                .unwrap();
        let options = PaymentsOptions::default();
        let payments = Payments::start(
            database.database().clone(),
            clock.clone(),
            ledger.clone(),
            vault,
            options,
        )
        .await
        .unwrap();
        let admin = new_admin(&database, &clock, &ledger, &identity, &payments);
        let bus = start_bus(&database, &clock, &admin);
        let (router, _) = admin::routes(admin.clone()).split_for_parts();
        let (identity_router, _) = identity::routes(identity.clone()).split_for_parts();
        let (payments_router, _) = payments::routes(payments.clone()).split_for_parts();
        let app = Self {
            database,
            clock,
            ledger,
            identity,
            payments,
            admin,
            bus,
            router,
            identity_router,
            payments_router,
        };
        app.prepare_ledger().await;
        app
    }

    async fn prepare_ledger(&self) {
        for code in ["EUR", "USD"] {
            let kind = "money".to_owned();
            let asset = NewAsset { code: code.to_owned(), scale: 2, kind, ..NewAsset::default() };
            self.ledger.create_asset(asset).await.unwrap().1.unwrap();
        }
        self.create_account(MINT, "mint", 1, None).await;
    }

    async fn create_account(&self, id: u128, address: &str, code: u16, floor: Option<i128>) {
        let asset = self.ledger.asset("EUR").await.unwrap().unwrap().no;
        let address = Some(address.into());
        let account = NewAccount {
            id,
            asset,
            code,
            limits: Limits { floor, ceiling: None },
            details: AccountDetails { address, ..AccountDetails::default() },
            ..NewAccount::default()
        };
        let statuses = self.ledger.create_accounts(vec![account]).await.unwrap();
        assert!(statuses[0].is_success(), "{statuses:?}");
    }

    /// A user's account of euros, with some in it.
    pub(crate) async fn open(&self, user: UserId, cents: u128) -> String {
        let id = user.account_id("EUR");
        self.create_account(id, &user.account_address("EUR"), 100, Some(0)).await;
        if cents > 0 {
            let asset = self.ledger.asset("EUR").await.unwrap().unwrap().no;
            let gift = NewTransfer {
                id: user.as_u128() + (1 << 100),
                debit_account: MINT,
                credit_account: id,
                amount: cents,
                asset,
                code: 1,
                ..NewTransfer::default()
            };
            let results = self.ledger.create_transfers(vec![gift]).await.unwrap();
            assert!(results[0].status.is_success(), "{results:?}");
        }
        ledger::AccountId::from_u128(id).to_string()
    }

    /// A user who exists, without a password.
    pub(crate) async fn user(&self, email: &str, name: &str, handle: &str) -> UserId {
        let new = NewUser {
            handle: Some(handle.to_owned()),
            password: NewPassword::None,
            ..NewUser::new(email, name, "")
        };
        self.identity.create_user(new).await.unwrap().id
    }

    /// A user with a password, and the access token of a session.
    pub(crate) async fn signed_in(&self, email: &str) -> (UserId, Value) {
        let password = "plum kettle anchor fog 7";
        let new = NewUser {
            confirmation: Some(Confirmation::Never),
            ..NewUser::new(email, "Ann Baker", password)
        };
        let user = self.identity.create_user(new).await.unwrap().id;
        let body = json!({ "login": email, "password": password, "device_name": "Ann's phone" });
        let path = "/v1/identity/sign-ins";
        let router = self.identity_router.clone();
        let answer = send(router, Actor::OPERATOR, Method::POST, path, &[], Some(body)).await;
        assert_eq!(answer.body["status"], "signed_in", "{answer:?}");
        (user, answer.body)
    }

    /// A request to the routes of identity.
    pub(crate) async fn ask_identity(&self, actor: Actor, path: &str, body: Value) -> Answer {
        let router = self.identity_router.clone();
        send(router, actor, Method::POST, path, &[], Some(body)).await
    }

    /// A request to the routes of payments.
    pub(crate) async fn ask_payments(&self, actor: Actor, path: &str, body: Value) -> Answer {
        let router = self.payments_router.clone();
        send(router, actor, Method::POST, path, &[], Some(body)).await
    }

    /// What a user holds.
    pub(crate) async fn balance(&self, user: UserId) -> i128 {
        self.balance_at(AccountKey::Id(user.account_id("EUR"))).await
    }

    /// What the house has given in adjustments, as a negative number.
    pub(crate) async fn house_balance(&self) -> i128 {
        self.balance_at(AccountKey::Address("admin/adjustments/EUR")).await
    }

    async fn balance_at(&self, key: AccountKey<'_>) -> i128 {
        let Some(account) = self.ledger.account(key).await.unwrap() else { return 0 };
        account.balances.credits_posted as i128 - account.balances.debits_posted as i128
    }

    /// How many rows a table has under a condition.
    pub(crate) async fn count(&self, table_and_condition: &str) -> i64 {
        let client = self.database.database().client().await.unwrap();
        let sql = format!("select count(*) from {table_and_condition}");
        client.query_one(&sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn get(&self, actor: Actor, path: &str) -> Answer {
        self.send(actor, Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, actor: Actor, path: &str, body: Value) -> Answer {
        self.send(actor, Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn post_empty(&self, actor: Actor, path: &str) -> Answer {
        self.send(actor, Method::POST, path, &[], None).await
    }

    pub(crate) async fn send(
        &self,
        actor: Actor,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Answer {
        send(self.router.clone(), actor, method, path, headers, body).await
    }

    /// For requests that run on their own.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// A proposal about a user's euros, as its id.
    pub(crate) async fn propose(
        &self,
        maker: Actor,
        user: UserId,
        direction: &str,
        cents: u64,
    ) -> String {
        let body = proposal(user, direction, cents);
        let answer = self.post(maker, "/v1/admin/adjustments", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Lets time pass and the jobs of that time be done.
    pub(crate) async fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
        self.bus.wake();
        self.bus.settle().await;
    }

    /// Actions in the audit log with this name, the newest first.
    pub(crate) async fn audited(&self, action: &str) -> Vec<kernel::audit::Entry> {
        let filter = kernel::audit::EntryFilter {
            action: Some(action.to_owned()),
            ..kernel::audit::EntryFilter::default()
        };
        kernel::audit::entries(self.database.database(), &filter, None, 1_000).await.unwrap()
    }
}

pub(crate) async fn start_ledger(database: &TestDatabase, clock: &Arc<MockClock>) -> Ledger {
    let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
    let ledger = Ledger::start(database.database().clone(), clock.clone(), options);
    assert!(ledger.ready().await);
    ledger
}

pub(crate) fn new_admin(
    database: &TestDatabase,
    clock: &Arc<MockClock>,
    ledger: &Ledger,
    identity: &Identity,
    payments: &Payments,
) -> Admin {
    let database = database.database().clone();
    Admin::new(database, clock.clone(), ledger.clone(), identity.clone(), payments.clone())
}

pub(crate) fn start_bus(
    database: &TestDatabase,
    clock: &Arc<MockClock>,
    admin: &Admin,
) -> RunningBus {
    let clock: Arc<dyn Clock> = clock.clone();
    admin.register(Bus::new(database.database().clone(), clock)).start()
}

pub(crate) fn proposal(user: UserId, direction: &str, cents: u64) -> Value {
    json!({
        "user": user, "direction": direction, "amount": cents.to_string(), "asset": "EUR",
        "reason": "a fee was taken twice", "reference": "ticket 4711",
    })
}

pub(crate) async fn send(
    router: Router,
    actor: Actor,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: Option<Value>,
) -> Answer {
    let has_body = body.is_some();
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap();
    if has_body {
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", json);
    }
    for (name, value) in headers {
        request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
    }
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(CallerKey(actor.caller_key()));
    let ip = "203.0.113.7".parse().unwrap();
    request.extensions_mut().insert(ClientInfo { ip, user_agent: None });
    let response = router.oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    assert_eq!(headers["cache-control"], "no-store", "{path}");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, headers, text, body }
}

impl Answer {
    /// A problem's status and code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert!(StatusCode::from_u16(self.status).unwrap().is_client_error(), "{self:?}");
        (self.status, self.body["code"].as_str().expect("problems have a code"))
    }
}
