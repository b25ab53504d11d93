//! Refunds: a deposit given back to its card, wholly or in part.
//!
//! The ledger takes the amount from the user's account first, as a reversal of the deposit's
//! transfer: so it refuses, also in a race, what the account hasn't got and what the deposit
//! never brought. Then the provider is asked. If that fails for good, a transfer gives the amount
//! back; it counts as used of the deposit all the same, because its card can't be reached.

pub(crate) mod http;
mod progress;
pub(crate) mod service;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use kernel::{Amount, Timestamp};

pub use crate::ids::RefundId;
pub use service::NewRefund;

use crate::deposits::Payee;
use crate::ids::DepositId;
use crate::provider;
use crate::verdict::{Source, Verdict};

/// A refund as its row says, with what it needs of its deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub deposit: DepositId,
    pub payee: Payee,
    pub asset: String,
    pub scale: u8,
    pub amount: Amount,
    pub reason: Option<String>,
    pub status: RefundStatus,
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub(crate) is_moved: bool,
    pub(crate) provider: String,
    pub(crate) provider_payment: Option<String>,
    pub(crate) provider_refund: Option<String>,
}

/// How far the books are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundStatus {
    /// Written down; the provider has not heard of it.
    Pending,
    /// The provider has it.
    Processing,
    Succeeded,
    /// The amount is in the account again, or never left it.
    Failed,
}

impl RefundStatus {
    pub const ALL: [Self; 4] = [Self::Pending, Self::Processing, Self::Succeeded, Self::Failed];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl From<&provider::RefundStatus> for RefundStatus {
    fn from(status: &provider::RefundStatus) -> Self {
        match status {
            provider::RefundStatus::Processing => Self::Processing,
            provider::RefundStatus::Succeeded => Self::Succeeded,
            provider::RefundStatus::Failed { .. } => Self::Failed,
        }
    }
}

/// What to do when a refund hears where it has got to at the provider. The order of the statuses
/// is their rank: also one that succeeded may fail, if the card's bank sends it back.
pub(crate) fn verdict(current: RefundStatus, news: RefundStatus, source: Source) -> Verdict {
    use RefundStatus as S;
    match (current, news) {
        _ if news as u8 <= current as u8 => Verdict::Stay,
        (S::Succeeded, S::Failed) => Verdict::by_source(source, Verdict::Go),
        _ => Verdict::Go,
    }
}
