//! The edges of the contexts that this server serves.

use std::sync::Arc;

use kernel::postgres::{DataDir, PrivatePostgres};
use kernel::{Database, DatabaseOptions, SystemClock};
use ledger::{Ledger, LedgerOptions};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::scratch::ScratchFolder;

/// The routes of all contexts.
pub(super) fn rest(ledger: Ledger) -> OpenApiRouter {
    ledger::routes(ledger)
}

/// The services of all contexts.
pub(super) fn grpc(ledger: Ledger) -> tonic::service::Routes {
    tonic::service::Routes::new(ledger::grpc::service(ledger))
}

/// What the routes say about themselves. The ledger tells it only when it runs, so it runs for a
/// moment on a database that is thrown away.
pub(super) async fn document() -> anyhow::Result<OpenApi> {
    let folder = ScratchFolder::anywhere("document")?;
    let data = DataDir::lock(folder.path())?;
    let postgres = PrivatePostgres::start(&data)?;
    let database = Database::connect_private(&postgres, DatabaseOptions::default()).await?;
    ledger::MIGRATIONS.run(&database).await?;
    let ledger = Ledger::start(database, Arc::new(SystemClock), LedgerOptions::default());
    let document = rest(ledger.clone()).into_openapi();
    ledger.stop().await;
    Ok(document)
}
