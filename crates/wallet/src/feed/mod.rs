//! The ledger's records, told as what happened between people. For whoever follows along: the
//! sequence is the ledger's, so there are gaps, and an empty answer means "nothing up to now".

mod service;
mod store;

pub(crate) use service::FeedMemory;

use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::TransferId;
use ledger::engine::{Record, TransferFlags};

use crate::books;
use crate::ids::{Purpose, derived};
use crate::transfers::{is_claim, public_id};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WalletEventKind {
    /// Value went from one to the other.
    Sent,
    /// It waits for the recipient, or for whoever has an e-mail address.
    Held,
    Accepted,
    Declined,
    Cancelled,
    Expired,
    /// Staff took it back, wholly or in part.
    Reversed,
}

/// Something that happened to a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletEvent {
    /// Position in the ledger's journal.
    pub seq: i64,
    pub at: Timestamp,
    pub transfer_id: TransferId,
    pub kind: WalletEventKind,
    pub sender: UserId,
    /// Nobody yet, for an invitation.
    pub recipient: Option<UserId>,
    pub asset: String,
    pub scale: u8,
    pub amount: Amount,
    pub message: Option<String>,
    pub reference: Option<String>,
}

impl WalletEventKind {
    /// What a record means to people; nothing if it isn't about them.
    fn of(record: &Record) -> Option<Self> {
        let (flags, extra) = (record.flags, record.extra());
        // What was taken over happened long ago.
        if !books::is_between_people(record.code) || flags.has(TransferFlags::IMPORTED) {
            return None;
        }
        if extra.reverses != 0 {
            return Some(Self::Reversed);
        }
        if is_claim(record) || flags.has(TransferFlags::POST_PENDING) {
            return Some(Self::Accepted);
        }
        if flags.has(TransferFlags::EXPIRE_PENDING) {
            return Some(Self::Expired);
        }
        if flags.has(TransferFlags::VOID_PENDING) {
            return Self::of_void(record.id, public_id(record));
        }
        if flags.has(TransferFlags::EXTEND_PENDING) {
            return None;
        }
        Some(if flags.has(TransferFlags::PENDING) { Self::Held } else { Self::Sent })
    }

    fn of_void(id: u128, pending: u128) -> Option<Self> {
        if id == derived(Purpose::ClaimRelease, pending, 0) {
            // The transfer that is linked with it says that it was accepted.
            return None;
        }
        let is_declined = id == derived(Purpose::Decline, pending, 0);
        Some(if is_declined { Self::Declined } else { Self::Cancelled })
    }
}

#[cfg(test)]
mod tests {
    use ledger::engine::Extra;

    use super::*;

    fn record(id: u128, code: u16, flags: u16, extra: Extra) -> Record {
        Record {
            seq: 1,
            id,
            debit: 1,
            credit: 2,
            amount: 5,
            at: 0,
            code,
            flags: TransferFlags(flags),
            extra: Some(Box::new(extra)),
        }
    }

    #[test]
    fn records_are_told_in_the_words_of_people() {
        use WalletEventKind as K;
        let plain = |code, flags| WalletEventKind::of(&record(9, code, flags, Extra::default()));
        assert_eq!(plain(books::TRANSFER, 0), Some(K::Sent));
        assert_eq!(plain(books::TRANSFER, TransferFlags::PENDING), Some(K::Held));
        assert_eq!(plain(books::INVITATION, TransferFlags::PENDING), Some(K::Held));
        assert_eq!(plain(books::INVITATION, 0), Some(K::Accepted));
        assert_eq!(plain(books::TRANSFER, TransferFlags::IMPORTED), None);
        assert_eq!(plain(books::DEPOSIT, 0), None);
        assert_eq!(plain(books::LIMIT_USE, 0), None);
        let about = |id, flags| {
            let extra = Extra { pending_id: 7, ..Extra::default() };
            WalletEventKind::of(&record(id, books::TRANSFER, flags, extra))
        };
        assert_eq!(about(9, TransferFlags::POST_PENDING), Some(K::Accepted));
        assert_eq!(about(9, TransferFlags::EXPIRE_PENDING), Some(K::Expired));
        assert_eq!(about(9, TransferFlags::VOID_PENDING), Some(K::Cancelled));
        let decline = derived(Purpose::Decline, 7, 0);
        assert_eq!(about(decline, TransferFlags::VOID_PENDING), Some(K::Declined));
        let release = derived(Purpose::ClaimRelease, 7, 0);
        assert_eq!(about(release, TransferFlags::VOID_PENDING), None);
    }
}
