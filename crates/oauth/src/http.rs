//! This context over HTTP: the routes of its features put together, and what they share.

use std::convert::Infallible;

use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, Entry};
use axum::http::request::Parts;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::options;
use identity::{Actor, SessionId, UserId};
use kernel::Problem;
use kernel::http::{ClientInfo, documents, no_store};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::applications::Owner;
use crate::oauth::Oauth;
use crate::{applications, consents, cors, device_requests, discovery, keys, requests, tokens};
use crate::{end_session, userinfo};

/// Nothing that is sent here is long.
const BODY_BYTES_MAX: usize = 64 << 10;

/// All routes of this context. Who may call which is decided in front of them.
pub fn routes(oauth: Oauth) -> OpenApiRouter {
    // A browser asks first whether a page of an application may call.
    let preflight = || options(async || ());
    let open = cors::PATHS
        .iter()
        .fold(open_routes(), |router, path| router.route(path, preflight()))
        .layer(from_fn_with_state(oauth.clone(), cors::allow));
    complete(open.merge(protocol_routes()).layer(map_response(may_store)))
        .merge(complete(own_routes()).layer(map_response(no_store)))
        .with_state(oauth)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    complete(open_routes().merge(protocol_routes()).merge(own_routes())).into_openapi()
}

/// Where the pages of applications may call, too.
fn open_routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default()
        .merge(discovery::routes())
        .merge(keys::http::routes())
        .merge(tokens::http::routes())
        .merge(userinfo::routes())
}

/// Where browsers themselves and devices come.
fn protocol_routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default()
        .merge(requests::http::protocol_routes())
        .merge(device_requests::http::protocol_routes())
        .merge(end_session::routes())
}

/// For users who are signed in.
fn own_routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default()
        .merge(applications::http::routes())
        .merge(consents::http::routes())
        .merge(requests::http::routes())
        .merge(device_requests::http::routes())
}

fn complete(mut router: OpenApiRouter<Oauth>) -> OpenApiRouter<Oauth> {
    documents::complete(router.get_openapi_mut());
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Tokens are nobody's to keep; what is public says how long it may be kept.
async fn may_store(mut response: Response) -> Response {
    if let Entry::Vacant(entry) = response.headers_mut().entry(CACHE_CONTROL) {
        entry.insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Where a request comes from, as the edge knows it.
pub(crate) struct Caller(pub(crate) ClientInfo);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get().cloned().unwrap_or_default()))
    }
}

/// A person who is signed in: programs neither register programs nor allow any.
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) client: ClientInfo,
}

impl Person {
    pub(crate) fn owner(&self) -> Owner<'_> {
        Owner { user: self.user, client: &self.client }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (user, session) = Actor::of(&parts.extensions)?.require_session()?;
        let client = parts.extensions.get().cloned().unwrap_or_default();
        Ok(Self { user, session, client })
    }
}
