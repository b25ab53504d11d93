//! The few operations that are HTTP only: those of the operator.

use anyhow::{Context as _, bail};
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kernel::Problem;

use super::connect::Connection;

/// Posts without a body and answers with the answer's body, if it is a success.
pub(super) async fn post(connection: &Connection, path: &str) -> anyhow::Result<Incoming> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::post(format!("{}{path}", connection.url))
        .header(header::AUTHORIZATION, format!("Bearer {}", connection.token()?))
        .body(Body::empty())
        .with_context(|| format!("{} is no address of a server", connection.url))?;
    let response = client
        .request(request)
        .await
        .with_context(|| format!("no server answers at {}; is it running?", connection.url))?;
    let status = response.status();
    let body = response.into_body();
    if status.is_success() {
        return Ok(body);
    }
    let bytes = body.collect().await.context("the answer broke off")?.to_bytes();
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) => bail!("{} ({})", problem.detail, problem.code),
        Err(_) => bail!("{} answered with status {status}; is it a Bushel?", connection.url),
    }
}
