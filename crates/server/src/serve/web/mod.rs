//! The web app: files that were built from `web/`, compiled in.
//!
//! Whatever a browser opens that isn't the API's, the operator's or a file gets `index.html`: the
//! app's router knows the page. Invariants: nothing here depends on who asks, so no request needs
//! to be checked; no page has a script or a style in it, so the policy forbids both; files whose
//! name holds a hash of their content are kept by browsers for ever, others are asked for again.

#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

/// Scripts, styles and requests only from and to here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// The same with Stripe's form, which has to come from Stripe, card fields and all
/// (<https://docs.stripe.com/security/guide#content-security-policy>).
const POLICY_WITH_STRIPE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; \
     style-src 'self'; img-src 'self' data: blob:; connect-src 'self' https://api.stripe.com; \
     manifest-src 'self'; worker-src 'self'; \
     frame-src 'self' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

const INDEX: &str = "index.html";
/// What is served in place of the app if it was not built.
const NOT_BUILT: &str = include_str!("not-built.html");
/// Addresses of others; a browser that opens one of them gets their answer.
const NOT_OURS: [&str; 9] = [
    "/v1/",
    "/oauth/",
    "/docs",
    "/operator",
    "/pages/",
    "/.well-known/",
    "/healthz",
    "/readyz",
    "/metrics",
];

/// The answer to a request for a page or a file of the app; `None` if it is for somebody else.
/// Where deposits are by Stripe, its form may be opened.
pub(super) fn answer<B>(request: &Request<B>, has_stripe: bool) -> Option<Response> {
    let mut response = found(request)?;
    if has_stripe {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY_WITH_STRIPE);
    }
    Some(response)
}

fn found<B>(request: &Request<B>) -> Option<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let (path, headers) = (request.uri().path(), request.headers());
    // Asked first: most requests are the API's.
    if NOT_OURS.iter().any(|prefix| path.starts_with(prefix)) {
        return None;
    }
    let name = path.strip_prefix('/').unwrap_or(path);
    if let Some(plain) = addressed(name) {
        return Some(file(name, plain, headers));
    }
    is_page(path, headers).then(|| index(headers))
}

/// A file that has an address of its own, which the compressed forms don't.
fn addressed(name: &str) -> Option<EmbeddedFile> {
    let has_address = name != INDEX && !name.ends_with(".br") && !name.ends_with(".gz");
    has_address.then(|| Files::get(name)).flatten()
}

/// Programs that look for something else than a page get the answer that is meant for programs.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let wants_html = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"));
    path == "/" || wants_html
}

fn index(headers: &HeaderMap) -> Response {
    if let Some(plain) = Files::get(INDEX) {
        return file(INDEX, plain, headers);
    }
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    ([(CONTENT_TYPE, html), (CONTENT_SECURITY_POLICY, POLICY)], NOT_BUILT).into_response()
}

fn file(name: &str, plain: EmbeddedFile, headers: &HeaderMap) -> Response {
    let (encoding, file) = best(name, plain, headers);
    let etag = etag(&file);
    let mut response = if headers.get(IF_NONE_MATCH) == Some(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let mut put = |name: HeaderName, value| response.headers_mut().insert(name, value);
    put(CONTENT_TYPE, content_type(name));
    put(CONTENT_SECURITY_POLICY, POLICY);
    put(ETAG, etag);
    put(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    put(CACHE_CONTROL, HeaderValue::from_static(caching(name)));
    if let Some(encoding) = encoding {
        put(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest form that the reader understands.
fn best(
    name: &str,
    plain: EmbeddedFile,
    headers: &HeaderMap,
) -> (Option<&'static str>, EmbeddedFile) {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        let is_accepted = accepted.is_some_and(|value| accepts(value, encoding));
        if is_accepted && let Some(file) = Files::get(&format!("{name}{ending}")) {
            return (Some(encoding), file);
        }
    }
    (None, plain)
}

/// Whether `Accept-Encoding` names a coding, and not to refuse it (RFC 9110, 12.5.3).
fn accepts(value: &str, encoding: &str) -> bool {
    value.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let hash = file.metadata.sha256_hash();
    let (half, _) = hash.split_first_chunk().expect("a SHA-256 has 32 bytes");
    let text = format!("\"{:032x}\"", u128::from_be_bytes(*half));
    HeaderValue::try_from(text).expect("digits are visible ASCII")
}

fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    })
}
