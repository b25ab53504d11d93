//! Webhooks with everything around them: logs that are fed from the bus, jobs, routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use identity::{Actor, ActorKind, PermissionSet, SessionId, UserId};
use kernel::bus::{self, Event, NewEvent, RunningBus};
use kernel::http::CallerKey;
use kernel::{Clock, Database, MockClock, SystemClock, Timestamp};
use notifications::WebhookOptions;
use proto::notifications::v1::webhooks_service_server::{WebhooksService, WebhooksServiceServer};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;

use super::receiver::Receiver;
use super::start::{Started, start};

pub(super) struct Harness {
    pub(super) clock: Arc<MockClock>,
    started: Started,
    router: Router,
    bus: Option<RunningBus>,
    database: TestDatabase,
}

/// An answer: its status, headers and JSON body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// For receivers on this host, with little patience.
pub(super) fn options() -> WebhookOptions {
    WebhookOptions {
        allowed: vec!["127.0.0.0/8".parse().unwrap()],
        timeout: Duration::from_millis(400),
        ..WebhookOptions::default()
    }
}

impl Harness {
    pub(super) async fn start() -> Self {
        Self::with(options()).await
    }

    /// The clock starts at the real time, so that signatures aren't too old for the libraries.
    pub(super) async fn with(options: WebhookOptions) -> Self {
        let database = TestDatabase::create(&super::start::migrations()).await;
        let clock = Arc::new(MockClock::new(SystemClock.now()));
        let started = start(database.database().clone(), clock.clone(), options).await;
        let router = started.router();
        let mut harness = Self { clock, started, router, bus: None, database };
        harness.start_bus();
        harness
    }

    pub(super) fn start_bus(&mut self) {
        self.bus = Some(self.started.bus().start());
    }

    /// The gRPC service, which a client can call without a network.
    pub(super) fn grpc(&self) -> WebhooksServiceServer<impl WebhooksService + use<>> {
        self.started.grpc()
    }

    /// A bus as of another process.
    pub(super) fn another_bus(&self) -> RunningBus {
        self.started.bus().start()
    }

    /// Ends the bus as if its process had died.
    pub(super) fn kill_bus(&mut self) {
        self.bus = None;
    }

    pub(super) fn database(&self) -> &Database {
        self.database.database()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns when nothing is left to be done at this moment of the clock.
    pub(super) async fn settle(&self) {
        let settled = self.bus.as_ref().expect("the bus runs").settle();
        tokio::time::timeout(Duration::from_secs(60), settled).await.expect("the bus settles");
    }

    pub(super) async fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
        self.settle().await;
    }

    /// Lets something happen to a user: a deposit of this amount.
    pub(super) async fn happen(&self, user: UserId, amount: u32) {
        let data = json!({ "deposit_id": "dep_7", "asset": "EUR", "scale": 2, "amount": amount.to_string() });
        self.publish("payments", "payments.deposit.succeeded", user, data).await;
    }

    pub(super) async fn publish(
        &self,
        context: &'static str,
        kind: &'static str,
        user: UserId,
        data: Value,
    ) {
        let mut client = self.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let event = NewEvent::new(context, kind, Some(user.as_u128()), data);
        bus::publish_in_tx(&tx, &*self.clock, &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The same, and everything that follows from it.
    pub(super) async fn tell(&self, user: UserId, amount: u32) {
        self.happen(user, amount).await;
        self.settle().await;
    }

    /// What this context has told of itself.
    pub(super) async fn alarms(&self) -> Vec<Event> {
        bus::events(self.database(), "notifications", 0, 100).await.unwrap()
    }

    /// A webhook for everything; its path and its secret.
    pub(super) async fn hook(&self, user: UserId, receiver: &Receiver) -> (String, String) {
        self.hook_at(user, &receiver.url()).await
    }

    pub(super) async fn hook_at(&self, user: UserId, url: &str) -> (String, String) {
        let made = self.post(user, ROOT, json!({ "url": url, "kinds": ["*"] })).await;
        assert_eq!(made.status, 201, "{made:?}");
        let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
        (format!("{ROOT}/{}", text("id")), text("secret"))
    }

    /// The log of a webhook, newest first.
    pub(super) async fn log(&self, user: UserId, hook: &str) -> Vec<Value> {
        let answer = self.get(user, &format!("{hook}/deliveries?limit=200")).await;
        answer.body["data"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone()
    }

    pub(super) async fn get(&self, user: UserId, path: &str) -> Answer {
        self.send(session_of(user), Method::GET, path, &[], None).await
    }

    pub(super) async fn post(&self, user: UserId, path: &str, body: Value) -> Answer {
        self.send(session_of(user), Method::POST, path, &[], Some(body)).await
    }

    pub(super) async fn send(
        &self,
        actor: Actor,
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
        request.extensions_mut().insert(actor);
        request.extensions_mut().insert(CallerKey(actor.caller_key()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }
}

impl Answer {
    /// A problem's status, code, and the first field that it names.
    pub(super) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let code = self.body["code"].as_str().expect("problems have a code");
        (self.status, code, self.body["errors"][0]["pointer"].as_str().unwrap_or_default())
    }
}

pub(super) const ROOT: &str = "/v1/notifications/webhooks";

pub(super) fn session_of(user: UserId) -> Actor {
    let kind = ActorKind::Session { user, session: SessionId::from_u128(1) };
    Actor { kind, permissions: PermissionSet::ALL, is_frozen: false }
}
