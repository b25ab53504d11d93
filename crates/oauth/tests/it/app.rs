//! The routes of this context and identity's behind an edge that finds out who is calling, as the
//! server's does; called without a network.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::BodyExt as _;
use identity::{
    Actor, AuthError, Confirmation, Credential, Identity, IdentityOptions, Limits, NewUser, UserId,
};
use kernel::audit::{self, EntryFilter};
use kernel::bus::{Bus, RunningBus};
use kernel::http::{CallerKey, ClientInfo};
use kernel::{MockClock, Vault, bus};
use oauth::{Oauth, OauthOptions};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::TestDatabase;
use tower::ServiceExt as _;

pub(crate) const ISSUER: &str = "https://bank.example";
pub(crate) const CALLBACK: &str = "https://books.example/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PASSWORD: &str = "plum kettle anchor fog";

pub(crate) struct App {
    pub(crate) oauth: Oauth,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) database: TestDatabase,
    pub(crate) bus: RunningBus,
    router: Router,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) token: String,
}

/// An application as its developer knows it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, field: &str) -> String {
        let text = self.body[field].as_str();
        text.unwrap_or_else(|| panic!("no {field} in {self:?}")).to_owned()
    }

    /// Status and error of the protocol, or status and code of a problem.
    pub(crate) fn error(&self) -> (u16, &str) {
        let name = self.body["error"].as_str().or(self.body["code"].as_str());
        (self.status, name.unwrap_or_default())
    }

    /// Where a browser is sent.
    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, 303, "{self:?}");
        self.headers["location"].to_str().unwrap().to_owned()
    }
}

/// The parameters of an address.
pub(crate) fn parameters(address: &str) -> HashMap<String, String> {
    let (_, query) = address.split_once('?').unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

impl Client {
    /// The header of its secret.
    pub(crate) fn basic(&self) -> Vec<(&'static str, String)> {
        let Some(secret) = &self.secret else { return Vec::new() };
        let value = format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.id)));
        vec![("authorization", value)]
    }
}

impl App {
    pub(crate) async fn start() -> Self {
        let migrations =
            [bus::MIGRATIONS, audit::MIGRATIONS, identity::MIGRATIONS, oauth::MIGRATIONS];
        let database = TestDatabase::create(&migrations).await;
        let clock = Arc::new(MockClock::default());
        let (identity, oauth) = start_node(&database, &clock).await;
        let bus = Bus::new(database.database().clone(), clock.clone());
        let bus = oauth.register(identity::workers(&identity).register(bus)).start();
        let (own, _) = oauth::routes(oauth.clone()).split_for_parts();
        let (identitys, _) = identity::routes(identity.clone()).split_for_parts();
        Self { oauth, identity, clock, database, bus, router: own.merge(identitys) }
    }

    /// Another process on the same database.
    pub(crate) async fn node(&self) -> (Identity, Oauth) {
        start_node(&self.database, &self.clock).await
    }

    /// Somebody new, who is signed in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let mut new = NewUser::new(format!("{name}@example.org"), name, PASSWORD);
        new.handle = Some(name.to_owned());
        new.confirmation = Some(Confirmation::Never);
        let user = self.identity.create_user(new).await.unwrap();
        Person { id: user.id, email: user.email.clone(), token: self.sign_in(&user.email).await }
    }

    /// The token of a new session.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let body = json!({ "login": login, "password": PASSWORD });
        let answer = self.send(Method::POST, "/v1/identity/sign-ins", &[], Some(&body)).await;
        answer.text("access_token")
    }

    pub(crate) async fn get_as(&self, person: &Person, path: &str) -> Answer {
        self.call(person, Method::GET, path, None).await
    }

    pub(crate) async fn post_as(&self, person: &Person, path: &str, body: Value) -> Answer {
        self.call(person, Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn call(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.send(method, path, &[("authorization", format!("Bearer {}", person.token))], body)
            .await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<&Value>,
    ) -> Answer {
        let json = [("content-type", "application/json".to_owned())];
        let headers = [headers, if body.is_some() { &json[..] } else { &[] }].concat();
        self.raw(method, path, &headers, body.map(Value::to_string).unwrap_or_default()).await
    }

    /// Posts a form.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let kind = [("content-type", "application/x-www-form-urlencoded".to_owned())];
        self.raw(Method::POST, path, &[headers, &kind].concat(), form(fields)).await
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Answer {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::try_from(value).unwrap());
        }
        let bearer = headers.iter().find_map(|(_, value)| value.strip_prefix("Bearer "));
        if let Some(token) = bearer
            && let Ok(actor) = self.authenticate(token).await
        {
            request.extensions_mut().insert(CallerKey(actor.caller_key()));
            request.extensions_mut().insert(actor);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        // Line 33 of the checklist: only what is public may be kept.
        let is_public = path.contains("well-known") || path.ends_with("/jwks");
        assert!(is_public || headers["cache-control"] == "no-store", "{path}");
        Answer { status, headers, body }
    }

    /// Who calls with a token, as the server's edge finds out.
    pub(crate) async fn authenticate(&self, token: &str) -> Result<Actor, AuthError> {
        if oauth::is_access_token(token) {
            return self.oauth.authenticate(token).await;
        }
        let client = ClientInfo::default();
        self.identity.authenticate(Credential::Bearer(token), &client).await
    }

    /// A confidential application that may do everything.
    pub(crate) async fn client(&self, owner: &Person) -> Client {
        self.client_with(owner, json!({})).await
    }

    pub(crate) async fn public_client(&self, owner: &Person) -> Client {
        let body = json!({ "kind": "public", "grant_types": ["authorization_code", "device_code"],
            "redirect_uris": [CALLBACK, "http://127.0.0.1/callback"] });
        self.client_with(owner, body).await
    }

    pub(crate) async fn client_with(&self, owner: &Person, change: Value) -> Client {
        let mut body = application();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = self.post_as(owner, "/v1/oauth/applications", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let secret = answer.body["client_secret"].as_str().map(str::to_owned);
        Client { id: answer.text("id"), secret }
    }

    /// The address of a request for a code, with some parameters changed or left out.
    pub(crate) fn ask(&self, client: &Client, change: &[(&str, &str)]) -> String {
        let challenge = challenge(VERIFIER);
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", CALLBACK),
            ("scope", "openid wallet.read offline_access"),
            ("state", "state-of-books"),
            ("nonce", "nonce-of-books"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        fields.extend(change.iter().filter(|(_, value)| !value.is_empty()));
        format!("/oauth/authorize?{}", form(&fields))
    }

    /// A request that waits for its user.
    pub(crate) async fn request(&self, client: &Client, change: &[(&str, &str)]) -> String {
        let answer = self.send(Method::GET, &self.ask(client, change), &[], None).await;
        let page = answer.location();
        assert!(page.starts_with("https://bank.example/consent?"), "{page}");
        parameters(&page)["request"].clone()
    }

    /// Lets somebody allow a request; where the browser goes.
    pub(crate) async fn approve(&self, person: &Person, request: &str) -> String {
        let path = format!("/v1/oauth/requests/{request}/approve");
        let answer = self.call(person, Method::POST, &path, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.text("redirect_to")
    }

    /// A fresh code.
    pub(crate) async fn code(&self, person: &Person, client: &Client) -> String {
        self.code_with(person, client, &[]).await
    }

    pub(crate) async fn code_with(
        &self,
        person: &Person,
        client: &Client,
        change: &[(&str, &str)],
    ) -> String {
        let request = self.request(client, change).await;
        parameters(&self.approve(person, &request).await)["code"].clone()
    }

    /// Exchanges a code.
    pub(crate) async fn exchange(&self, client: &Client, code: &str) -> Answer {
        self.exchange_with(client, code, CALLBACK, VERIFIER).await
    }

    pub(crate) async fn exchange_with(
        &self,
        client: &Client,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.token(client, &fields).await
    }

    /// Calls the token endpoint as an application.
    pub(crate) async fn token(&self, client: &Client, fields: &[(&str, &str)]) -> Answer {
        self.post_as_client(client, "/oauth/token", fields).await
    }

    pub(crate) async fn post_as_client(
        &self,
        client: &Client,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        if client.secret.is_some() {
            return self.post(path, &client.basic(), fields).await;
        }
        self.post(path, &[], &[fields, &[("client_id", client.id.as_str())]].concat()).await
    }

    /// Tokens that somebody allowed an application.
    pub(crate) async fn tokens(&self, person: &Person, client: &Client) -> Answer {
        let code = self.code(person, client).await;
        let tokens = self.exchange(client, &code).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    pub(crate) async fn refresh(&self, client: &Client, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(client, &fields).await
    }

    pub(crate) async fn is_good(&self, token: &str) -> bool {
        self.oauth.authenticate(token).await.is_ok()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// What a user was told, in order.
    pub(crate) async fn told(&self, user: UserId) -> Vec<(String, Value)> {
        self.bus.settle().await;
        let events = bus::events(self.database.database(), "oauth", 0, 10_000).await.unwrap();
        let theirs = events.into_iter().filter(|it| it.subject == Some(user.as_u128()));
        theirs.map(|event| (event.kind, event.data)).collect()
    }

    /// The actions about a user below `oauth.`, in order.
    pub(crate) async fn audited(&self, user: Option<UserId>) -> Vec<String> {
        let filter = EntryFilter {
            subject: user.map(UserId::as_u128),
            action: Some("oauth.".to_owned()),
            ..EntryFilter::default()
        };
        let entries = audit::entries(self.database.database(), &filter, None, 1_000).await.unwrap();
        entries.into_iter().rev().map(|entry| entry.action).collect()
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let client = self.database.database().client().await.unwrap();
        let sql = format!("select count(*) from oauth.{table}");
        client.query_one(&sql, &[]).await.unwrap().get(0)
    }

    /// Everything that is stored, as text.
    pub(crate) async fn everything(&self) -> String {
        let client = self.database.database().client().await.unwrap();
        let sql = "select table_schema::text, table_name::text from information_schema.tables \
                   where table_schema in ('oauth', 'bus', 'audit')";
        let mut all = String::new();
        for row in client.query(sql, &[]).await.unwrap() {
            let (schema, table): (&str, &str) = (row.get(0), row.get(1));
            let sql =
                format!("select coalesce(string_agg(t::text, ' '), '') from {schema}.{table} t");
            all.push_str(client.query_one(&sql, &[]).await.unwrap().get(0));
        }
        all
    }
}

/// An application to register.
pub(crate) fn application() -> Value {
    json!({
        "name": "Orchard Books", "kind": "confidential", "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": ["https://books.example/bye"],
        "grant_types": ["authorization_code", "device_code", "client_credentials"],
        "scopes": ["openid", "profile", "email", "offline_access", "wallet.read", "wallet.write"],
    })
}

async fn start_node(database: &TestDatabase, clock: &Arc<MockClock>) -> (Identity, Oauth) {
    let (vault, database) = (Vault::new([7; 32]), database.database().clone());
    let options = IdentityOptions {
        issuer: ISSUER.to_owned(),
        password_threads: 2,
        limits: Limits::none(),
        ..IdentityOptions::default()
    };
    let identity = Identity::start(database.clone(), clock.clone(), vault.clone(), options);
    let identity = identity.await.unwrap();
    let options = OauthOptions { issuer: ISSUER.to_owned(), ..OauthOptions::default() };
    let oauth = Oauth::start(database, clock.clone(), vault, identity.clone(), options);
    (identity, oauth.await.unwrap())
}
