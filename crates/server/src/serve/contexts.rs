//! The edges of the contexts that this server serves.

use ledger::Ledger;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The routes of all contexts.
pub(super) fn rest(ledger: Ledger) -> OpenApiRouter {
    ledger::routes(ledger)
}

/// What the routes say about themselves, for which nothing has to run.
pub(super) fn document() -> OpenApi {
    ledger::document()
}

/// The services of all contexts.
pub(super) fn grpc(ledger: Ledger) -> tonic::service::Routes {
    tonic::service::Routes::new(ledger::grpc::service(ledger))
}
