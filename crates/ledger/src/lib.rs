//! The ledger: double entry for any asset, one writer, Postgres as the journal.
//!
//! What it owns: assets, accounts, transfers, their history and their proof; the schema `ledger`.
//! What it deliberately does not do: it knows no users, no permissions and no business; it has no
//! cache beside the truth and no queue before it.
//!
//! Reading order:
//!
//! | folder | what |
//! |---|---|
//! | [`engine`] | the rules: a pure state machine |
//! | `journal` | how effects become rows, and rows records |
//! | `leader` | the loop that executes and commits batches; lease and recovery |
//! | `view` | what is committed and still in memory, for readers |
//! | `seal` | what is done with full ranges: hash chain, indexes, history |
//! | `assets`, `accounts`, `transfers`, `events`, `verify` | the features, each with its SQL and its edges |
//! | [`Ledger`] | the facade |
//! | [`simulation`] | the model and the seeded simulation that test the engine |

mod accounts;
mod assets;
pub mod engine;
mod error;
mod events;
mod groups;
pub mod grpc;
mod http;
mod idempotency_keys;
mod ids;
mod journal;
mod leader;
mod ledger;
mod seal;
pub mod simulation;
mod text;
mod transfers;
mod verify;
mod view;

pub use accounts::{AccountFilter, AccountKey, EntriesQuery, Entry, Moment, Order};
pub use assets::{Asset, AssetStatus, KINDS as ASSET_KINDS, NewAsset, SCALE_MAX, is_asset_code};
pub use error::LedgerError;
pub use http::{Caller, Stopping, document, routes};
pub use ids::{AccountId, GroupId, TransferId};
pub use leader::{BATCH_MAX, LedgerOptions};
pub use ledger::{Ledger, Role};
pub use transfers::{Transfer, TransferFilter};
pub use verify::{Finding, Progress, VerifyReport, verify};

/// The migrations of the schema `ledger`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "ledger";
    1 "ledger" "../migrations/0001_ledger.sql",
    2 "id_filters" "../migrations/0002_id_filters.sql",
};
