//! What everybody may keep of the catalogue, and for how long (RFC 9111). An answer to somebody who
//! isn't known may be kept by all for a minute; one to somebody who is known only by them, and they
//! ask whether it is still right. The ETag of what staff gets is the version that a change is based
//! on; that of others follows from the answer itself, because languages, prices and what can be had
//! change it without a new version.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use identity::{Actor, Permission};
use kernel::Problem;

use crate::answers::Kept;
use crate::shop::Shop;

const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARIES: HeaderValue = HeaderValue::from_static("accept-language, authorization, cookie");
/// Longer answers are no answers of the catalogue.
const BODY_BYTES_MAX: usize = 16 << 20;

/// Middleware: says who may keep an answer, and answers 304 to those who have it.
pub(crate) async fn keep(
    State(shop): State<Shop>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let actor = request.extensions().get::<Actor>().copied();
    let is_staff = actor.is_some_and(|it| it.permissions.has(Permission::CatalogueWrite));
    // What HEAD would say follows from a body that isn't there any more.
    let is_read = request.method() == Method::GET;
    let known = known_tags(request.headers());
    let is_shared = is_read && actor.is_none();
    let kept = if is_shared {
        let (address, languages) = asked(&request);
        shop.answers.get(&address, &languages).await
    } else {
        Kept::Missing(None)
    };
    let (mut parts, body) = match kept {
        Kept::Found(headers, body) => {
            let mut parts = Response::new(Body::empty()).into_parts().0;
            parts.headers = headers;
            (parts, body)
        }
        Kept::Missing(place) => {
            let response = next.run(request).await;
            if !is_read || response.status() != StatusCode::OK {
                return Ok(response);
            }
            let (parts, body) = response.into_parts();
            let too_long = |_| Problem::internal(&"an answer is longer than 16 MiB");
            let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(too_long)?;
            shop.answers.put(place, &parts.headers, &body).await;
            (parts, body)
        }
    };
    if !(is_staff && parts.headers.contains_key(ETAG)) {
        parts.headers.insert(ETAG, tag_of(&body));
    }
    let control = if actor.is_none() { PUBLIC } else { PRIVATE };
    parts.headers.insert(CACHE_CONTROL, control);
    parts.headers.insert(VARY, VARIES);
    let is_known = parts.headers.get(ETAG).is_some_and(|tag| known.has(tag.as_bytes()));
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// What somebody who isn't known asks for, and in which languages.
fn asked(request: &Request) -> (String, String) {
    let address = request.uri().path_and_query().map_or("", |it| it.as_str());
    let languages = request.headers().get(ACCEPT_LANGUAGE);
    let languages = languages.and_then(|it| it.to_str().ok()).unwrap_or_default();
    (address.to_owned(), languages.to_owned())
}

fn tag_of(body: &[u8]) -> HeaderValue {
    let hash = blake3::hash(body).to_hex();
    HeaderValue::try_from(format!("\"{}\"", &hash[..32])).expect("hexadecimal is visible ASCII")
}

/// What a caller has already.
struct Known {
    is_any: bool,
    tags: Vec<Vec<u8>>,
}

impl Known {
    fn has(&self, tag: &[u8]) -> bool {
        self.is_any || self.tags.iter().any(|known| known == tag)
    }
}

/// Of `If-None-Match`: weak tags are compared as strong ones (RFC 9110, 13.1.2). What isn't a tag
/// matches nothing.
fn known_tags(headers: &HeaderMap) -> Known {
    const TAGS_MAX: usize = 50;
    let values = headers.get_all(IF_NONE_MATCH).iter().flat_map(|it| it.as_bytes().split(is_comma));
    let tags: Vec<&[u8]> = values.map(<[u8]>::trim_ascii).take(TAGS_MAX).collect();
    let strong = |tag: &&[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
    Known { is_any: tags.contains(&&b"*"[..]), tags: tags.iter().map(strong).collect() }
}

const fn is_comma(byte: &u8) -> bool {
    *byte == b','
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_from_all_headers() {
        let mut headers = HeaderMap::new();
        assert!(!known_tags(&headers).has(b"\"a\""));
        headers.append(IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""));
        headers.append(IF_NONE_MATCH, HeaderValue::from_static("c,,"));
        let known = known_tags(&headers);
        assert!(known.has(b"\"a\"") && known.has(b"\"b\"") && !known.has(b"\"c\""));
        headers.append(IF_NONE_MATCH, HeaderValue::from_static("*"));
        assert!(known_tags(&headers).has(b"\"d\""));
    }
}
