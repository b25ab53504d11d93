//! Where ids come from. The id makes a request repeatable for ever: the caller's own, or one that
//! follows from the `Idempotency-Key`, or else a fresh one.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use kernel::id::UuidV7;
use kernel::{ErrorKind, IdSource, Problem};

use super::{BODY_BYTES_MAX, Caller, header, malformed_header};
use crate::idempotency_keys::KeyUse;
use crate::ledger::Ledger;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_LEN_MAX: usize = 255;
const DEFAULT_CALLER: &str = "operator";

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

/// Makes the ids of a request's items.
pub(crate) struct Ids {
    /// What the key, its caller and its route come to; `None` without a key.
    key: Option<blake3::Hasher>,
}

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = header(&parts.headers, &IDEMPOTENCY_KEY)? else {
            return Ok(Self { key: None });
        };
        let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !(1..=KEY_LEN_MAX).contains(&key.len()) || !is_visible {
            let detail = "a key has 1 to 255 visible ASCII characters, without spaces";
            return Err(malformed_header(&IDEMPOTENCY_KEY, detail));
        }
        let caller = parts.extensions.get::<Caller>().map_or(DEFAULT_CALLER, |caller| &caller.0);
        Ok(Self::derived(caller, parts.method.as_str(), parts.uri.path(), key))
    }
}

impl Ids {
    /// Each part is preceded by its length, so that no two lists of parts look alike.
    fn derived(caller: &str, method: &str, path: &str, key: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [caller, method, path, key] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        Self { key: Some(hasher) }
    }

    /// Whether ids follow from a key.
    pub(crate) fn are_derived(&self) -> bool {
        self.key.is_some()
    }

    /// The id for the item at `index` that has none of its own.
    pub(crate) fn get(&self, index: usize) -> u128 {
        let Some(key) = &self.key else { return UuidV7.next_bits() };
        let hash = key.clone().update(&(index as u64).to_be_bytes()).finalize();
        derived_id(hash.as_bytes())
    }
}

/// A UUIDv8 (RFC 9562) of the hash. Its first 16 bits are zero, so it lies before every
/// time-ordered id: among those it would make the ledger look up every id to come. The 106 bits
/// that are left are enough to never meet by chance.
fn derived_id(hash: &[u8; 32]) -> u128 {
    let mut bytes = [0; 16];
    bytes[2..].copy_from_slice(&hash[..14]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().as_u128()
}

/// The answer to a key that came with another body before.
pub(crate) fn reused(pointer: Option<String>, detail: &str) -> Problem {
    let message = format!("the Idempotency-Key was used with another body before: {detail}");
    let problem = Problem::new(ErrorKind::Unprocessable, "request.idempotency_key.reused", message);
    match pointer {
        Some(pointer) => problem.with_field(pointer, detail),
        None => problem,
    }
}

/// Says that the request was carried out before, and that this is its answer again.
pub(crate) fn mark_replayed(response: &mut Response) {
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_key_gives_the_same_ids_and_every_part_counts() {
        let id = |caller, path, key, index| Ids::derived(caller, "POST", path, key).get(index);
        let first = id("ann", "/a", "k", 0);
        assert_eq!(first, id("ann", "/a", "k", 0));
        for other in [
            id("bob", "/a", "k", 0),
            id("ann", "/b", "k", 0),
            id("ann", "/a", "l", 0),
            id("ann", "/a", "k", 1),
            id("an", "n/a", "k", 0),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn derived_ids_are_version_8_and_before_all_time_ordered_ones() {
        let id = Ids::derived("ann", "POST", "/a", "k").get(0);
        assert_eq!(uuid::Uuid::from_u128(id).get_version_num(), 8);
        assert!(id >> 112 == 0 && id < UuidV7.next_bits());
    }
}
