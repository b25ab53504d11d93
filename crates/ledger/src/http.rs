//! The ledger over HTTP: the routes of its features put together, and what they share.
//!
//! Reading order: `fields` (texts and numbers in requests and answers), `idempotency` (where ids
//! come from), `batch` (many items in one request), `filter` (metadata in queries), `documents`
//! (what every operation may answer, in the API document), `refusal` (statuses as problems).

pub(crate) mod batch;
pub(crate) mod documents;
pub(crate) mod fields;
pub(crate) mod filter;
pub(crate) mod idempotency;
pub(crate) mod refusal;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use kernel::{Cursor, ErrorKind, Json, Problem};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::assets::Asset;
use crate::ledger::Ledger;

/// Largest body: a full batch with room for references and some metadata.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 20;

/// Who is calling, for the scope of an `Idempotency-Key`. Whoever authenticates the request puts
/// it into the request's extensions; without it the caller is `operator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(pub String);

/// Turns true when the server stops, so that streams end. Whoever serves the routes puts it into
/// the request's extensions; without it a stream ends with the ledger.
#[derive(Clone, Debug)]
pub struct Stopping(pub watch::Receiver<bool>);

/// All routes of the ledger. They authenticate nobody: that is done in front of them.
pub fn routes(ledger: Ledger) -> OpenApiRouter {
    let guard = from_fn_with_state(ledger.clone(), idempotency::guard_key);
    documented_routes().layer(guard).layer(map_response(no_store)).with_state(ledger)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    documented_routes().into_openapi()
}

fn documented_routes() -> OpenApiRouter<Ledger> {
    let mut router = OpenApiRouter::default()
        .merge(crate::assets::http::routes())
        .merge(crate::accounts::http::routes())
        .merge(crate::transfers::http::routes())
        .merge(crate::groups::http::routes())
        .merge(crate::events::http::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    documents::complete(router.get_openapi_mut());
    router
}

/// Balances and names are nobody's to keep but the caller's.
async fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A JSON body that may be left out where every field may.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_empty = axum::body::HttpBody::is_end_stream(request.body());
        if is_empty && !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        Json::from_request(request, state).await.map(|Json(body)| Self(body))
    }
}

/// A header that may be there once, as text.
pub(crate) fn header<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed_header(name, "the header is given twice"));
    }
    let text = value.to_str().map_err(|_| malformed_header(name, "is not visible ASCII"))?;
    Ok(Some(text))
}

pub(crate) fn malformed_header(name: &HeaderName, detail: &str) -> Problem {
    let message = format!("header `{name}`: {detail}");
    Problem::new(ErrorKind::Invalid, "request.header.invalid", message)
        .with_field(format!("header:{name}"), detail)
}

/// A field of the body that is well-formed, but not right here.
pub(crate) fn invalid_field(pointer: String, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    let message = format!("{}: {detail}", pointer.trim_start_matches('/'));
    Problem::new(ErrorKind::Invalid, "request.body.invalid", message).with_field(pointer, detail)
}

/// The number in a list's cursor; a forged one could hold anything.
pub(crate) fn position(cursor: Option<Cursor<i64>>) -> Result<Option<i64>, Problem> {
    match cursor {
        Some(Cursor(position)) if !(0..=fields::Sequence::MAX).contains(&position) => {
            let detail = kernel::page::CursorError.to_string();
            Err(Problem::new(ErrorKind::Invalid, "request.cursor.invalid", detail.clone())
                .with_field("query:cursor", detail))
        }
        other => Ok(other.map(|Cursor(position)| position)),
    }
}

impl Ledger {
    /// The asset that a stored account or transfer names; it is there by a foreign key.
    pub(crate) async fn known_asset(&self, no: u32) -> Result<Arc<Asset>, Problem> {
        let asset = self.asset_by_no(no).await?;
        asset.ok_or_else(|| Problem::internal(&format_args!("asset {no} is missing")))
    }
}

#[cfg(test)]
pub(crate) mod tests;
