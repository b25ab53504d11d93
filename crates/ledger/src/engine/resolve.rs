//! What happens to a pending transfer: post (whole, or in part for good, or in part with the
//! rest kept), void, extend, expire. The order of the checks is TigerBeetle's.

use super::account::Account;
use super::chain::TIME_MAX;
use super::state::{PendingStatus, TransferState};
use super::status::TransferStatus;
use super::transfer::{Extra, NewTransfer, Record, TransferFlags};
use super::{AMOUNT_MAX, Engine, Time};

/// A resolution that may go ahead.
struct Resolution {
    pending: Record,
    state: TransferState,
    debit: u32,
    credit: u32,
    amount: u128,
    at: Time,
}

impl Engine {
    /// Posts, voids or extends a pending transfer; answers with the record's sequence.
    pub(super) fn resolve(&mut self, new: &NewTransfer) -> Result<i64, TransferStatus> {
        let resolution = self.check_resolution(new)?;
        Ok(self.record_resolution(new, resolution))
    }

    fn check_resolution(&self, new: &NewTransfer) -> Result<Resolution, TransferStatus> {
        let extra = new.extra();
        check_fields(new, extra)?;
        let pending =
            self.find_record(extra.pending_id).ok_or(TransferStatus::PendingTransferNotFound)?;
        if !pending.flags.has(TransferFlags::PENDING) {
            return Err(TransferStatus::PendingTransferNotPending);
        }
        let slot = |no| self.accounts.slot_of_no(no).expect("a record's accounts are loaded");
        let (debit, credit) = (slot(pending.debit), slot(pending.credit));
        let (dr, cr) = (self.accounts.at(debit), self.accounts.at(credit));
        check_same(new, pending, dr, cr)?;
        let state = *self.states.get(extra.pending_id).expect("a pending transfer has a state");
        let amount = check_amount(new, pending, &state, self.now)?;
        check_open(&state, self.now)?;
        let at = self.resolution_time(new)?;
        if !new.flags.has(TransferFlags::VOID_PENDING) {
            if dr.closed {
                return Err(TransferStatus::DebitAccountAlreadyClosed);
            }
            if cr.closed {
                return Err(TransferStatus::CreditAccountAlreadyClosed);
            }
        }
        if at + Time::from(extra.timeout_s) * 1_000_000 > TIME_MAX {
            return Err(TransferStatus::OverflowsTimeout);
        }
        Ok(Resolution { pending: pending.clone(), state, debit, credit, amount, at })
    }

    fn resolution_time(&self, new: &NewTransfer) -> Result<Time, TransferStatus> {
        if !new.flags.has(TransferFlags::IMPORTED) {
            return Ok(self.now);
        }
        if new.timestamp <= self.last_transfer_at {
            return Err(TransferStatus::ImportedEventTimestampMustNotRegress);
        }
        if new.extra().timeout_s != 0 {
            return Err(TransferStatus::ImportedEventTimeoutMustBeZero);
        }
        Ok(new.timestamp)
    }

    fn record_resolution(&mut self, new: &NewTransfer, resolution: Resolution) -> i64 {
        let Resolution { pending, state, debit, credit, amount, at } = resolution;
        let flags = new.flags;
        let keeps_rest = flags.any(TransferFlags::PARTIAL | TransferFlags::EXTEND_PENDING);
        let released = match (flags.has(TransferFlags::EXTEND_PENDING), keeps_rest) {
            (true, _) => 0,
            (false, true) => amount,
            (false, false) => state.remaining,
        };
        let seq = self.window.next_seq();
        let record = Record {
            seq,
            id: new.id,
            debit: pending.debit,
            credit: pending.credit,
            amount,
            at,
            code: pending.code,
            flags,
            extra: Some(Box::new(inherited(new.extra(), pending.extra(), released))),
        };
        self.commit_record(record, debit, credit);
        if flags.has(TransferFlags::VOID_PENDING) {
            self.reopen(pending.flags, debit, credit);
        }
        seq
    }

    /// A closing transfer that is voided or expires opens its accounts again.
    fn reopen(&mut self, flags: TransferFlags, debit: u32, credit: u32) {
        if flags.has(TransferFlags::CLOSING_DEBIT) {
            self.set_closed(debit, false);
        }
        if flags.has(TransferFlags::CLOSING_CREDIT) {
            self.set_closed(credit, false);
        }
    }

    /// Expires pending transfers whose time has passed, in the order of their expiry. Each
    /// expiry is a record of its own, so that everybody who follows the journal sees it.
    pub(super) fn expire(&mut self, limit: usize) -> usize {
        // What was loaded is what was due before the batch. If the batch itself resolved some of
        // that, others come into view that were not loaded: the next round takes those.
        let due = self.states.due(self.now, limit).into_iter().filter(|id| self.is_loaded(*id));
        let due: Vec<u128> = due.collect();
        for id in &due {
            self.expire_one(*id);
        }
        due.len()
    }

    /// Whether a transfer and both of its accounts are in memory.
    fn is_loaded(&self, id: u128) -> bool {
        self.find_record(id).is_some_and(|record| {
            let mut accounts = [record.debit, record.credit].into_iter();
            accounts.all(|no| self.accounts.slot_of_no(no).is_some())
        })
    }

    fn expire_one(&mut self, id: u128) {
        let pending = self.find_record(id).expect("what is due was loaded").clone();
        let state = *self.states.get(id).expect("what is due has a state");
        let slot = |no| self.accounts.slot_of_no(no).expect("a record's accounts are loaded");
        let (debit, credit) = (slot(pending.debit), slot(pending.credit));
        let seq = self.window.next_seq();
        let extra = Extra { pending_id: id, ..Extra::default() };
        let record = Record {
            seq,
            id: self.free_expiry_id(id),
            debit: pending.debit,
            credit: pending.credit,
            amount: state.remaining,
            at: self.now,
            code: pending.code,
            flags: TransferFlags(TransferFlags::EXPIRE_PENDING),
            extra: Some(Box::new(inherited(&extra, pending.extra(), state.remaining))),
        };
        self.commit_record(record, debit, credit);
        self.reopen(pending.flags, debit, credit);
    }
}

fn check_fields(new: &NewTransfer, extra: &Extra) -> Result<(), TransferStatus> {
    let flags = new.flags;
    let resolving = (flags.0 & TransferFlags::RESOLVING).count_ones();
    let exclusive = TransferFlags::PENDING
        | TransferFlags::BALANCING_DEBIT
        | TransferFlags::BALANCING_CREDIT
        | TransferFlags::CLOSING_DEBIT
        | TransferFlags::CLOSING_CREDIT;
    let stray_partial =
        flags.has(TransferFlags::PARTIAL) && !flags.has(TransferFlags::POST_PENDING);
    if resolving > 1 || flags.any(exclusive) || stray_partial || extra.reverses != 0 {
        return Err(TransferStatus::FlagsAreMutuallyExclusive);
    }
    if extra.pending_id == 0 {
        return Err(TransferStatus::PendingIdMustNotBeZero);
    }
    if extra.pending_id == u128::MAX {
        return Err(TransferStatus::PendingIdMustNotBeIntMax);
    }
    if extra.pending_id == new.id {
        return Err(TransferStatus::PendingIdMustBeDifferent);
    }
    if flags.has(TransferFlags::EXTEND_PENDING) {
        if extra.timeout_s == 0 {
            return Err(TransferStatus::TimeoutMustNotBeZero);
        }
    } else if extra.timeout_s != 0 {
        return Err(TransferStatus::TimeoutReservedForPendingTransfer);
    }
    if extra.group != 0 {
        return Err(TransferStatus::GroupReservedForPendingTransfer);
    }
    Ok(())
}

/// What the caller gives must be what the pending transfer has; zero stands for "the same".
fn check_same(
    new: &NewTransfer,
    pending: &Record,
    dr: &Account,
    cr: &Account,
) -> Result<(), TransferStatus> {
    if new.debit_account != 0 && new.debit_account != dr.id {
        return Err(TransferStatus::PendingTransferHasDifferentDebitAccountId);
    }
    if new.credit_account != 0 && new.credit_account != cr.id {
        return Err(TransferStatus::PendingTransferHasDifferentCreditAccountId);
    }
    if new.asset != 0 && new.asset != dr.asset {
        return Err(TransferStatus::PendingTransferHasDifferentAsset);
    }
    if new.code != 0 && new.code != pending.code {
        return Err(TransferStatus::PendingTransferHasDifferentCode);
    }
    Ok(())
}

/// The amount that a resolution means. While the hold is open, "all" is what captures left.
/// Afterwards the answer must not depend on whether an expiry was recorded already.
fn check_amount(
    new: &NewTransfer,
    pending: &Record,
    state: &TransferState,
    now: Time,
) -> Result<u128, TransferStatus> {
    let all = if state.is_open_at(now) { state.remaining } else { pending.amount };
    if new.flags.has(TransferFlags::EXTEND_PENDING) {
        return if new.amount == 0 {
            Ok(0)
        } else {
            Err(TransferStatus::PendingTransferHasDifferentAmount)
        };
    }
    let is_void = new.flags.has(TransferFlags::VOID_PENDING);
    let means_all = if is_void { new.amount == 0 } else { new.amount == AMOUNT_MAX };
    let amount = if means_all { all } else { new.amount };
    if amount > all {
        return Err(TransferStatus::ExceedsPendingTransferAmount);
    }
    if is_void && amount != all {
        return Err(TransferStatus::PendingTransferHasDifferentAmount);
    }
    Ok(amount)
}

fn check_open(state: &TransferState, now: Time) -> Result<(), TransferStatus> {
    match state.status {
        PendingStatus::None => unreachable!("a pending transfer's state says so"),
        PendingStatus::Pending => {}
        PendingStatus::Posted => return Err(TransferStatus::PendingTransferAlreadyPosted),
        PendingStatus::Voided => return Err(TransferStatus::PendingTransferAlreadyVoided),
        PendingStatus::Expired => return Err(TransferStatus::PendingTransferExpired),
    }
    // The time limit holds to the microsecond, whether the expiry was recorded yet or not.
    if state.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(TransferStatus::PendingTransferExpired);
    }
    Ok(())
}

/// The extra fields of a resolution: what the caller leaves out comes from the pending transfer.
fn inherited(given: &Extra, pending: &Extra, released: u128) -> Extra {
    let or = |given: u128, pending: u128| if given != 0 { given } else { pending };
    Extra {
        released: Some(released),
        user_data_128: or(given.user_data_128, pending.user_data_128),
        user_data_64: if given.user_data_64 != 0 {
            given.user_data_64
        } else {
            pending.user_data_64
        },
        user_data_32: if given.user_data_32 != 0 {
            given.user_data_32
        } else {
            pending.user_data_32
        },
        ..given.clone()
    }
}
