//! What staff does, over HTTP: the routes of the features put together.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::middleware::{from_fn_with_state, map_response};
use identity::Actor;
use kernel::http::{ClientInfo, documents, no_store};
use kernel::replay::{self, Replay};
use kernel::{ErrorKind, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::Admin;
use crate::caller::Caller;

/// All routes. The edge has authenticated the caller before, and checked the route's permission.
pub fn routes(admin: Admin) -> OpenApiRouter {
    let replay = Replay::new(admin.database.clone(), admin.clock.clone());
    documented_routes()
        .layer(from_fn_with_state(replay, replay::answer))
        .layer(map_response(no_store))
        .with_state(admin)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    documented_routes().into_openapi()
}

fn documented_routes() -> OpenApiRouter<Admin> {
    let mut router = OpenApiRouter::default()
        .merge(crate::users::http::routes())
        .merge(crate::adjustments::http::routes())
        .merge(crate::audit::http::routes())
        .merge(crate::jobs::http::routes());
    documents::complete(router.get_openapi_mut());
    router
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, state).await?;
        Ok(Self::new(actor, parts.extensions.get::<ClientInfo>()))
    }
}

/// Why somebody does this, for the audit log.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminReason)]
pub(crate) struct ReasonBody {
    #[schema(min_length = 5, max_length = 500, example = "the customer called, ticket 4711")]
    pub(crate) reason: String,
}

/// A query parameter that is well-formed, but not right here.
pub(crate) fn invalid_query(name: &str, detail: &str) -> Problem {
    let message = format!("query parameter `{name}`: {detail}");
    Problem::new(ErrorKind::Invalid, "request.query.invalid", message)
        .with_field(format!("query:{name}"), detail)
}
