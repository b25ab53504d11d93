//! What came into an account and what went out of it, with the balance after each entry. Holds are
//! not in it until they are accepted: they are transfers that wait.
//!
//! Entries are read from the ledger, newest first, and filtered here. How much is looked at for one
//! page is bounded: a page may hold few entries, or none, and still have a next one.

pub(crate) mod http;
mod service;

#[cfg(test)]
mod tests;

pub(crate) use service::has_moved;

use kernel::{Amount, Timestamp};
use ledger::TransferId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::books;
use crate::people::{Party, is_found};
use crate::transfers::Direction;

/// What an entry is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletEntryKind)]
pub enum EntryKind {
    Transfer,
    Invitation,
    RequestPayment,
    ScheduledTransfer,
    Deposit,
    Withdrawal,
    Refund,
    Dispute,
    ReturnedPayout,
    Adjustment,
    Reversal,
    /// Value that came to be, such as a harvest, or that was there at the begin.
    Issue,
    /// What was paid for an order of the shop, which is the reference.
    Purchase,
    /// What came back of one.
    PurchaseRefund,
    Other,
}

impl EntryKind {
    pub(crate) const fn of(code: u16) -> Self {
        match code {
            books::TRANSFER => Self::Transfer,
            books::INVITATION => Self::Invitation,
            books::REQUEST_PAYMENT => Self::RequestPayment,
            books::SCHEDULED => Self::ScheduledTransfer,
            books::DEPOSIT => Self::Deposit,
            books::WITHDRAWAL => Self::Withdrawal,
            books::REFUND => Self::Refund,
            books::DISPUTE => Self::Dispute,
            books::RETURNED_PAYOUT => Self::ReturnedPayout,
            books::ADJUSTMENT => Self::Adjustment,
            books::ADJUSTMENT_REVERSAL => Self::Reversal,
            books::ISSUE => Self::Issue,
            books::PURCHASE => Self::Purchase,
            books::PURCHASE_REFUND => Self::PurchaseRefund,
            _ => Self::Other,
        }
    }

    const ALL: [Self; 15] = [
        Self::Transfer,
        Self::Invitation,
        Self::RequestPayment,
        Self::ScheduledTransfer,
        Self::Deposit,
        Self::Withdrawal,
        Self::Refund,
        Self::Dispute,
        Self::ReturnedPayout,
        Self::Adjustment,
        Self::Reversal,
        Self::Issue,
        Self::Purchase,
        Self::PurchaseRefund,
        Self::Other,
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Invitation => "invitation",
            Self::RequestPayment => "request_payment",
            Self::ScheduledTransfer => "scheduled_transfer",
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::ReturnedPayout => "returned_payout",
            Self::Adjustment => "adjustment",
            Self::Reversal => "reversal",
            Self::Issue => "issue",
            Self::Purchase => "purchase",
            Self::PurchaseRefund => "purchase_refund",
            Self::Other => "other",
        }
    }

    /// In words, for statements.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Transfer => "Transfer",
            Self::Invitation => "Invitation",
            Self::RequestPayment => "Payment of a request",
            Self::ScheduledTransfer => "Scheduled transfer",
            Self::Deposit => "Deposit",
            Self::Withdrawal => "Withdrawal",
            Self::Refund => "Refund",
            Self::Dispute => "Dispute",
            Self::ReturnedPayout => "Returned payout",
            Self::Adjustment => "Adjustment",
            Self::Reversal => "Reversal",
            Self::Issue => "Issue",
            Self::Purchase => "Order in the shop",
            Self::PurchaseRefund => "Refund of an order",
            Self::Other => "Booking",
        }
    }
}

/// Something that came in or went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletEntry)]
pub struct HistoryEntry {
    /// The transfer that it belongs to.
    pub transfer_id: TransferId,
    pub at: Timestamp,
    pub kind: EntryKind,
    pub direction: Direction,
    pub amount: Amount,
    /// What the account held after it, holds included.
    pub balance: Amount,
    /// The other side, if it is a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its position, for cursors.
    #[serde(skip)]
    pub sequence: i64,
}

/// Which entries to read. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
    pub direction: Option<Direction>,
    /// The other side's handle.
    pub counterparty: Option<String>,
    pub kind: Option<EntryKind>,
    pub amount_min: Option<Amount>,
    pub amount_max: Option<Amount>,
    /// Part of the message, the reference, or the other side's name or handle, in any case.
    pub text: Option<String>,
    /// Go on after this sequence.
    pub cursor: Option<i64>,
    pub limit: usize,
}

/// A page of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
    /// Where the next page goes on; `None` at the end.
    pub next: Option<i64>,
}

impl HistoryQuery {
    /// Whether entries may be left out, so that more are read than are shown.
    fn is_selective(&self) -> bool {
        let Self { direction, counterparty, kind, amount_min, amount_max, text, .. } = self;
        direction.is_some()
            || counterparty.is_some()
            || kind.is_some()
            || amount_min.is_some()
            || amount_max.is_some()
            || text.is_some()
    }

    /// Conditions that the ledger's record tells.
    fn lets_record_through(&self, kind: EntryKind, direction: Direction, amount: u128) -> bool {
        self.kind.is_none_or(|wanted| wanted == kind)
            && self.direction.is_none_or(|wanted| wanted == direction)
            && self.amount_min.is_none_or(|min| amount >= min.get())
            && self.amount_max.is_none_or(|max| amount <= max.get())
    }

    /// Conditions on what people wrote and who they are.
    fn lets_through(&self, entry: &HistoryEntry) -> bool {
        let party = entry.counterparty.as_ref();
        let words = [entry.message.as_deref(), entry.reference.as_deref()];
        self.counterparty
            .as_ref()
            .is_none_or(|handle| party.is_some_and(|party| party.has_handle(handle)))
            && self.text.as_ref().is_none_or(|text| is_found(text, party, words))
    }
}
