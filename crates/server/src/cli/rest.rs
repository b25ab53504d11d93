//! The API over HTTP with JSON, for commands.

use anyhow::{Context as _, bail};
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kernel::Problem;
use serde_json::Value;

use super::connect::Connection;

/// A server and whoever talks to it.
pub(super) struct Api {
    client: Client<HttpConnector, Body>,
    pub(super) url: String,
    /// Sent as `Authorization: Bearer`.
    pub(super) bearer: Option<String>,
}

/// What a server refused. Its text is for people.
#[derive(Debug, thiserror::Error)]
#[error("{detail} ({code})")]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) code: String,
    /// The server says when to come again.
    pub(super) is_passing: bool,
    detail: String,
}

impl Api {
    pub(super) fn new(url: &str, bearer: Option<String>) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, url: url.trim_end_matches('/').to_owned(), bearer }
    }

    /// As the operator.
    pub(super) fn of(connection: &Connection) -> anyhow::Result<Self> {
        Ok(Self::new(&connection.url, Some(connection.token()?.to_owned())))
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.json(Method::GET, path, &[], None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.json(Method::POST, path, &[], Some(body)).await
    }

    /// A request with JSON in both directions; an empty answer is null.
    pub(super) async fn json(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut headers = headers.to_vec();
        let body = match body {
            Some(body) => {
                headers.push(("content-type", "application/json"));
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let answer = self.send(method, path, &headers, body).await?;
        let bytes = answer.collect().await.context("the answer broke off")?.to_bytes();
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{} answered no JSON", self.url))
    }

    /// A request whose answer is a success.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> anyhow::Result<Incoming> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let request = request.body(body);
        let request = request.with_context(|| format!("{} is no address of a server", self.url))?;
        let response = self.client.request(request).await;
        let response = response
            .with_context(|| format!("no server answers at {}; is it running?", self.url))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.into_body());
        }
        let bytes = response.into_body().collect().await.context("the answer broke off")?;
        Err(self.refused(status, &bytes.to_bytes()))
    }

    fn refused(&self, status: StatusCode, body: &Bytes) -> anyhow::Error {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => {
                let code = problem.code.clone().into_owned();
                let is_passing = problem.retry_after_s.is_some();
                Refused { status, code, is_passing, detail: problem.detail.clone() }.into()
            }
            Err(_) => anyhow::anyhow!("{} answered with {status}; is it a Bushel?", self.url),
        }
    }
}

/// Posts without a body and answers with the answer's body, if it is a success.
pub(super) async fn post(connection: &Connection, path: &str) -> anyhow::Result<Incoming> {
    Api::of(connection)?.send(Method::POST, path, &[], Body::empty()).await
}

/// A text of an answer that has to be there.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> anyhow::Result<&'v str> {
    match value[field].as_str() {
        Some(text) => Ok(text),
        None => bail!("the answer has no `{field}`; is the server of another version?"),
    }
}
