//! Requests that are made until they are answered: a server that restarts, and one that is busy with
//! the same order, are waited for.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::body::Body;
use axum::http::Method;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::super::super::connect::Connection;
use super::super::super::rest::{Api, Refused};

/// So long a server may be gone.
const GONE_MAX: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(250);

/// The API of a shop.
pub(super) struct Requests(Api);

impl Requests {
    pub(super) fn new(connection: &Connection) -> anyhow::Result<Self> {
        Ok(Self(Api::of(connection)?))
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.patient(Method::GET, path, &[], "").await
    }

    /// With a key that makes repeats harmless.
    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Value> {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.patient(Method::POST, path, &headers, &body.to_string()).await
    }

    pub(super) async fn post_lines(
        &self,
        path: &str,
        key: &str,
        lines: &str,
    ) -> anyhow::Result<Value> {
        let headers = [("content-type", "application/jsonl"), ("idempotency-key", key)];
        self.patient(Method::POST, path, &headers, lines).await
    }

    async fn patient(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Value> {
        let began = Instant::now();
        loop {
            match self.once(method.clone(), path, headers, body).await {
                Err(error) if is_passing(&error) && began.elapsed() < GONE_MAX => {
                    tokio::time::sleep(PAUSE).await;
                }
                answer => return answer.with_context(|| format!("{method} {path}")),
            }
        }
    }

    async fn once(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Value> {
        let answer = self.0.send(method, path, headers, Body::from(body.to_owned())).await?;
        let bytes = answer.collect().await.context("the answer broke off")?.to_bytes();
        serde_json::from_slice(&bytes).context("the answer is no JSON")
    }
}

/// Whether the same request may succeed in a moment.
fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<Refused>() {
        None => true,
        Some(refused) => refused.is_passing || refused.status.is_server_error(),
    }
}
