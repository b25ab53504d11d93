//! Transfers over HTTP: many at once, one action on one, lists.
//!
//! Reading order: `item` (what is asked for), `create` (batches), `act` (post, void, extend,
//! reverse), `json` (what is answered), `list`.

mod act;
mod create;
pub(crate) mod item;
pub(crate) mod json;
pub(crate) mod list;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ledger::Ledger;

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::default()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::get))
        .routes(routes!(act::post))
        .routes(routes!(act::void))
        .routes(routes!(act::extend))
        .routes(routes!(act::reverse))
}
