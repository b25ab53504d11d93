//! Transfers between people: at once, or held until the recipient accepts.
//!
//! They are ledger transfers; what is answered here is read from the ledger's records. Invariants:
//! - A transfer's id follows from the caller's key, so a repeat makes nothing twice, for ever.
//! - What waits is resolved once: accept, decline, cancel and the time limit race on the ledger.
//! - Everything that can be refused for a reason of the recipient is looked at before the ledger is
//!   called, because a refused id stays refused.
//!
//! Reading order: `submit` (the ledger call, with limits), `service` (create), `resolve` (accept and
//! so on), `view` (records as people see them), `list`.

pub(crate) mod http;
mod list;
mod resolve;
mod service;
mod submit;
mod view;

#[cfg(test)]
mod tests;

use kernel::{Amount, Timestamp};
use ledger::TransferId;
use ledger::engine::{PendingStatus, TransferState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use list::{SCAN_MAX, TransferQuery};
pub(crate) use resolve::Resolution;
pub(crate) use service::{NewTransfer, Sent, check_recipient, is_for_people};
pub(crate) use submit::{Payment, Receiver};
pub(crate) use view::{is_claim, public_id};

use crate::books;
use crate::ids::{Purpose, derived};
use crate::people::Party;

/// Whether it is a transfer between people, and not what became of another one.
pub(crate) fn is_between_people(transfer: &ledger::Transfer) -> bool {
    books::is_between_people(transfer.record.code) && view::is_root(&transfer.record)
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletTransferStatus)]
pub(crate) enum Status {
    /// It was made at once.
    Completed,
    /// The recipient has to accept.
    Waiting,
    /// It waits for somebody to register with the e-mail address.
    Invited,
    Accepted,
    Declined,
    Cancelled,
    Expired,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Waiting => "waiting",
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// What the ledger knows of a transfer, and which record changed it last.
    pub(crate) fn of(
        id: u128,
        code: u16,
        state: Option<&TransferState>,
        changed_by: Option<u128>,
    ) -> Self {
        match state.map_or(PendingStatus::None, |state| state.status) {
            PendingStatus::None => Self::Completed,
            PendingStatus::Pending if code == books::INVITATION => Self::Invited,
            PendingStatus::Pending => Self::Waiting,
            PendingStatus::Posted => Self::Accepted,
            PendingStatus::Expired => Self::Expired,
            PendingStatus::Voided => match changed_by {
                Some(by) if by == derived(Purpose::Decline, id, 0) => Self::Declined,
                Some(by) if by == derived(Purpose::ClaimRelease, id, 0) => Self::Accepted,
                _ => Self::Cancelled,
            },
        }
    }
}

/// Which way a transfer goes, seen from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletDirection)]
pub enum Direction {
    In,
    Out,
}

/// Why a transfer was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletTransferKind)]
pub(crate) enum Kind {
    Transfer,
    Invitation,
    RequestPayment,
    Scheduled,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Invitation => "invitation",
            Self::RequestPayment => "request_payment",
            Self::Scheduled => "scheduled",
        }
    }

    pub(crate) const fn of(code: u16) -> Self {
        match code {
            books::INVITATION => Self::Invitation,
            books::REQUEST_PAYMENT => Self::RequestPayment,
            books::SCHEDULED => Self::Scheduled,
            _ => Self::Transfer,
        }
    }
}

/// A side of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletRole)]
pub(crate) enum By {
    Sender,
    Recipient,
}

/// Something that happened to a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletTransferEvent)]
pub(crate) struct TimelineEvent {
    pub(crate) at: Timestamp,
    /// `created`, `accepted`, `declined`, `cancelled`, `expired` or `reversed`.
    #[schema(value_type = String, example = "created")]
    pub(crate) event: &'static str,
    /// Who did it, if it was one of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<By>,
}

/// A transfer as one of its two parties sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletTransfer)]
pub(crate) struct Transfer {
    pub(crate) id: TransferId,
    pub(crate) status: Status,
    pub(crate) kind: Kind,
    pub(crate) direction: Direction,
    pub(crate) from: Party,
    pub(crate) to: Party,
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub(crate) scale: u8,
    pub(crate) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    pub(crate) created_at: Timestamp,
    /// Until when the recipient may accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
    /// What happened, oldest first. Only where one transfer is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) timeline: Vec<TimelineEvent>,
}
