//! Same `Idempotency-Key`, same caller, same route, same body: the first answer again.
//!
//! A middleware for routes whose answers hold no secret. An answer is kept for a day; a 5xx is
//! not kept, because its repeat may do better, and neither is one of over 1 MiB. Who goes away
//! before the answer, or meets a panic, can repeat at once; a process that dies while it answers
//! leaves a claim that another may take over after a minute. So handlers make what they create by
//! ids that follow from the key ([`Ids`](crate::http::Ids)): then even those repeats are harmless.

mod store;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::db::{Database, DatabaseError};
use crate::error::ErrorKind;
use crate::http::{IDEMPOTENCY_KEY, Ids, mark_replayed, reused};
use crate::id::{IdSource as _, UuidV7};
use crate::problem::Problem;
use crate::time::Clock;

/// The schema `replay`.
pub const MIGRATIONS: crate::Migrations = crate::migrations! {
    "replay";
    1 "replay" "../../migrations/0001_replay.sql",
    2 "replay_claims" "../../migrations/0002_replay_claims.sql",
};

const BODY_BYTES_MAX: usize = 1 << 20;
/// A longer answer is passed on, and not kept.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// After this a claim without an answer belongs to nobody.
const CLAIM_MAX: Duration = Duration::from_secs(60);
/// How long answers are kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What a repeat gets of the first answer's headers.
const KEPT_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

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
    /// In the order of [`KEPT_HEADERS`].
    headers: [Option<String>; 3],
    body: Vec<u8>,
}

/// A request that claims a key. Dropped without an answer, because the caller went away or the
/// handler panicked, it lets go of the key.
struct Claimant {
    database: Database,
    key: u128,
    /// Tells it from all others that want the key.
    claim: Uuid,
    is_settled: bool,
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
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(unreadable)?;
    let hash = *blake3::hash(&body).as_bytes();
    let (now, claim) = (replay.clock.now(), Uuid::from_u128(UuidV7.next_bits()));
    let mut claimant = Claimant { database: replay.database, key, claim, is_settled: false };
    let stale = now.saturating_sub(CLAIM_MAX);
    let claimed = store::claim(&claimant.database, key, claim, &hash, now, stale).await?;
    if claimed == Claim::Ours {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        return claimant.keep(response).await;
    }
    claimant.is_settled = true;
    match claimed {
        Claim::OtherBody => Err(reused(None, "its body is not the one that came first")),
        Claim::Answered(answer) => Ok(again(answer)),
        Claim::Ours | Claim::InFlight => Err(in_flight()),
    }
}

impl Claimant {
    /// Keeps an answer that a repeat should get, and passes it on.
    async fn keep(mut self, response: Response) -> Result<Response, Problem> {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
        // What may go better next time is not the answer for ever.
        let is_final = body.len() <= ANSWER_BYTES_MAX
            && !parts.status.is_server_error()
            && ![StatusCode::TOO_MANY_REQUESTS, StatusCode::UNAUTHORIZED].contains(&parts.status)
            && !parts.headers.contains_key(RETRY_AFTER);
        let kept = if is_final {
            let (status, headers) = (parts.status.as_u16(), kept_headers(&parts.headers));
            store::keep(&self.database, self.key, self.claim, status, &headers, &body).await
        } else {
            store::release(&self.database, self.key, self.claim).await
        };
        // The work is done, so its answer goes out; a repeat finds what was made by its id.
        match kept {
            Ok(()) => self.is_settled = true,
            Err(error) => {
                tracing::warn!(%error, "the answer to a keyed request could not be kept");
            }
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

impl Drop for Claimant {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        let (database, key, claim) = (self.database.clone(), self.key, self.claim);
        // Without a runtime the process ends, and the claim with its time.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = store::release(&database, key, claim).await {
                tracing::warn!(%error, "a key without an answer could not be released");
            }
        });
    }
}

fn kept_headers(headers: &HeaderMap) -> [Option<&str>; 3] {
    KEPT_HEADERS.each_ref().map(|name| headers.get(name).and_then(|value| value.to_str().ok()))
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    for (name, text) in KEPT_HEADERS.into_iter().zip(answer.headers) {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            response.headers_mut().insert(name, value);
        }
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

fn unreadable(error: axum::Error) -> Problem {
    let is_too_long = |error: &dyn std::error::Error| {
        error.source().is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
    };
    if is_too_long(&error) {
        let message = format!("the body is larger than {BODY_BYTES_MAX} bytes");
        return Problem::new(ErrorKind::TooLarge, "request.body.too_large", message);
    }
    let message = "the body could not be read to its end";
    Problem::new(ErrorKind::Invalid, "request.body.invalid", message)
}
