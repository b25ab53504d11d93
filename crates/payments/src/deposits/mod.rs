//! Deposits: money from a card into a user's account, or into that of something that is bought.
//!
//! The amount is pending in the ledger before the provider hears of it, and posted or released
//! when the provider has decided. A status is recorded after the ledger did what belongs to it;
//! ledger ids follow from the deposit's id, so a step that was cut off is taken again, not twice.
//! What was captured leaves only by refunds and chargebacks.

pub(crate) mod http;
mod progress;
pub(crate) mod service;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use identity::UserId;
use kernel::{Amount, Timestamp};

pub use crate::ids::DepositId;
pub use service::{NewDeposit, PayWith};

use crate::provider::{CardFace, DisputeStatus, PaymentStatus};
use crate::verdict::{Source, Verdict};

/// A deposit as its row and what hangs on it say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    pub id: DepositId,
    pub payee: Payee,
    pub asset: String,
    pub scale: u8,
    pub amount: Amount,
    /// None until the provider says which one it was, where its own form asks for the card.
    pub card: Option<Card>,
    pub return_url: Option<String>,
    pub status: DepositStatus,
    /// A stable code, if it failed or was reversed.
    pub failure: Option<String>,
    /// Given back to the card by now.
    pub refunded: Amount,
    /// The last dispute.
    pub dispute: Option<DisputeStatus>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub(crate) is_held: bool,
    pub(crate) provider: String,
    pub(crate) provider_payment: Option<String>,
    pub(crate) action: Option<Vec<u8>>,
    /// When it is given up if its holder has not confirmed it; none: a day after it began.
    pub(crate) confirm_by: Option<Timestamp>,
}

/// Into whose account it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payee {
    /// The user's own.
    User(UserId),
    /// That of something that is bought, perhaps by a guest. Then the deposit is called a charge.
    Purchase {
        user: Option<UserId>,
        /// The ledger's account.
        account: u128,
        /// What is paid for, as whoever sells it names it.
        reference: String,
    },
}

impl Payee {
    /// Whom it concerns.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Purchase { user, .. } => *user,
        }
    }

    /// The ledger's account.
    pub(crate) fn account(&self, asset: &str) -> u128 {
        match self {
            Self::User(user) => user.account_id(asset),
            Self::Purchase { account, .. } => *account,
        }
    }

    /// The user, if it is their own account.
    pub(crate) const fn owner(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Purchase { .. } => None,
        }
    }
}

/// A card as we show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// None where the provider gives us no token to pay with again.
    pub token: Option<String>,
    pub face: CardFace,
}

/// How far the books are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DepositStatus {
    /// Written down; the provider has not said anything.
    Pending,
    /// The card's holder has to confirm it.
    RequiresAction,
    /// The provider has it.
    Processing,
    /// Posted to the user's account.
    Succeeded,
    /// Released, or never held.
    Failed,
    /// Posted, and taken back because the bank did.
    Reversed,
}

impl DepositStatus {
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::RequiresAction,
        Self::Processing,
        Self::Succeeded,
        Self::Failed,
        Self::Reversed,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Reversed => "reversed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the user's account does not have the amount yet, but may get it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::RequiresAction | Self::Processing)
    }

    /// Nothing ever goes to a lower rank.
    const fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::RequiresAction => 1,
            Self::Processing => 2,
            Self::Succeeded | Self::Failed => 3,
            Self::Reversed => 4,
        }
    }
}

impl From<&PaymentStatus> for DepositStatus {
    /// Where the provider's status leads to.
    fn from(status: &PaymentStatus) -> Self {
        match status {
            PaymentStatus::RequiresAction { .. } => Self::RequiresAction,
            PaymentStatus::Processing => Self::Processing,
            PaymentStatus::Succeeded => Self::Succeeded,
            PaymentStatus::Failed { .. } => Self::Failed,
            PaymentStatus::Reversed { .. } => Self::Reversed,
        }
    }
}

/// What to do when a deposit hears where its payment has got to.
pub(crate) fn verdict(current: DepositStatus, news: DepositStatus, source: Source) -> Verdict {
    use DepositStatus as S;
    match (current, news) {
        _ if news == current || news.rank() < current.rank() => Verdict::Stay,
        (S::Pending | S::RequiresAction | S::Processing, _) => Verdict::Go,
        (S::Succeeded, S::Reversed) => Verdict::by_source(source, Verdict::Go),
        // Failed and succeeded, or failed and taken back: no payment is both.
        _ => Verdict::by_source(source, Verdict::Contradiction),
    }
}

/// A step of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Only write it down.
    Note,
    /// Post what is pending.
    Capture,
    /// Release what is pending.
    Release,
    /// Take back from the user what there is, and the rest from the house.
    TakeBack,
}

/// The steps from one status to another that [`verdict`] lets it go to.
pub(crate) const fn steps(current: DepositStatus, target: DepositStatus) -> &'static [Step] {
    use DepositStatus as S;
    match (current, target) {
        (_, S::Succeeded) => &[Step::Capture],
        (_, S::Failed) => &[Step::Release],
        (S::Succeeded, S::Reversed) => &[Step::TakeBack],
        (_, S::Reversed) => &[Step::Capture, Step::TakeBack],
        _ => &[Step::Note],
    }
}
