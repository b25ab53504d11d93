//! The wallet: what people hold, and how they send it to each other.
//!
//! Everything is a transfer, and transfers are in the ledger. What this crate owns is what the ledger
//! can't know (schema `wallet`): messages, requests, schedules, invitations of people who have no
//! account yet, and who may send how much.
//!
//! What it deliberately does not do: it keeps no balance and no copy of a transfer; it authenticates
//! nobody; it sends no mail (notifications does, from our events and our feed).
//!
//! Reading order:
//!
//! | module | what |
//! |---|---|
//! | `books`, `ids` | how the ledger is used; ids that follow from others |
//! | `transfers` | sending, accepting, listing: `submit` is the one way in which value moves |
//! | `accounts`, `balances`, `history`, `statements` | what one has and had |
//! | `recipients` | whom one can send to |
//! | `limits`, `quotas` | how much may be sent, enforced on the ledger; how much may be asked of others |
//! | `requests`, `schedules`, `invitations`, `messages` | each with its rows, jobs and SQL |
//! | `overview` | the transfers of all users, for staff |
//! | `past_transfers` | taking over what was before |
//! | `feed`, `events` | what others are told |
//! | `personal_data` | export and erasure |
//! | [`Wallet`] | the facade |

mod accounts;
mod balances;
mod books;
mod error;
mod events;
mod feed;
mod fields;
pub mod grpc;
mod history;
mod http;
mod ids;
mod invitations;
mod limits;
mod messages;
mod overview;
mod past_transfers;
mod people;
mod personal_data;
mod quotas;
mod recipients;
mod requests;
mod schedules;
mod statements;
mod transfers;
mod wallet;

pub use accounts::{AccountStatus, WalletAccount};
pub use error::{LimitKind, WalletError};
pub use feed::{WalletEvent, WalletEventKind};
pub use history::{EntryKind, HistoryEntry, HistoryPage, HistoryQuery};
pub use http::{document, routes};
pub use ids::{RequestId, ScheduleId};
pub use past_transfers::{PastAccount, PastKind, PastOutcome, PastTransfer};
pub use people::Party;
pub use transfers::Direction;
pub use wallet::{Interrupt, Step, Wallet, WalletOptions, Workers, workers};

/// The migrations of the schema `wallet`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "wallet";
    1 "wallet" "../migrations/0001_wallet.sql",
    2 "feed_gap" "../migrations/0002_feed_gap.sql",
    3 "claimed_invitations" "../migrations/0003_claimed_invitations.sql",
};
