//! The edges of the contexts that this server serves.

use ledger::Ledger;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The routes of all contexts.
pub(super) fn rest(_ledger: Ledger) -> OpenApiRouter {
    OpenApiRouter::new()
}

/// What the routes say about themselves.
pub(super) fn document() -> OpenApi {
    OpenApi::default()
}

/// The services of all contexts.
pub(super) fn grpc(_ledger: Ledger) -> tonic::service::Routes {
    tonic::service::Routes::default()
}
