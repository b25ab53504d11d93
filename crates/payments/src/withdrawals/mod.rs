//! Withdrawals: money from a user's account to a bank account.
//!
//! The amount is held before the provider hears of it, so it can't be spent twice; posted when
//! the provider has paid, released when it won't. What the bank sends back after that comes back
//! by a transfer of its own. An IBAN is stored sealed; in clear there are its country and its
//! last four characters.

pub(crate) mod http;
mod iban;
mod progress;
mod service;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use identity::UserId;
use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};

pub use crate::ids::{DestinationId, WithdrawalId};
pub use service::{NewWithdrawal, PayTo};

pub(crate) use iban::Iban;

use crate::provider::PayoutStatus;
use crate::verdict::{Source, Verdict};

/// A withdrawal as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub id: WithdrawalId,
    pub user: UserId,
    pub asset: String,
    pub scale: u8,
    pub amount: Amount,
    pub destination: Destination,
    pub status: WithdrawalStatus,
    /// A stable code, if it failed or came back.
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub(crate) is_held: bool,
    pub(crate) provider: String,
    pub(crate) provider_payout: Option<String>,
}

/// A bank account as we show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub id: DestinationId,
    pub country: String,
    pub last4: String,
    pub(crate) sealed: Vec<u8>,
}

/// What is sealed of a bank account. `Debug` is left out on purpose.
#[derive(Serialize, Deserialize)]
pub(crate) struct BankAccount {
    pub(crate) iban: String,
    pub(crate) name: String,
}

/// How far the books are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WithdrawalStatus {
    /// Written down, and held; the provider has not said anything.
    Pending,
    /// The provider has it.
    Processing,
    /// Posted.
    Paid,
    /// Released, or never held.
    Failed,
    /// Posted, and transferred back because the bank sent it back.
    Returned,
}

impl WithdrawalStatus {
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Processing, Self::Paid, Self::Failed, Self::Returned];

    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the amount is still held.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Processing => 1,
            Self::Paid | Self::Failed => 2,
            Self::Returned => 3,
        }
    }
}

impl From<&PayoutStatus> for WithdrawalStatus {
    fn from(status: &PayoutStatus) -> Self {
        match status {
            PayoutStatus::Processing => Self::Processing,
            PayoutStatus::Paid => Self::Paid,
            PayoutStatus::Failed { .. } => Self::Failed,
            PayoutStatus::Returned { .. } => Self::Returned,
        }
    }
}

/// What to do when a withdrawal hears where its payout has got to.
pub(crate) fn verdict(
    current: WithdrawalStatus,
    news: WithdrawalStatus,
    source: Source,
) -> Verdict {
    use WithdrawalStatus as S;
    match (current, news) {
        _ if news == current || news.rank() < current.rank() => Verdict::Stay,
        (S::Pending | S::Processing, _) => Verdict::Go,
        (S::Paid, S::Returned) => Verdict::by_source(source, Verdict::Go),
        _ => Verdict::by_source(source, Verdict::Contradiction),
    }
}

/// A step of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Note,
    /// Post what is held.
    Capture,
    /// Release what is held.
    Release,
    /// Transfer it back.
    Return,
}

/// The steps from one status to another that [`verdict`] lets it go to.
pub(crate) const fn steps(current: WithdrawalStatus, target: WithdrawalStatus) -> &'static [Step] {
    use WithdrawalStatus as S;
    match (current, target) {
        (_, S::Paid) => &[Step::Capture],
        (_, S::Failed) => &[Step::Release],
        (S::Paid, S::Returned) => &[Step::Return],
        (_, S::Returned) => &[Step::Capture, Step::Return],
        _ => &[Step::Note],
    }
}
