//! All of the bank below notifications in one process, on a database of its own, called without a
//! network.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use axum::response::Response;
use http_body_util::BodyExt as _;
use identity::{
    Actor, ActorKind, Confirmation, Identity, IdentityOptions, Limits, NewPassword, NewUser, Role,
    RoleSet, SessionId, User, UserId,
};
use kernel::bus::{Bus, NewEvent, RunningBus};
use kernel::http::Stopping;
use kernel::{Clock, MockClock, Vault, audit, bus, replay};
use ledger::{Ledger, LedgerOptions};
use notifications::{Notifications, NotificationsOptions};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;
use wallet::{Wallet, WalletOptions};

pub(crate) struct App {
    pub(crate) notifications: Notifications,
    pub(crate) identity: Identity,
    pub(crate) wallet: Wallet,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) router: Router,
    pub(crate) database: TestDatabase,
    pub(crate) stop: tokio::sync::watch::Sender<bool>,
    options: NotificationsOptions,
}

/// An answer: its status, headers and JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

const MIGRATIONS: [kernel::Migrations; 7] = [
    bus::MIGRATIONS,
    audit::MIGRATIONS,
    replay::MIGRATIONS,
    ledger::MIGRATIONS,
    identity::MIGRATIONS,
    wallet::MIGRATIONS,
    notifications::MIGRATIONS,
];

pub(crate) fn options() -> NotificationsOptions {
    let mut options = NotificationsOptions {
        public_url: "https://bank.example/".to_owned(),
        ..NotificationsOptions::default()
    };
    options.mail.from = "Bank <no-reply@bank.example>".to_owned();
    options
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(options()).await
    }

    pub(crate) async fn start_with(options: NotificationsOptions) -> Self {
        let database = TestDatabase::create(&MIGRATIONS).await;
        let clock = Arc::new(MockClock::default());
        let (db, vault) = (database.database().clone(), Vault::new([7; 32]));
        let identity_options = IdentityOptions {
            password_threads: 1,
            confirmation: Confirmation::Never,
            limits: Limits::none(),
            ..IdentityOptions::default()
        };
        let shared: Arc<dyn Clock> = clock.clone();
        let identity = Identity::start(db.clone(), shared.clone(), vault.clone(), identity_options)
            .await
            .unwrap();
        let ledger_options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger = Ledger::start(db.clone(), shared.clone(), ledger_options);
        assert!(ledger.ready().await);
        let wallet = Wallet::start(
            db.clone(),
            shared.clone(),
            ledger.clone(),
            identity.clone(),
            WalletOptions::default(),
        );
        let notifications = Notifications::start(
            db,
            shared,
            vault,
            identity.clone(),
            wallet.clone(),
            options.clone(),
        )
        .await
        .unwrap();
        let (router, _) = ledger::routes(ledger)
            .merge(identity::routes(identity.clone()))
            .merge(wallet::routes(wallet.clone()))
            .merge(notifications::routes(notifications.clone()))
            .split_for_parts();
        let stop = tokio::sync::watch::Sender::new(false);
        Self { notifications, identity, wallet, clock, router, database, stop, options }
    }

    /// Another process on the same database.
    pub(crate) async fn node(&self) -> Notifications {
        Notifications::start(
            self.database.database().clone(),
            self.clock.clone(),
            Vault::new([7; 32]),
            self.identity.clone(),
            self.wallet.clone(),
            self.options.clone(),
        )
        .await
        .unwrap()
    }

    pub(crate) fn bus(&self) -> RunningBus {
        let bus = Bus::new(self.database.database().clone(), self.clock.clone());
        notifications::workers(&self.notifications).register(bus).start()
    }

    /// Lets everything that is due be done.
    pub(crate) async fn settle(&self) {
        let bus = self.bus();
        bus.settle().await;
        bus.stop().await;
    }

    pub(crate) async fn user(&self, name: &str) -> Arc<User> {
        self.user_with(name, |_| {}).await
    }

    pub(crate) async fn user_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut NewUser),
    ) -> Arc<User> {
        let mut new = NewUser::new(format!("{name}@example.org"), name, "");
        new.password = NewPassword::None;
        new.handle = Some(name.to_owned());
        change(&mut new);
        self.identity.create_user(new).await.unwrap()
    }

    /// Says that something happened, as the contexts do.
    pub(crate) async fn publish(&self, kind: &'static str, user: UserId, data: Value) {
        self.publish_all(vec![event(kind, user, data)]).await;
    }

    pub(crate) async fn publish_all(&self, events: Vec<NewEvent>) {
        let mut client = self.database.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        bus::publish_in_tx(&tx, &*self.clock, &events).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The asset `EUR` and the account `bank`.
    pub(crate) async fn with_euros(&self) {
        let asset = json!({ "code": "EUR", "scale": 2, "kind": "money" });
        let made = self.post_as(None, "/v1/ledger/assets", asset).await;
        assert_eq!(made.status, 201, "{made:?}");
        let bank = json!({ "accounts": [{ "asset": "EUR", "address": "bank" }] });
        assert_eq!(self.post_as(None, "/v1/ledger/accounts", bank).await.body["created"], 1);
    }

    pub(crate) async fn fund(&self, user: UserId, amount: u64) {
        self.wallet.open(user, "EUR").await.unwrap();
        let transfer = json!({ "transfers": [{
            "debit_account": "bank", "credit_account": user.account_address("EUR"),
            "asset": "EUR", "amount": amount.to_string(),
        }] });
        let made = self.post_as(None, "/v1/ledger/transfers", transfer).await;
        assert_eq!(made.body["created"], 1, "{made:?}");
    }

    /// A wallet transfer; answers with it.
    pub(crate) async fn send_money(&self, from: UserId, to: &str, more: Value) -> Value {
        let mut body = json!({ "to": { "handle": to }, "asset": "EUR", "amount": "1250" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let sent = self.post_as(Some(from), "/v1/wallet/transfers", body).await;
        assert!(sent.status < 300, "{sent:?}");
        sent.body
    }

    pub(crate) async fn get_as(&self, user: Option<UserId>, path: &str) -> Answer {
        self.send(Method::GET, path, user.map(person), &[], None).await
    }

    pub(crate) async fn post_as(&self, user: Option<UserId>, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, user.map(person), &[], Some(body)).await
    }

    /// As an administrator.
    pub(crate) async fn staff(&self, method: Method, path: &str) -> Answer {
        self.send(method, path, Some(administrator()), &[], None).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        actor: Option<Actor>,
        headers: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let response = self.respond(method, path, actor, headers, body).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    /// A signed form, as providers send it.
    pub(crate) async fn form(&self, path: &str, fields: &Value, signature: &str) -> Answer {
        let fields = fields.as_object().unwrap().iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = path.parse().unwrap();
        let headers = request.headers_mut();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert("content-type", form);
        headers.insert("x-twilio-signature", HeaderValue::from_str(signature).unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// The response as it comes, for streams.
    pub(crate) async fn respond(
        &self,
        method: Method,
        path: &str,
        actor: Option<Actor>,
        headers: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Response {
        let text = body.as_ref().map(ToString::to_string);
        let mut request = Request::new(text.map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
        }
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        request.extensions_mut().insert(Stopping(self.stop.subscribe()));
        if let Some(actor) = actor {
            request.extensions_mut().insert(actor);
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The user's whole log.
    pub(crate) async fn log(&self, user: UserId) -> Vec<Value> {
        let answer = self.get_as(Some(user), "/v1/notifications/events?limit=200").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["data"].as_array().unwrap().clone()
    }

    /// The kinds of the user's log, in order; sequences have no gaps.
    pub(crate) async fn kinds(&self, user: UserId) -> Vec<String> {
        let log = self.log(user).await;
        for (index, event) in log.iter().enumerate() {
            assert_eq!(event["sequence"], index + 1, "{event}");
        }
        log.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// The log of mail to an address, oldest first.
    pub(crate) async fn mails(&self, to: &str) -> Vec<Value> {
        let path = format!("/v1/notifications/messages?limit=200&filter[to]={to}");
        let answer = self.staff(Method::GET, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["data"].as_array().unwrap().iter().rev().cloned().collect()
    }

    /// Lets dead mails be sent again, and says how many.
    pub(crate) async fn redrive_mails(&self) -> u64 {
        let mut client = self.database.database().client().await.unwrap();
        let kind = "notifications.mail.send";
        bus::redrive_all(&mut client, &*self.clock, kind).await.unwrap()
    }

    pub(crate) async fn sql(&self, sql: &str) {
        self.database.database().client().await.unwrap().batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let client = self.database.database().client().await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) fn clock_now(&self) -> kernel::Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
    }
}

impl Answer {
    /// A problem's status, code, and the first field that it names.
    pub(crate) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let code = self.body["code"].as_str().expect("problems have a code");
        (self.status, code, self.body["errors"][0]["pointer"].as_str().unwrap_or_default())
    }
}

pub(crate) fn event(kind: &'static str, user: UserId, data: Value) -> NewEvent {
    let context = kind.split('.').next().unwrap();
    NewEvent::new(context, kind, Some(user.as_u128()), data)
}

/// A user who signed in.
pub(crate) fn person(user: UserId) -> Actor {
    with_role(user, Role::User)
}

pub(crate) fn administrator() -> Actor {
    with_role(UserId::from_u128(0x5099), Role::Administrator)
}

pub(crate) fn with_role(user: UserId, role: Role) -> Actor {
    let roles = RoleSet::default().with(Role::User).with(role);
    Actor {
        kind: ActorKind::Session { user, session: SessionId::from_u128(1) },
        permissions: roles.permissions(),
        is_frozen: false,
    }
}
