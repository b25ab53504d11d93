//! The ledger over HTTP: the routes of its features put together, and what they share.
//!
//! Reading order: `fields` (texts and numbers in requests and answers), `idempotency` (where ids
//! come from), `batch` (many items in one request), `filter` (metadata in queries), `refusal`
//! (statuses as problems).

pub(crate) mod batch;
pub(crate) mod fields;
pub(crate) mod filter;
pub(crate) mod idempotency;
pub(crate) mod refusal;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
pub use kernel::http::{CallerKey as Caller, Stopping};
pub(crate) use kernel::http::{
    OptionalJson, documents, header, invalid_field, malformed_header, no_store,
};
use kernel::{Cursor, ErrorKind, Problem};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::assets::Asset;
use crate::ledger::Ledger;

/// Largest body: a full batch with room for references and some metadata.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 20;

/// All routes of the ledger. They authenticate nobody: that is done in front of them.
pub fn routes(ledger: Ledger) -> OpenApiRouter {
    let guard = from_fn_with_state(ledger.clone(), idempotency::guard_key);
    documented_routes().layer(guard).layer(map_response(no_store)).with_state(ledger)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    documented_routes().into_openapi()
}

fn documented_routes() -> OpenApiRouter<Ledger> {
    let mut router = OpenApiRouter::default()
        .merge(crate::assets::http::routes())
        .merge(crate::accounts::http::routes())
        .merge(crate::transfers::http::routes())
        .merge(crate::groups::http::routes())
        .merge(crate::events::http::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    documents::complete(router.get_openapi_mut());
    router
}

/// The number in a list's cursor; a forged one could hold anything.
pub(crate) fn position(cursor: Option<Cursor<i64>>) -> Result<Option<i64>, Problem> {
    match cursor {
        Some(Cursor(position)) if !(0..=fields::Sequence::MAX).contains(&position) => {
            let detail = kernel::page::CursorError.to_string();
            Err(Problem::new(ErrorKind::Invalid, "request.cursor.invalid", detail.clone())
                .with_field("query:cursor", detail))
        }
        other => Ok(other.map(|Cursor(position)| position)),
    }
}

impl Ledger {
    /// The asset that a stored account or transfer names; it is there by a foreign key.
    pub(crate) async fn known_asset(&self, no: u32) -> Result<Arc<Asset>, Problem> {
        let asset = self.asset_by_no(no).await?;
        asset.ok_or_else(|| Problem::internal(&format_args!("asset {no} is missing")))
    }
}

#[cfg(test)]
pub(crate) mod tests;
