//! `/.well-known/security.txt` (RFC 9116): whom to tell about a weakness. It is there if the
//! operator named somebody.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kernel::{Clock as _, SystemClock};

/// The RFC asks for less than a year.
const VALID: Duration = Duration::from_secs(180 * 24 * 60 * 60);

pub(super) fn routes(contact: Option<String>) -> Router {
    let Some(contact) = contact else { return Router::new() };
    let page = move || async move {
        let expires = SystemClock.now().saturating_add(VALID);
        format!("Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\n")
    };
    Router::new().route("/.well-known/security.txt", get(page))
}
