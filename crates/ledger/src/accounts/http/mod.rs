//! Accounts over HTTP: created in batches, changed one by one, with their history and balances.
//!
//! Reading order: `json` (what is answered), `create`, `update`, `list` (one and many),
//! `history` (entries and balances).

mod create;
mod history;
mod json;
mod list;
mod update;

use kernel::{ErrorKind, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AccountKey;
use crate::engine::Account;
use crate::ledger::Ledger;
use crate::text::AccountRef;

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::default()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::get, update::update))
        .routes(routes!(history::entries))
        .routes(routes!(history::balance))
}

/// The account that a path names.
async fn find(ledger: &Ledger, account: &AccountRef) -> Result<Account, Problem> {
    let key = match account {
        AccountRef::Id(id) => AccountKey::Id(id.as_u128()),
        AccountRef::Address(address) => AccountKey::Address(address.as_str()),
    };
    ledger.account(key).await?.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::new(ErrorKind::NotFound, "ledger.account.not_found", "there is no such account")
}
