//! A key that comes with another body than before is refused.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use kernel::http::IDEMPOTENCY_KEY;
use kernel::{ErrorKind, Problem};

pub(crate) use kernel::http::{Ids, mark_replayed, reused};

use super::BODY_BYTES_MAX;
use crate::idempotency_keys::KeyUse;
use crate::ledger::Ledger;

/// Refuses a key that comes with another body than before. A request that is refused for any
/// other reason gives its key back.
pub(crate) async fn guard_key(
    State(ledger): State<Ledger>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if !request.headers().contains_key(&IDEMPOTENCY_KEY) {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let ids = Ids::from_request_parts(&mut parts, &()).await?;
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| body_too_large())?;
    let (key, digest) = (ids.get(usize::MAX), *blake3::hash(&bytes).as_bytes());
    if ledger.claim_key(key, &digest).await? == KeyUse::OtherBody {
        return Err(reused(None, "its body is not the one that came first"));
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.status().is_client_error() {
        ledger.release_key(key, &digest).await?;
    }
    Ok(response)
}

fn body_too_large() -> Problem {
    let message = format!("the body is larger than {BODY_BYTES_MAX} bytes");
    Problem::new(ErrorKind::TooLarge, "request.body.too_large", message)
}
