//! Where ids come from. The id makes a request repeatable for ever: one that follows from the
//! `Idempotency-Key`, its caller and its route, or else a fresh one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::{header, malformed_header};
use crate::error::ErrorKind;
use crate::id::{IdSource, UuidV7, derived};
use crate::problem::Problem;

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_LEN_MAX: usize = 255;
const DEFAULT_CALLER: &str = "operator";

/// Who is calling, for the scope of an `Idempotency-Key`. Whoever authenticates the request puts
/// it into the request's extensions; without it the caller is `operator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerKey(pub String);

/// Makes the ids of a request's items.
#[derive(Debug, Clone)]
pub struct Ids {
    /// What the key, its caller and its route come to; `None` without a key.
    key: Option<blake3::Hasher>,
}

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = header(&parts.headers, &IDEMPOTENCY_KEY)? else {
            return Ok(Self { key: None });
        };
        if !is_key(key) {
            return Err(malformed_header(&IDEMPOTENCY_KEY, KEY_RULE));
        }
        let caller = parts.extensions.get::<CallerKey>().map_or(DEFAULT_CALLER, |caller| &caller.0);
        Ok(Self::derived(caller, parts.method.as_str(), parts.uri.path(), key))
    }
}

impl Ids {
    /// Ids for a caller over gRPC, where the key is a field of the request and `route` the method.
    pub fn of(caller: &str, route: &str, key: Option<&str>) -> Result<Self, &'static str> {
        match key {
            None => Ok(Self { key: None }),
            Some(key) if is_key(key) => Ok(Self::derived(caller, "gRPC", route, key)),
            Some(_) => Err(KEY_RULE),
        }
    }

    /// Each part is preceded by its length, so that no two lists of parts look alike.
    fn derived(caller: &str, method: &str, path: &str, key: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [caller, method, path, key] {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        Self { key: Some(hasher) }
    }

    /// Whether ids follow from a key.
    pub fn are_derived(&self) -> bool {
        self.key.is_some()
    }

    /// The id for the item at `index` that has none of its own.
    pub fn get(&self, index: usize) -> u128 {
        let Some(key) = &self.key else { return UuidV7.next_bits() };
        let hash = key.clone().update(&(index as u64).to_be_bytes()).finalize();
        derived::early_of_hash(hash.as_bytes())
    }
}

const KEY_RULE: &str = "a key has 1 to 255 visible ASCII characters, without spaces";

fn is_key(key: &str) -> bool {
    (1..=KEY_LEN_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The answer to a key that came with another body before.
pub fn reused(pointer: Option<String>, detail: &str) -> Problem {
    let message = format!("the Idempotency-Key was used with another body before: {detail}");
    let problem = Problem::new(ErrorKind::Unprocessable, "request.idempotency_key.reused", message);
    match pointer {
        Some(pointer) => problem.with_field(pointer, detail),
        None => problem,
    }
}

/// Says that the request was carried out before, and that this is its answer again.
pub fn mark_replayed(response: &mut Response) {
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
