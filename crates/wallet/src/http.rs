//! The wallet over HTTP: the routes of its features put together.

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use identity::UserId;
use kernel::http::{documents, no_store};
use kernel::replay::{self, Replay};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;

use crate::wallet::Wallet;
use crate::{
    accounts, balances, history, limits, overview, recipients, requests, schedules, statements,
    transfers,
};

const BODY_BYTES_MAX: usize = 64 << 10;

/// All routes of the wallet. They authenticate nobody: the edge puts the caller into the request.
pub fn routes(wallet: Wallet) -> OpenApiRouter {
    let replay = Replay::new(wallet.database.clone(), wallet.clock.clone());
    // Transfers have their own memory of keys, for ever and without a statement: the ledger.
    let replayed = replayed_routes().layer(from_fn_with_state(replay, replay::answer));
    complete(plain_routes().merge(replayed)).layer(map_response(no_store)).with_state(wallet)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    complete(plain_routes().merge(replayed_routes())).into_openapi()
}

fn plain_routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default()
        .merge(accounts::http::routes())
        .merge(balances::http::routes())
        .merge(history::http::routes())
        .merge(statements::http::routes())
        .merge(transfers::http::routes())
        .merge(overview::http::routes())
        .merge(recipients::http::routes())
        .merge(limits::http::routes())
        .merge(requests::http::routes())
        .merge(schedules::http::routes())
}

/// What makes rows.
fn replayed_routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default()
        .merge(requests::http::create_route())
        .merge(schedules::http::create_route())
}

fn complete(mut router: OpenApiRouter<Wallet>) -> OpenApiRouter<Wallet> {
    let document = router.get_openapi_mut();
    // It is only in paths, and those bring no schemas.
    let components = document.components.get_or_insert_default();
    components.schemas.insert(UserId::name().into_owned(), UserId::schema());
    documents::complete(document);
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
