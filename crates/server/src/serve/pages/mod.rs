//! The operator's page, which needs no account: whoever has the token sees mail, jobs and dead
//! letters. Everything else that people see is the web app's.
//!
//! Static files, compiled in. Invariants: no script and no style stands in a page, so the policy
//! forbids both; the operator's token is kept in the tab alone.

#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

/// Scripts, styles and requests only from and to here. Mail that is shown in a frame has this
/// policy too, so it can't load anything and tells nobody that it was read.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// Everything that is served here; anybody may load it.
pub(super) const PAGES: [&str; 5] =
    ["/operator", "/operator/", "/pages/style.css", "/pages/operator.js", "/pages/mail-frame.js"];

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");
const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");

/// Whether the path is one of these, which decides about its policy.
pub(super) fn is_page(path: &str) -> bool {
    PAGES.contains(&path)
}

pub(super) fn routes() -> Router {
    Router::new()
        .route("/operator", get(|| async { Redirect::permanent("/operator/") }))
        .route("/operator/", page(include_str!("files/operator.html")))
        .route("/pages/style.css", file(CSS, include_str!("files/style.css")))
        .route("/pages/operator.js", file(SCRIPT, include_str!("files/operator.js")))
        .route("/pages/mail-frame.js", file(SCRIPT, include_str!("files/mail-frame.js")))
}

fn page(text: &'static str) -> axum::routing::MethodRouter {
    file(HTML, text)
}

/// They change with the program, so nobody keeps them longer than it takes to ask again.
fn file(content_type: HeaderValue, text: &'static str) -> axum::routing::MethodRouter {
    let answer = move || async move { respond(content_type, text) };
    get(answer)
}

fn respond(content_type: HeaderValue, text: &'static str) -> Response {
    let headers =
        [(CONTENT_TYPE, content_type), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, text).into_response()
}
