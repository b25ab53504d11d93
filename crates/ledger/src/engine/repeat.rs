//! Idempotency: how a transfer whose id is taken compares with the one that is there.
//! Fields are compared in the order of precedence; the first difference names the conflict.

use super::status::TransferStatus;
use super::transfer::{Extra, NewTransfer, Record, TransferFlags};
use super::{AMOUNT_MAX, Engine};

impl Engine {
    /// [`TransferStatus::Exists`], or the first field that differs.
    pub(super) fn repeated_transfer(&self, new: &NewTransfer, record: &Record) -> TransferStatus {
        let (given, there) = (new.extra(), record.extra());
        if new.flags != record.flags {
            return TransferStatus::ExistsWithDifferentFlags;
        }
        if given.pending_id != there.pending_id {
            return TransferStatus::ExistsWithDifferentPendingId;
        }
        if given.timeout_s != there.timeout_s {
            return TransferStatus::ExistsWithDifferentTimeout;
        }
        // Resolutions and reversals may leave out what follows from the transfer they refer to.
        let refers = new.flags.any(TransferFlags::RESOLVING) || given.reverses != 0;
        if self.differs_in_accounts(new, record, refers) {
            return if self.is_account(new.debit_account, record.debit, refers) {
                TransferStatus::ExistsWithDifferentCreditAccountId
            } else {
                TransferStatus::ExistsWithDifferentDebitAccountId
            };
        }
        if !self.same_amount(new, record) {
            return TransferStatus::ExistsWithDifferentAmount;
        }
        if let Some(status) = self.compare_user_data(new, record) {
            return status;
        }
        let asset =
            self.accounts.by_no(record.debit).expect("a record's accounts are loaded").asset;
        if new.asset != asset && !(refers && new.asset == 0) {
            return TransferStatus::ExistsWithDifferentAsset;
        }
        if new.code != record.code && !(refers && new.code == 0) {
            return TransferStatus::ExistsWithDifferentCode;
        }
        compare_bushel(given, there)
    }

    fn is_account(&self, id: u128, no: i64, may_be_zero: bool) -> bool {
        (may_be_zero && id == 0) || self.accounts.slot_of_id(id) == self.accounts.slot_of_no(no)
    }

    fn differs_in_accounts(&self, new: &NewTransfer, record: &Record, may_be_zero: bool) -> bool {
        !self.is_account(new.debit_account, record.debit, may_be_zero)
            || !self.is_account(new.credit_account, record.credit, may_be_zero)
    }

    fn compare_user_data(&self, new: &NewTransfer, record: &Record) -> Option<TransferStatus> {
        let (given, there) = (new.extra(), record.extra());
        let nothing = Extra::default();
        let pending = if new.flags.any(TransferFlags::RESOLVING) {
            self.find_record(given.pending_id).map_or(&nothing, Record::extra)
        } else {
            &nothing
        };
        let or = |given: u128, pending: u128| if given != 0 { given } else { pending };
        if or(given.user_data_128, pending.user_data_128) != there.user_data_128 {
            return Some(TransferStatus::ExistsWithDifferentUserData128);
        }
        let (given_64, pending_64) = (given.user_data_64.into(), pending.user_data_64.into());
        if or(given_64, pending_64) != u128::from(there.user_data_64) {
            return Some(TransferStatus::ExistsWithDifferentUserData64);
        }
        let (given_32, pending_32) = (given.user_data_32.into(), pending.user_data_32.into());
        if or(given_32, pending_32) != u128::from(there.user_data_32) {
            return Some(TransferStatus::ExistsWithDifferentUserData32);
        }
        None
    }

    /// Whether the amount asked for now can have led to the amount recorded then.
    fn same_amount(&self, new: &NewTransfer, record: &Record) -> bool {
        let (flags, given) = (new.flags, new.extra());
        if new.amount == record.amount {
            return true;
        }
        if flags.any(TransferFlags::BALANCING_DEBIT | TransferFlags::BALANCING_CREDIT) {
            return new.amount >= record.amount;
        }
        if flags.has(TransferFlags::VOID_PENDING) && new.amount == 0 {
            return true;
        }
        if new.amount == AMOUNT_MAX && flags.has(TransferFlags::POST_PENDING) {
            return if flags.has(TransferFlags::PARTIAL) {
                self.is_last_change(given.pending_id, record)
                    && self.states.get(given.pending_id).is_some_and(|state| state.remaining == 0)
            } else {
                record.extra().released == Some(record.amount)
            };
        }
        if new.amount == AMOUNT_MAX && given.reverses != 0 {
            let original = self.find_record(given.reverses);
            return self.is_last_change(given.reverses, record)
                && self.states.get(given.reverses).map(|state| state.reversed)
                    == original.map(|original| original.amount);
        }
        false
    }

    /// Whether nothing happened to a transfer after `record`. What took "all of it" is the last.
    fn is_last_change(&self, id: u128, record: &Record) -> bool {
        self.states.get(id).is_some_and(|state| state.changed_seq == record.seq)
    }
}

fn compare_bushel(given: &Extra, there: &Extra) -> TransferStatus {
    if given.group != there.group {
        TransferStatus::ExistsWithDifferentGroup
    } else if given.reverses != there.reverses {
        TransferStatus::ExistsWithDifferentReverses
    } else if given.effective_at != there.effective_at {
        TransferStatus::ExistsWithDifferentEffectiveAt
    } else if given.reference != there.reference {
        TransferStatus::ExistsWithDifferentReference
    } else if given.metadata != there.metadata {
        TransferStatus::ExistsWithDifferentMetadata
    } else {
        TransferStatus::Exists
    }
}
