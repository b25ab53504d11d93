//! The routes of this context behind an edge that finds out who is calling, as the server's does.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use identity::{
    Actor, AuthError, ChallengeId, ChallengeSecret, Confirmation, Credential, Identity,
    IdentityOptions, Limits, NewUser, Purpose, User, UserId,
};
use kernel::audit::{self, EntryFilter};
use kernel::bus::{Bus, Event, RunningBus};
use kernel::{MockClock, Vault, bus};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;

use crate::bank::{Answer, ORIGIN, PASSWORD, from_ip};

pub(crate) const IP: &str = "192.0.2.1";

pub(crate) struct App {
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) bus: RunningBus,
    pub(crate) database: TestDatabase,
    router: Router,
}

/// What a request is sent with.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    pub(crate) token: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) ip: Option<&'static str>,
}

/// What somebody who signed in has.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) device: Option<String>,
    pub(crate) session: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(
            (answer.status, &answer.body["status"]),
            (200, &json!("signed_in")),
            "{answer:?}"
        );
        let text = |field: &str| answer.body[field].as_str().map(str::to_owned);
        Self {
            access: text("access_token").unwrap(),
            refresh: text("refresh_token").unwrap(),
            device: text("device_token"),
            session: text("session_id").unwrap(),
        }
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller { token: Some(self.access.clone()), ..Caller::default() }
    }
}

pub(crate) fn options() -> IdentityOptions {
    IdentityOptions {
        issuer: ORIGIN.to_owned(),
        password_threads: 2,
        limits: Limits::none(),
        ..IdentityOptions::default()
    }
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(options()).await
    }

    pub(crate) async fn start_with(options: IdentityOptions) -> Self {
        let migrations = [bus::MIGRATIONS, audit::MIGRATIONS, identity::MIGRATIONS];
        let database = TestDatabase::create(&migrations).await;
        let clock = Arc::new(MockClock::default());
        let identity = start_node(&database, &clock, options).await;
        let bus = Bus::new(database.database().clone(), clock.clone());
        let bus = identity::workers(&identity).register(bus).start();
        let (router, _) = identity::routes(identity.clone()).split_for_parts();
        Self { identity, clock, bus, database, router }
    }

    /// Another process on the same database.
    pub(crate) async fn node(&self) -> Identity {
        start_node(&self.database, &self.clock, options()).await
    }

    /// A user with a verified address, who signs in with the password alone.
    pub(crate) async fn user(&self, name: &str) -> Arc<User> {
        self.user_with(name, |new| new.confirmation = Some(Confirmation::Never)).await
    }

    pub(crate) async fn user_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut NewUser),
    ) -> Arc<User> {
        let mut new = NewUser::new(format!("{name}@example.org"), name, PASSWORD);
        new.handle = Some(name.to_owned());
        change(&mut new);
        self.identity.create_user(new).await.unwrap()
    }

    /// Signs in somebody made by [`user`](Self::user).
    pub(crate) async fn sign_in(&self, login: &str) -> Tokens {
        Tokens::of(&self.try_sign_in(login, PASSWORD).await)
    }

    pub(crate) async fn try_sign_in(&self, login: &str, password: &str) -> Answer {
        self.post("/v1/identity/sign-ins", json!({ "login": login, "password": password })).await
    }

    /// Makes a user and signs them in.
    pub(crate) async fn signed_in(&self, name: &str) -> (UserId, Tokens) {
        let user = self.user(name).await;
        (user.id, self.sign_in(&user.email).await)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(&Caller::default(), path, body).await
    }

    pub(crate) async fn post_as(&self, caller: &Caller, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, caller, Some(body.to_string())).await
    }

    pub(crate) async fn get_as(&self, caller: &Caller, path: &str) -> Answer {
        self.send(Method::GET, path, caller, None).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        caller: &Caller,
        body: Option<String>,
    ) -> Answer {
        let mut request = Request::new(body.clone().map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        let headers = request.headers_mut();
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(token) = &caller.token {
            headers
                .insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).unwrap());
        }
        if let Some(cookie) = &caller.cookie {
            headers.insert(COOKIE, HeaderValue::try_from(cookie).unwrap());
        }
        let client = from_ip(caller.ip.unwrap_or(IP));
        match self.who(caller, &client).await {
            Ok(Some(actor)) => drop(request.extensions_mut().insert(actor)),
            Ok(None) => {}
            Err(error) => {
                let body = json!({ "error": error.to_string() });
                return Answer { status: 401, headers: HeaderMap::new(), body };
            }
        }
        request.extensions_mut().insert(client);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // Line 33 of the checklist: nothing of this context is for caches.
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    async fn who(
        &self,
        caller: &Caller,
        client: &kernel::http::ClientInfo,
    ) -> Result<Option<Actor>, AuthError> {
        let session = caller.cookie.as_deref().and_then(|cookie| {
            cookie.split("; ").find_map(|pair| pair.strip_prefix("__Host-bushel_session="))
        });
        let credential = match (&caller.token, session) {
            (Some(token), _) => Credential::Bearer(token),
            (None, Some(cookie)) => Credential::Cookie(cookie),
            (None, None) => return Ok(None),
        };
        self.identity.authenticate(credential, client).await.map(Some)
    }

    pub(crate) async fn authenticate(&self, token: &str) -> Result<Actor, AuthError> {
        self.identity.authenticate(Credential::Bearer(token), &from_ip(IP)).await
    }

    /// The events of this context, in order.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.bus.settle().await;
        bus::events(self.database.database(), "identity", 0, 10_000).await.unwrap()
    }

    /// The kinds of a user's events, in order.
    pub(crate) async fn kinds(&self, user: UserId) -> Vec<String> {
        let events = self.events().await.into_iter();
        events.filter(|it| it.subject == Some(user.as_u128())).map(|it| it.kind).collect()
    }

    /// The secrets of the mails that went to an address for a purpose, in order.
    pub(crate) async fn mails(&self, email: &str, purpose: Purpose) -> Vec<ChallengeSecret> {
        let mut mails = Vec::new();
        for event in self.events().await {
            let is_meant = event.kind == "identity.challenge.created"
                && event.data["email"] == email
                && event.data["purpose"] == json!(purpose);
            if is_meant {
                let id: ChallengeId = event.data["challenge_id"].as_str().unwrap().parse().unwrap();
                mails.extend(self.identity.challenge_secret(id).await.unwrap());
            }
        }
        mails
    }

    /// The last of them.
    pub(crate) async fn mail(&self, email: &str, purpose: Purpose) -> ChallengeSecret {
        self.mails(email, purpose).await.pop().expect("a mail was sent")
    }

    pub(crate) async fn audit(&self, user: UserId) -> Vec<String> {
        let filter = EntryFilter { subject: Some(user.as_u128()), ..EntryFilter::default() };
        let entries = audit::entries(self.database.database(), &filter, None, 1_000).await.unwrap();
        entries.into_iter().rev().map(|entry| entry.action).collect()
    }

    pub(crate) async fn sql(&self, sql: &str) {
        self.database.database().client().await.unwrap().batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let client = self.database.database().client().await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Everything that is stored in any table, as text.
    pub(crate) async fn everything(&self) -> String {
        let client = self.database.database().client().await.unwrap();
        let sql = "select table_schema::text, table_name::text from information_schema.tables \
                   where table_schema in ('identity', 'bus', 'audit')";
        let mut all = String::new();
        for row in client.query(sql, &[]).await.unwrap() {
            let (schema, table): (&str, &str) = (row.get(0), row.get(1));
            let sql =
                format!("select coalesce(string_agg(t::text, ' '), '') from {schema}.{table} t");
            all.push_str(client.query_one(&sql, &[]).await.unwrap().get(0));
        }
        all
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

async fn start_node(
    database: &TestDatabase,
    clock: &Arc<MockClock>,
    options: IdentityOptions,
) -> Identity {
    let vault = Vault::new([7; 32]);
    Identity::start(database.database().clone(), clock.clone(), vault, options).await.unwrap()
}
