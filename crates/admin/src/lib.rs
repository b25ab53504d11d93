//! What staff does across contexts: finding users and helping them, changing balances by two
//! people, reading the audit log, and keeping the bus's jobs going.
//!
//! What it owns: the schema `admin` (adjustments). What it deliberately does not do: it holds no
//! users, no value and no events of its own; staff features of one context live in that context
//! (limits in `wallet`, refunds in `payments`, roles in `identity`).
//!
//! Reading order:
//!
//! | folder | what |
//! |---|---|
//! | `caller` | who works here; which of them count as a person |
//! | `adjustments` | four eyes over a change of a balance |
//! | `users` | one user as every context sees them |
//! | `audit` | the audit log, read and exported |
//! | `jobs` | jobs, dead letters, consumers |
//! | `http`, [`grpc`] | the edges |

mod adjustments;
mod audit;
mod caller;
mod error;
pub mod grpc;
mod http;
mod ids;
mod jobs;
mod users;

use std::sync::Arc;

use identity::Identity;
use kernel::bus::Bus;
use kernel::{Clock, Database};
use ledger::Ledger;
use payments::Payments;

pub use error::AdminError;
pub use http::{document, routes};
pub use ids::{AdjustmentId, AuditEntryId, EventId, JobId};

/// The migrations of the schema `admin`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "admin";
    1 "admin" "../migrations/0001_admin.sql",
};

/// The facade. Clones share it.
#[derive(Clone)]
pub struct Admin(Arc<Parts>);

/// What it works with.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) payments: Payments,
}

impl std::ops::Deref for Admin {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Admin {
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        identity: Identity,
        payments: Payments,
    ) -> Self {
        Self(Arc::new(Parts { database, clock, ledger, identity, payments }))
    }

    /// Adds this context's workers to the bus.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        bus.worker(adjustments::jobs::SettleWorker(self.clone()))
            .worker(adjustments::jobs::ExpireWorker(self.clone()))
    }
}
