//! Same `Idempotency-Key`, same caller, same route, same body: the first answer again.
//!
//! A middleware for routes whose answers hold no secret. An answer is kept for a day; a 5xx is
//! not kept, because its repeat may do better. A process that dies while it answers leaves a
//! claim that another may take over after a minute, so handlers make what they create by ids
//! that follow from the key ([`Ids`](crate::http::Ids)): then even that repeat is harmless.

mod store;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::db::{Database, DatabaseError};
use crate::error::ErrorKind;
use crate::http::{IDEMPOTENCY_KEY, Ids, mark_replayed, reused};
use crate::problem::Problem;
use crate::time::Clock;

/// The schema `replay`.
pub const MIGRATIONS: crate::Migrations = crate::migrations! {
    "replay";
    1 "replay" "../../migrations/0001_replay.sql",
};

const BODY_BYTES_MAX: usize = 1 << 20;
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// After this a claim without an answer belongs to nobody.
const CLAIM_MAX: Duration = Duration::from_secs(60);
/// How long answers are kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What the middleware works with: `from_fn_with_state(Replay::new(…), replay::answer)`.
#[derive(Clone)]
pub struct Replay {
    database: Database,
    clock: Arc<dyn Clock>,
}

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    /// It is new, or its first request died.
    Ours,
    OtherBody,
    InFlight,
    Answered(Answer),
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Replay {
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Forgets answers that are older than a day. Answers with how many they were.
    pub async fn clean(&self) -> Result<u64, DatabaseError> {
        store::forget(&self.database, self.clock.now().saturating_sub(KEPT_FOR)).await
    }
}

/// See the module's text.
pub async fn answer(
    State(replay): State<Replay>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let writes = [Method::POST, Method::PATCH].contains(request.method());
    if !writes || !request.headers().contains_key(&IDEMPOTENCY_KEY) {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let key = Ids::from_request_parts(&mut parts, &()).await?.get(usize::MAX);
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| too_large())?;
    let hash = *blake3::hash(&body).as_bytes();
    let now = replay.clock.now();
    match store::claim(&replay.database, key, &hash, now, now.saturating_sub(CLAIM_MAX)).await? {
        Claim::OtherBody => Err(reused(None, "its body is not the one that came first")),
        Claim::InFlight => Err(in_flight()),
        Claim::Answered(answer) => Ok(again(answer)),
        Claim::Ours => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            keep(&replay, key, response).await
        }
    }
}

/// Keeps an answer that a repeat should get, and passes it on.
async fn keep(replay: &Replay, key: u128, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let too_long = "an answer to a keyed request is longer than 1 MiB";
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| Problem::internal(&too_long))?;
    // What may go better next time is not the answer for ever.
    let is_final = !parts.status.is_server_error()
        && ![StatusCode::TOO_MANY_REQUESTS, StatusCode::UNAUTHORIZED].contains(&parts.status);
    let kept = if is_final {
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        store::keep(&replay.database, key, parts.status.as_u16(), content_type, &body).await
    } else {
        store::release(&replay.database, key).await
    };
    // The work is done, so its answer goes out; a repeat finds what was made by its id.
    if let Err(error) = kept {
        tracing::warn!(%error, "the answer to a keyed request could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    if let Some(value) = answer.content_type.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    mark_replayed(&mut response);
    response
}

fn in_flight() -> Problem {
    Problem::new(
        ErrorKind::Conflict,
        "request.idempotency_key.in_flight",
        "the first request with this Idempotency-Key has no answer yet; try again in a moment",
    )
    .with_retry_after_s(1)
}

fn too_large() -> Problem {
    let message = format!("the body is larger than {BODY_BYTES_MAX} bytes");
    Problem::new(ErrorKind::TooLarge, "request.body.too_large", message)
}
