//! The routes of this context with people who are signed in, called without a network.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use identity::{
    Actor, AuthError, Confirmation, Credential, Identity, IdentityOptions, Limits, NewUser, Role,
    UserId,
};
use kernel::audit::{self, EntryFilter};
use kernel::http::ClientInfo;
use kernel::{Clock as _, MockClock, Timestamp, Vault, bus};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "plum kettle anchor fog";
pub(crate) const ORIGIN: &str = "https://bank.example";

pub(crate) struct Bank {
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) router: Router,
    pub(crate) database: TestDatabase,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) login: String,
    pub(crate) token: String,
    pub(crate) actor: Actor,
}

/// An answer: its status, headers and JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// A problem's status, code, and the first field that it names.
    pub(crate) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let code = self.body["code"].as_str().expect("problems have a code");
        (self.status, code, self.body["errors"][0]["pointer"].as_str().unwrap_or_default())
    }
}

/// A caller at this address.
pub(crate) fn from_ip(ip: &str) -> ClientInfo {
    ClientInfo { ip: ip.parse::<IpAddr>().unwrap(), user_agent: Some("test".to_owned()) }
}

impl Bank {
    pub(crate) async fn start() -> Self {
        Self::start_at(ORIGIN).await
    }

    /// One with this public address.
    pub(crate) async fn start_at(issuer: &str) -> Self {
        let migrations = [bus::MIGRATIONS, audit::MIGRATIONS, identity::MIGRATIONS];
        let database = TestDatabase::create(&migrations).await;
        let clock = Arc::new(MockClock::default());
        let identity = Self::node_at(&database, &clock, issuer).await;
        let (router, _) = identity::routes(identity.clone()).split_for_parts();
        Self { identity, clock, router, database }
    }

    /// A process of its own on the same database.
    pub(crate) async fn node(database: &TestDatabase, clock: &Arc<MockClock>) -> Identity {
        Self::node_at(database, clock, ORIGIN).await
    }

    async fn node_at(database: &TestDatabase, clock: &Arc<MockClock>, issuer: &str) -> Identity {
        let options = IdentityOptions {
            issuer: issuer.to_owned(),
            password_threads: 2,
            confirmation: Confirmation::Never,
            limits: Limits::none(),
            ..IdentityOptions::default()
        };
        let vault = Vault::new([7; 32]);
        Identity::start(database.database().clone(), clock.clone(), vault, options).await.unwrap()
    }

    /// A user with this name, who is signed in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        self.person_with(name, &[]).await
    }

    pub(crate) async fn person_with(&self, name: &str, roles: &[Role]) -> Person {
        let login = format!("{name}@example.org");
        let mut new = NewUser::new(&*login, name, PASSWORD);
        new.roles = roles.iter().fold(new.roles, |all, role| all.with(*role));
        new.handle = Some(name.to_owned());
        new.confirmation = Some(Confirmation::Never);
        let user = self.identity.create_user(new).await.unwrap();
        if user.roles.is_staff() {
            // Staff's sign-ins are always confirmed; that is another test's business.
            let actor = Actor { permissions: user.roles.permissions(), ..Actor::OPERATOR };
            return Person { id: user.id, login, token: String::new(), actor };
        }
        self.sign_in(&login, PASSWORD).await
    }

    /// A new session of somebody without a second factor.
    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Person {
        let body = json!({ "login": login, "password": password });
        let answer = self.send(Method::POST, "/v1/identity/sign-ins", None, &[], Some(body)).await;
        assert_eq!(answer.body["status"], "signed_in", "{answer:?}");
        self.person_of(login, &answer).await
    }

    /// Who signed in by this answer.
    pub(crate) async fn person_of(&self, login: &str, answer: &Answer) -> Person {
        let token = answer.body["access_token"].as_str().expect("a token").to_owned();
        let actor = self.authenticate(&token).await.unwrap();
        let id = actor.user().unwrap();
        Person { id, login: login.to_owned(), token, actor }
    }

    pub(crate) async fn authenticate(&self, token: &str) -> Result<Actor, AuthError> {
        self.identity.authenticate(Credential::Bearer(token), &from_ip("192.0.2.1")).await
    }

    pub(crate) async fn get_as(&self, person: &Person, path: &str) -> Answer {
        self.send(Method::GET, path, Some(person), &[], None).await
    }

    pub(crate) async fn post_as(&self, person: &Person, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(person), &[], Some(body)).await
    }

    pub(crate) async fn delete_as(
        &self,
        person: &Person,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.send(Method::DELETE, path, Some(person), &[], body).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        person: Option<&Person>,
        headers: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let is_json = body.is_some();
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        if is_json {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
        }
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        request.extensions_mut().insert(from_ip("192.0.2.1"));
        if let Some(person) = person {
            request.extensions_mut().insert(person.actor);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    /// Whether the password alone doesn't let somebody in.
    pub(crate) async fn needs_second_factor(&self, person: &Person) -> bool {
        let body = json!({ "login": person.login, "password": PASSWORD });
        let answer = self.send(Method::POST, "/v1/identity/sign-ins", None, &[], Some(body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["status"] == "confirmation_required"
    }

    /// Signs in with the password and then this.
    pub(crate) async fn sign_in_with_factor(&self, person: &Person, proof: Value) -> Answer {
        let body = json!({ "login": person.login, "password": PASSWORD });
        let answer = self.send(Method::POST, "/v1/identity/sign-ins", None, &[], Some(body)).await;
        assert_eq!(answer.body["status"], "confirmation_required", "{answer:?}");
        let path =
            format!("/v1/identity/sign-ins/{}/confirm", answer.body["sign_in"].as_str().unwrap());
        self.send(Method::POST, &path, None, &[], Some(proof)).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// What the user was told, in order: kinds and data of the events below `prefix`.
    pub(crate) async fn events(&self, user: UserId, prefix: &str) -> Vec<(String, Value)> {
        let database = self.database.database();
        bus::sequence(database).await.unwrap();
        let events = bus::events(database, "identity", 0, 10_000).await.unwrap();
        let is_theirs = |event: &bus::Event| {
            event.subject == Some(user.as_u128()) && event.kind.starts_with(prefix)
        };
        events.into_iter().filter(is_theirs).map(|event| (event.kind, event.data)).collect()
    }

    /// The actions that the audit log has about the user, the newest first.
    pub(crate) async fn audit_log(&self, user: UserId) -> Vec<audit::Entry> {
        let filter = EntryFilter { subject: Some(user.as_u128()), ..EntryFilter::default() };
        audit::entries(self.database.database(), &filter, None, 1_000).await.unwrap()
    }

    /// Everything that is stored in a schema, as text.
    pub(crate) async fn dump(&self, schema: &str) -> String {
        let client = self.database.database().client().await.unwrap();
        let sql = "select table_name::text from information_schema.tables where table_schema = $1";
        let mut dump = String::new();
        for row in client.query(sql, &[&schema]).await.unwrap() {
            let table: &str = row.get(0);
            let sql =
                format!("select coalesce(string_agg(t::text, ' '), '') from {schema}.{table} t");
            dump.push_str(client.query_one(&sql, &[]).await.unwrap().get(0));
        }
        dump
    }
}
