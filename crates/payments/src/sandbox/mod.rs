//! The sandbox: a provider that behaves like a card processor, for development and tests.
//!
//! It has tables of its own and no look at ours. What it decides it decides later, by jobs, and
//! tells in signed webhooks. How it decides depends on the test card or IBAN: see [`TEST_CARDS`]
//! and [`TEST_IBANS`]. It keeps neither numbers: only how they behave.
//!
//! Reading order: `cards` (what behaves how), `flow` (what happens to a payment, refund or payout,
//! as pure functions), `service` (the provider's calls), `balance` (what each moved), `jobs` (what happens later, delivery of
//! webhooks), `signature`, `http` (the page where a card's holder confirms a payment).

mod balance;
mod cards;
mod flow;
pub(crate) mod http;
pub(crate) mod jobs;
mod service;
mod signature;
mod store;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Clock, Database, Vault};

pub use cards::{TEST_CARDS, TEST_IBANS, TestCard, TestIban};

use crate::options::PaymentsOptions;
use crate::provider::ProviderError;

pub(crate) const NAME: &str = "sandbox";

/// See the module's text.
pub struct Sandbox {
    database: Database,
    clock: Arc<dyn Clock>,
    /// Signs webhooks.
    webhook_key: [u8; 32],
    /// Makes the tokens in the addresses where payments are confirmed.
    action_key: [u8; 32],
    public_url: String,
    disorder: Option<u64>,
    is_down: AtomicBool,
}

impl Sandbox {
    pub(crate) fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        vault: &Vault,
        options: &PaymentsOptions,
    ) -> Self {
        let public_url = options.public_url.as_deref().unwrap_or_default();
        Self {
            database,
            clock,
            webhook_key: vault.key("bushel payments sandbox webhook key v1"),
            action_key: vault.key("bushel payments sandbox action key v1"),
            public_url: public_url.trim_end_matches('/').to_owned(),
            disorder: options.sandbox.disorder,
            is_down: AtomicBool::new(false),
        }
    }

    /// A drill: while it is down, no call gets an answer.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn require_up(&self) -> Result<(), ProviderError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(ProviderError::Unavailable("the sandbox is switched off".to_owned()));
        }
        Ok(())
    }
}

kernel::define_id! {
    struct CardId = "pm";
}
kernel::define_id! {
    struct PaymentId = "py";
}
kernel::define_id! {
    struct SandboxRefundId = "re";
}
kernel::define_id! {
    struct PayoutId = "po";
}
kernel::define_id! {
    struct DisputeId = "dp";
}
kernel::define_id! {
    struct EventId = "evt";
}
kernel::define_id! {
    struct BalanceEntryId = "txn";
}
