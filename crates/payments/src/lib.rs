//! Payments: money in by card, back to the card, and out to bank accounts.
//!
//! What it owns: deposits, refunds, withdrawals and chargebacks; the inbox of providers'
//! webhooks; Stripe, and a sandbox that behaves like a card processor; the comparison of what
//! they say with the books; the schema `payments`.
//! What it deliberately does not do: it holds no value (that is in the ledger), no card data (that
//! is with the provider), and makes no accounts for users (that is the wallet's).
//!
//! Reading order:
//!
//! | place | what |
//! |---|---|
//! | `verdict` | what to do with news that may be late, repeated or out of order |
//! | [`deposits`](Deposit), `refunds`, `withdrawals`, `chargebacks` | the flows: `mod.rs` has the states, `progress.rs` the steps |
//! | `charges` | card payments for what somebody buys: deposits into the account of that |
//! | `books` | the flows' transfers in the ledger |
//! | [`provider`] | what a provider does for us |
//! | `sandbox` | the provider for development and tests, with its test cards |
//! | `stripe` | the provider for real money |
//! | `providers`, `overview` | who can do what; what staff sees of all users |
//! | `webhooks` | the inbox: verify, store, then process |
//! | `silent_flows` | asks for what nobody told us |
//! | `reconciliations` | compares what a provider says with the clearing account |
//! | [`Payments`] | the facade |

mod books;
mod chargebacks;
mod charges;
mod crash;
mod deposits;
mod error;
mod events;
mod flows;
pub mod grpc;
mod http;
mod ids;
mod jobs;
mod options;
mod overview;
mod payments;
pub mod provider;
mod providers;
mod reconciliations;
mod refunds;
mod sandbox;
mod silent_flows;
mod stripe;
mod verdict;
mod webhooks;
mod withdrawals;

pub use self::http::{document, routes};
pub use charges::{ChargeWith, NewCharge, PreparedCharge};
pub use crash::{CRASH_POINTS, CrashPoint};
pub use deposits::http::{CardInput, NextActionJson, is_return_url};
pub use deposits::{Card, Deposit, DepositId, DepositStatus, NewDeposit, PayWith, Payee};
pub use error::PaymentsError;
pub use options::{AmountLimits, PaymentsOptions, SandboxOptions, StripeOptions};
pub use overview::{Clearing, Flows};
pub use payments::{Made, Payments};
pub use providers::{DepositAsset, OfferedProvider};
pub use reconciliations::{NewReconciliation, Reconciliation, ReconciliationId};
pub use refunds::{NewRefund, Refund, RefundId, RefundStatus};
pub use sandbox::{Sandbox, TEST_CARDS, TEST_IBANS, TestCard, TestIban};
pub use stripe::STRIPE_VERSION;
pub use withdrawals::{
    Destination, DestinationId, NewWithdrawal, PayTo, Withdrawal, WithdrawalId, WithdrawalStatus,
};

/// The migrations of the schema `payments`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "payments";
    1 "payments" "../migrations/0001_payments.sql",
    2 "card_index" "../migrations/0002_card_index.sql",
    3 "providers" "../migrations/0003_providers.sql",
    4 "charges" "../migrations/0004_charges.sql",
};
