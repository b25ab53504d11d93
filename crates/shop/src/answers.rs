//! Answers of the catalogue to those who aren't known, kept in a Redis that all processes share.
//!
//! They live for some seconds, which is less than everybody may keep them anyway, and whoever
//! follows the changes of products forgets them all. Without a Redis, or while it is lost, each
//! answer is made anew.

use std::time::Duration;

use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use kernel::cache::{Cache, Lookup, Place};
use kernel::redis::Redis;
use serde::{Deserialize, Serialize};

const LIVES: Duration = Duration::from_secs(10);
/// Who asks for longer things gets an answer of their own.
const KEY_BYTES_MAX: usize = 2_000;
/// What is kept of an answer beside its body; the rest follows from that.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, CONTENT_LANGUAGE, LINK];

/// What is kept of all answers.
#[derive(Clone)]
pub(crate) struct Answers(Option<Cache>);

/// An answer that was kept, or where it goes.
pub(crate) enum Kept {
    Found(HeaderMap, Bytes),
    Missing(Option<Place>),
}

/// What stands before a body.
#[derive(Serialize, Deserialize)]
struct Head(Vec<(String, String)>);

impl Answers {
    pub(crate) fn new(redis: Option<Redis>) -> Self {
        Self(redis.map(|redis| Cache::new("shop.catalogue", Some(redis))))
    }

    /// What was answered to this address and these languages.
    pub(crate) async fn get(&self, address: &str, languages: &str) -> Kept {
        let Some(cache) = &self.0 else { return Kept::Missing(None) };
        if address.len() + languages.len() > KEY_BYTES_MAX {
            return Kept::Missing(None);
        }
        match cache.get(&format!("{address}\n{languages}")).await {
            Lookup::Found(bytes) => match read(&bytes) {
                Some((headers, body)) => Kept::Found(headers, body),
                None => Kept::Missing(None),
            },
            Lookup::Missing(place) => Kept::Missing(Some(place)),
        }
    }

    pub(crate) async fn put(&self, place: Option<Place>, headers: &HeaderMap, body: &Bytes) {
        if let (Some(cache), Some(place)) = (&self.0, place) {
            cache.set(place, written(headers, body), LIVES).await;
        }
    }

    /// The catalogue is another one.
    pub(crate) async fn forget(&self) {
        if let Some(cache) = &self.0 {
            cache.invalidate().await;
        }
    }
}

fn written(headers: &HeaderMap, body: &Bytes) -> Bytes {
    let kept = KEPT.iter().filter_map(|name| {
        let value = headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let mut bytes = serde_json::to_vec(&Head(kept.collect())).expect("a head has only texts");
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes.into()
}

fn read(bytes: &Bytes) -> Option<(HeaderMap, Bytes)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let Head(kept) = serde_json::from_slice(&bytes[..end]).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in kept {
        let name = KEPT.into_iter().find(|known| known.as_str() == name)?;
        headers.append(name, HeaderValue::try_from(value).ok()?);
    }
    Some((headers, bytes.slice(end + 1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-other", HeaderValue::from_static("gone"));
        let body = Bytes::from_static(b"{\n}");
        let (kept, read_body) = read(&written(&headers, &body)).unwrap();
        assert_eq!((kept.len(), &kept[CONTENT_TYPE]), (1, &headers[CONTENT_TYPE]));
        assert_eq!(read_body, body);
        for broken in ["", "x", "[]x\n", "[[\"etag\",\"x\"]]\n"] {
            assert!(read(&Bytes::from(broken)).is_none(), "{broken}");
        }
    }
}
