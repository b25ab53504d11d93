//! How payments run.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::Amount;

use crate::crash::CrashPoint;

/// See the fields. The default is right for a sandbox on one machine.
#[derive(Clone)]
pub struct PaymentsOptions {
    /// Smallest and largest amount of one deposit or withdrawal, by asset.
    pub limits: BTreeMap<String, AmountLimits>,
    /// For assets that have none of their own.
    pub limits_default: AmountLimits,
    /// After this an open flow of which nothing was heard is asked for at the provider.
    pub check_after: Duration,
    /// Where browsers reach this server, such as `https://bank.example`; addresses in answers
    /// are relative without it.
    pub public_url: Option<String>,
    /// Whether deposits and withdrawals may go to the sandbox. What is under way there goes on.
    pub offers_sandbox: bool,
    pub sandbox: SandboxOptions,
    pub stripe: Option<StripeOptions>,
    /// A provider's webhook is forgotten so long after it was acted on.
    pub webhooks_kept: Duration,
    /// For tests: where the process dies.
    pub crash: CrashPoint,
}

/// In minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountLimits {
    pub min: Amount,
    pub max: Amount,
}

/// How the sandbox behaves.
#[derive(Clone, Debug, Default)]
pub struct SandboxOptions {
    /// Where it sends webhooks to: the address of this server, such as `http://127.0.0.1:8080`.
    /// Without one they are handed over within the process.
    pub webhook_url: Option<String>,
    /// With a seed, webhooks are late, out of order and repeated.
    pub disorder: Option<u64>,
}

/// An account at Stripe. `Debug` is left out on purpose.
#[derive(Clone)]
pub struct StripeOptions {
    /// Where Stripe is: another one in tests only.
    pub url: String,
    pub secret_key: String,
    pub publishable_key: String,
    /// Of the webhook endpoint; two while one is exchanged for the other.
    pub webhook_secrets: Vec<String>,
}

impl Default for PaymentsOptions {
    fn default() -> Self {
        Self {
            limits: BTreeMap::new(),
            limits_default: AmountLimits { min: Amount::new(50), max: Amount::new(1_000_000) },
            check_after: Duration::from_secs(600),
            public_url: None,
            offers_sandbox: true,
            sandbox: SandboxOptions::default(),
            stripe: None,
            webhooks_kept: Duration::from_secs(90 * 24 * 3_600),
            crash: CrashPoint::default(),
        }
    }
}

impl PaymentsOptions {
    pub(crate) fn limits_of(&self, asset: &str) -> AmountLimits {
        self.limits.get(asset).copied().unwrap_or(self.limits_default)
    }
}
