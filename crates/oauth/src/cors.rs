//! Which pages of others may call from a browser: those of registered applications, and only where
//! a public application has to. Nothing here goes by a cookie, so none is allowed to come along.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use moka::sync::Cache;

use crate::applications::store;
use crate::oauth::Oauth;

/// Where pages of others may call.
pub(crate) const PATHS: [&str; 7] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth/jwks",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/userinfo",
];
const ORIGIN_CHARS_MAX: usize = 300;
const ORIGINS_REMEMBERED_MAX: u64 = 10_000;
/// An origin that was registered or taken away elsewhere is noticed after this.
const REMEMBERED: Duration = Duration::from_secs(10);

/// The origins that were looked up.
pub(crate) struct KnownOrigins(Cache<Box<str>, bool>);

impl KnownOrigins {
    pub(crate) fn new() -> Self {
        let cache = Cache::builder().max_capacity(ORIGINS_REMEMBERED_MAX);
        Self(cache.time_to_live(REMEMBERED).build())
    }

    pub(crate) fn forget(&self) {
        self.0.invalidate_all();
    }
}

/// Middleware: lets the browser of a known page read the answer.
pub(crate) async fn allow(State(oauth): State<Oauth>, request: Request, next: Next) -> Response {
    let is_question = request.method() == Method::OPTIONS;
    let origin = request.headers().get(ORIGIN).cloned();
    let mut response =
        if is_question { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin
        && oauth.is_known(&origin).await
    {
        write(response.headers_mut(), origin, is_question);
    }
    response
}

fn write(headers: &mut HeaderMap, origin: HeaderValue, is_question: bool) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if is_question {
        let add = [
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
            (ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        for (name, value) in add {
            headers.insert(name, HeaderValue::from_static(value));
        }
    } else {
        let exposed = HeaderValue::from_static("www-authenticate");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

impl Oauth {
    /// Whether a page of this origin belongs to an application. If that can't be found out, no.
    async fn is_known(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        if origin.len() > ORIGIN_CHARS_MAX {
            return false;
        }
        if let Some(is_known) = self.known_origins.0.get(origin) {
            return is_known;
        }
        match self.look_up_origin(origin).await {
            Ok(is_known) => {
                self.known_origins.0.insert(origin.into(), is_known);
                is_known
            }
            Err(error) => {
                tracing::warn!(%error, "an origin could not be looked up");
                false
            }
        }
    }

    async fn look_up_origin(&self, origin: &str) -> Result<bool, kernel::DatabaseError> {
        store::has_origin(&self.database.client().await?, origin).await
    }
}
