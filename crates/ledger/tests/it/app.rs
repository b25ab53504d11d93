//! The ledger's routes on a database of their own, called without a network.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use kernel::{Clock, MockClock};
use ledger::{Ledger, LedgerOptions};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt;

pub(crate) struct App {
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) router: Router,
    _database: TestDatabase,
}

/// An answer: its status, headers and JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl App {
    pub(crate) async fn start() -> Self {
        let database = TestDatabase::create(&[ledger::MIGRATIONS]).await;
        let clock = Arc::new(MockClock::default());
        let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
        let ledger_clock: Arc<dyn Clock> = clock.clone();
        let ledger = Ledger::start(database.database().clone(), ledger_clock, options);
        assert!(ledger.ready().await);
        let (router, _) = ledger::routes(ledger.clone()).split_for_parts();
        Self { ledger, clock, router, _database: database }
    }

    /// With the asset `EUR` and the accounts `bank` (unlimited), `ann` and `bob` (floor of zero).
    pub(crate) async fn with_accounts() -> Self {
        let app = Self::start().await;
        let asset = json!({ "code": "EUR", "scale": 2, "kind": "money" });
        assert_eq!(app.post("/v1/ledger/assets", asset).await.status, 201);
        let accounts = json!({ "accounts": [
            { "asset": "EUR", "address": "bank" },
            { "asset": "EUR", "address": "ann", "floor": "0" },
            { "asset": "EUR", "address": "bob", "floor": "0" },
        ] });
        let created = app.post("/v1/ledger/accounts", accounts).await;
        assert_eq!(created.body["created"], 3, "{created:?}");
        app
    }

    /// One that moves `amount` from `debit` to `credit`.
    pub(crate) async fn transfer(&self, debit: &str, credit: &str, amount: u64) -> Value {
        self.make(json!({
            "debit_account": debit, "credit_account": credit, "asset": "EUR",
            "amount": amount.to_string(),
        }))
        .await
    }

    /// Makes one transfer, which has to succeed, and answers with it.
    pub(crate) async fn make(&self, item: Value) -> Value {
        let answer = self.post("/v1/ledger/transfers", json!({ "transfers": [item] })).await;
        assert_eq!(answer.body["created"], 1, "{answer:?}");
        answer.body["results"][0]["transfer"].clone()
    }

    /// The status of a transfer that is made or refused.
    pub(crate) async fn try_make(&self, item: Value) -> String {
        let answer = self.post("/v1/ledger/transfers", json!({ "transfers": [item] })).await;
        answer.body["results"][0]["status"].as_str().expect("a status").to_owned()
    }

    pub(crate) async fn balances(&self, account: &str) -> Value {
        self.get(&format!("/v1/ledger/accounts/{account}")).await.body["balances"].clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body.to_string())).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Value,
    ) -> Answer {
        self.send(Method::POST, path, headers, Some(body.to_string())).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Option<String>,
    ) -> Answer {
        let response = self.respond(method, path, headers, body).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    /// The response as it comes, for streams.
    pub(crate) async fn respond(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Option<String>,
    ) -> Response {
        let mut request = Request::new(body.clone().map_or_else(Body::empty, Body::from));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
        }
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Answer {
    /// A problem's status, code, and the first field that it names.
    pub(crate) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert!(StatusCode::from_u16(self.status).unwrap().is_client_error(), "{self:?}");
        assert_eq!(self.body["status"], self.status);
        let code = self.body["code"].as_str().expect("problems have a code");
        (self.status, code, self.body["errors"][0]["pointer"].as_str().unwrap_or_default())
    }
}

/// Ids and times replaced, so that an answer can be compared.
pub(crate) fn redacted(mut value: Value) -> Value {
    redact(&mut value);
    value
}

fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        Value::String(text) => {
            let is_id = ["acct_", "tr_", "grp_"].iter().any(|prefix| text.starts_with(prefix));
            if is_id {
                *text = format!("[{}]", text.split('_').next().unwrap());
            }
        }
        _ => {}
    }
}
