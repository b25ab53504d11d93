//! A bank for one test: database, clock, ledger, identity, wallet and bus, called without a network.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use identity::{
    Actor, ActorKind, Identity, IdentityOptions, NewPassword, NewUser, PermissionSet, Role,
    RoleSet, SessionId, UserId,
};
use kernel::audit::AuditActor;
use kernel::bus::{Bus, RunningBus};
use kernel::http::CallerKey;
use kernel::{Clock, MockClock, Vault};
use ledger::engine::{Limits, NewAccount, NewTransfer, TransferStatus};
use ledger::{AccountFilter, AccountKey, Ledger, LedgerOptions, NewAsset, TransferId};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;
use wallet::{Interrupt, Wallet, WalletOptions};

pub(crate) struct App {
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) wallet: Wallet,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) database: TestDatabase,
    bus: Option<RunningBus>,
    router: Router,
    keys: AtomicU64,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) handle: String,
    pub(crate) actor: Actor,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    pub(crate) body: Value,
}

impl App {
    /// With the asset `EUR`.
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    pub(crate) async fn start_with(interrupt: Option<Interrupt>) -> Self {
        let migrations = [
            kernel::bus::MIGRATIONS,
            kernel::audit::MIGRATIONS,
            kernel::replay::MIGRATIONS,
            ledger::MIGRATIONS,
            identity::MIGRATIONS,
            wallet::MIGRATIONS,
        ];
        let database = TestDatabase::create(&migrations).await;
        let clock = Arc::new(MockClock::default());
        let shared: Arc<dyn Clock> = clock.clone();
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger = Ledger::start(database.database().clone(), shared.clone(), options);
        assert!(ledger.ready().await);
        let options = IdentityOptions { password_threads: 1, ..IdentityOptions::default() };
        let vault = Vault::new([7; 32]);
        let identity =
            Identity::start(database.database().clone(), shared.clone(), vault, options).await;
        let identity = identity.unwrap();
        let options = WalletOptions { interrupt, ..WalletOptions::default() };
        let wallet = Wallet::start(
            database.database().clone(),
            shared,
            ledger.clone(),
            identity.clone(),
            options,
        );
        let (router, _) = wallet::routes(wallet.clone()).split_for_parts();
        let keys = AtomicU64::new(0);
        let mut app = Self { ledger, identity, wallet, clock, database, bus: None, router, keys };
        app.bus = Some(app.start_bus(&app.wallet));
        app.asset("EUR", 2, "money").await;
        app
    }

    fn start_bus(&self, wallet: &Wallet) -> RunningBus {
        let bus = Bus::new(self.database.database().clone(), self.clock.clone());
        wallet::workers(wallet).register(bus).start()
    }

    /// The process dies and another one begins, with the same database.
    pub(crate) async fn restart(&mut self, interrupt: Option<Interrupt>) {
        self.bus.take().expect("it runs").stop().await;
        self.wallet = Wallet::start(
            self.database.database().clone(),
            self.clock.clone(),
            self.ledger.clone(),
            self.identity.clone(),
            WalletOptions { interrupt, ..WalletOptions::default() },
        );
        let (router, _) = wallet::routes(self.wallet.clone()).split_for_parts();
        self.router = router;
        self.bus = Some(self.start_bus(&self.wallet));
    }

    pub(crate) async fn asset(&self, code: &str, scale: u8, kind: &str) {
        let new =
            NewAsset { code: code.to_owned(), scale, kind: kind.to_owned(), ..NewAsset::default() };
        self.ledger.create_asset(new).await.unwrap().1.expect("a fine asset");
    }

    /// Somebody with a verified address `name@example.org`.
    pub(crate) async fn person(&self, name: &str) -> Person {
        self.person_named(name, name, RoleSet::default().with(Role::User)).await
    }

    pub(crate) async fn person_named(&self, handle: &str, name: &str, roles: RoleSet) -> Person {
        let mut new = NewUser::new(format!("{handle}@example.org"), name, "");
        (new.handle, new.password, new.roles) = (Some(handle.to_owned()), NewPassword::None, roles);
        let user = self.identity.create_user(new).await.unwrap();
        Person {
            id: user.id,
            handle: handle.to_owned(),
            actor: actor(user.id, roles.permissions()),
        }
    }

    /// Somebody with money.
    pub(crate) async fn rich(&self, name: &str, amount: u128) -> Person {
        let person = self.person(name).await;
        self.fund(&person, "EUR", amount).await;
        person
    }

    /// A deposit, as payments would make it.
    pub(crate) async fn fund(&self, person: &Person, asset: &str, amount: u128) {
        self.wallet.open(person.id, asset).await.unwrap();
        self.book("payments/clearing", &person.account(asset), asset, amount, 210).await;
    }

    /// A transfer between a house account and an account, made directly on the ledger.
    pub(crate) async fn book(
        &self,
        house: &str,
        account: &str,
        asset: &str,
        amount: u128,
        code: u16,
    ) -> TransferId {
        let asset = self.ledger.asset(asset).await.unwrap().unwrap();
        let address = format!("{house}/{}", asset.code);
        let house = NewAccount {
            id: u128::from_be_bytes(
                blake3::hash(address.as_bytes()).as_bytes()[..16].try_into().unwrap(),
            ),
            asset: asset.no,
            code: 101,
            limits: Limits::default(),
            details: ledger::engine::AccountDetails {
                address: Some(address.into()),
                ..Default::default()
            },
            ..NewAccount::default()
        };
        let debit = house.id;
        self.ledger.create_accounts(vec![house]).await.unwrap();
        let credit: ledger::AccountId = account.parse().unwrap();
        let id = TransferId::generate();
        let transfer = NewTransfer {
            id: id.as_u128(),
            debit_account: debit,
            credit_account: credit.as_u128(),
            amount,
            asset: asset.no,
            code,
            ..NewTransfer::default()
        };
        let results = self.ledger.create_transfers(vec![transfer]).await.unwrap();
        assert_eq!(results[0].status, TransferStatus::Created);
        id
    }

    /// What somebody can send, and what the account holds.
    pub(crate) async fn balance(&self, person: &Person, asset: &str) -> (u128, u128) {
        let key = AccountKey::Id(person.id.account_id(asset));
        match self.ledger.account(key).await.unwrap() {
            None => (0, 0),
            Some(account) => {
                let total = account.balances.credits_posted - account.balances.debits_posted;
                (total - account.balances.debits_pending, total)
            }
        }
    }

    /// The sum over all people, which no transfer between them changes.
    pub(crate) async fn sum(&self) -> u128 {
        let filter = AccountFilter { code: Some(100), ..AccountFilter::default() };
        let accounts = self.ledger.accounts(&filter, None, 10_000).await.unwrap();
        accounts.iter().map(|it| it.balances.credits_posted - it.balances.debits_posted).sum()
    }

    /// Time passes, and what is due by then happens.
    pub(crate) async fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.settle().await;
    }

    pub(crate) async fn settle(&self) {
        let bus = self.bus.as_ref().expect("it runs");
        bus.wake();
        bus.settle().await;
    }

    pub(crate) async fn freeze(&self, person: &Person) {
        self.identity.freeze(person.id, AuditActor::System, "a test").await.unwrap();
    }

    pub(crate) async fn unfreeze(&self, person: &Person) {
        self.identity.unfreeze(person.id, AuditActor::System, "a test").await.unwrap();
    }

    /// Kinds of this context's events, in order.
    pub(crate) async fn events(&self) -> Vec<String> {
        self.settle().await;
        let events = kernel::bus::events(self.database.database(), "wallet", 0, 1_000).await;
        events.unwrap().into_iter().map(|event| event.kind).collect()
    }

    pub(crate) async fn get(&self, person: &Person, path: &str) -> Answer {
        self.send(person, Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, person: &Person, path: &str, body: Value) -> Answer {
        self.send(person, Method::POST, path, &[], Some(body)).await
    }

    /// Without a body.
    pub(crate) async fn act(&self, person: &Person, path: &str) -> Answer {
        self.send(person, Method::POST, path, &[], None).await
    }

    /// A transfer to a handle.
    pub(crate) async fn transfer(&self, from: &Person, to: &Person, amount: u128) -> Answer {
        let body = json!({
            "to": { "handle": to.handle }, "asset": "EUR", "amount": amount.to_string(),
        });
        self.post(from, "/v1/wallet/transfers", body).await
    }

    /// A transfer that waits; its id.
    pub(crate) async fn hold(
        &self,
        from: &Person,
        to: &Person,
        amount: u128,
        wait_s: u32,
    ) -> String {
        let body = json!({
            "to": { "handle": to.handle }, "asset": "EUR", "amount": amount.to_string(),
            "accept_within_s": wait_s,
        });
        let answer = self.post(from, "/v1/wallet/transfers", body).await;
        assert_eq!((answer.status, &answer.body["status"]), (201, &json!("waiting")), "{answer:?}");
        answer.id()
    }

    pub(crate) async fn send(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let text = body.map(|body| body.to_string());
        let mut request = Request::new(text.clone().map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        if text.is_some() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
        }
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        let extensions = request.extensions_mut();
        extensions.insert(CallerKey(person.actor.caller_key()));
        extensions.insert(person.actor);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, bytes, body }
    }

    pub(crate) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) fn actor(user: UserId, permissions: PermissionSet) -> Actor {
    let session = SessionId::generate();
    Actor { kind: ActorKind::Session { user, session }, permissions, is_frozen: false }
}

impl Person {
    /// The id of their account.
    pub(crate) fn account(&self, asset: &str) -> String {
        ledger::AccountId::from_u128(self.id.account_id(asset)).to_string()
    }

    /// As the edge sees them once they are frozen.
    pub(crate) fn frozen(&self) -> Self {
        let mut frozen = self.clone();
        frozen.actor.is_frozen = true;
        frozen
    }
}

impl Answer {
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }

    /// A problem's status and code.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert!(StatusCode::from_u16(self.status).unwrap().is_client_error(), "{self:?}");
        (self.status, self.body["code"].as_str().expect("problems have a code"))
    }

    pub(crate) fn data(&self) -> &Vec<Value> {
        self.body["data"].as_array().unwrap_or_else(|| panic!("no page: {self:?}"))
    }
}
