//! Creating a transfer: the checks in their order of precedence, then the record and its effect.

use super::account::Account;
use super::chain::TIME_MAX;
use super::state::TransferState;
use super::status::TransferStatus;
use super::transfer::{Extra, NewTransfer, Record, TransferFlags};
use super::{AMOUNT_MAX, Engine, Time, TransferResult};

/// Whose accounts a checked transfer moves value between, and how much.
struct Movement {
    debit: u32,
    credit: u32,
    amount: u128,
    code: u16,
    at: Time,
}

impl Engine {
    pub(super) fn create_transfer(&mut self, new: &NewTransfer) -> TransferResult {
        if new.flags.has_reserved() {
            return TransferResult::failed(TransferStatus::ReservedFlag);
        }
        if new.id == 0 {
            return TransferResult::failed(TransferStatus::IdMustNotBeZero);
        }
        if new.id == u128::MAX {
            return TransferResult::failed(TransferStatus::IdMustNotBeIntMax);
        }
        if let Some(result) = self.seen_before(new) {
            return result;
        }
        let created = if new.flags.any(TransferFlags::RESOLVING) {
            self.resolve(new)
        } else {
            self.check_transfer(new).map(|movement| self.record_transfer(new, &movement))
        };
        created.map_or_else(TransferResult::failed, TransferResult::created)
    }

    fn seen_before(&self, new: &NewTransfer) -> Option<TransferResult> {
        if let Some(first) = self.failure_of(new.id) {
            return Some(TransferResult::failed_before(first));
        }
        let record = self.find_record(new.id)?;
        Some(match self.repeated_transfer(new, record) {
            TransferStatus::Exists => TransferResult::exists(record.seq),
            status => TransferResult::failed(status),
        })
    }

    fn check_transfer(&self, new: &NewTransfer) -> Result<Movement, TransferStatus> {
        let extra = new.extra();
        check_fields(new, extra)?;
        let original = self.check_reversed(new, extra)?;
        let (debit_id, credit_id) = match &original {
            Some(original) => (original.debit_account, original.credit_account),
            None => (new.debit_account, new.credit_account),
        };
        let debit =
            self.accounts.slot_of_id(debit_id).ok_or(TransferStatus::DebitAccountNotFound)?;
        let credit =
            self.accounts.slot_of_id(credit_id).ok_or(TransferStatus::CreditAccountNotFound)?;
        let (dr, cr) = (self.accounts.at(debit), self.accounts.at(credit));
        if dr.asset != cr.asset {
            return Err(TransferStatus::AccountsMustHaveTheSameAsset);
        }
        if new.asset != dr.asset && !(original.is_some() && new.asset == 0) {
            return Err(TransferStatus::TransferMustHaveTheSameAssetAsAccounts);
        }
        let at = self.check_time(new, extra, dr, cr)?;
        if dr.closed {
            return Err(TransferStatus::DebitAccountAlreadyClosed);
        }
        if cr.closed {
            return Err(TransferStatus::CreditAccountAlreadyClosed);
        }
        let amount = match &original {
            Some(original) => original.amount(new.amount)?,
            None => balanced_amount(new, dr, cr),
        };
        check_overflows(new.flags, extra.timeout_s, amount, at, dr, cr)?;
        check_limits(amount, dr, cr)?;
        let code =
            if new.code == 0 { original.map_or(0, |original| original.code) } else { new.code };
        Ok(Movement { debit, credit, amount, code, at })
    }

    /// The time of the record: the batch's, or for imports the caller's.
    fn check_time(
        &self,
        new: &NewTransfer,
        extra: &Extra,
        dr: &Account,
        cr: &Account,
    ) -> Result<Time, TransferStatus> {
        if !new.flags.has(TransferFlags::IMPORTED) {
            return Ok(self.now);
        }
        if new.timestamp <= self.last_transfer_at {
            return Err(TransferStatus::ImportedEventTimestampMustNotRegress);
        }
        if new.timestamp <= dr.created_at {
            return Err(TransferStatus::ImportedEventTimestampMustPostdateDebitAccount);
        }
        if new.timestamp <= cr.created_at {
            return Err(TransferStatus::ImportedEventTimestampMustPostdateCreditAccount);
        }
        if extra.timeout_s != 0 {
            return Err(TransferStatus::ImportedEventTimeoutMustBeZero);
        }
        Ok(new.timestamp)
    }

    fn record_transfer(&mut self, new: &NewTransfer, movement: &Movement) -> i64 {
        let seq = self.append(new, movement);
        if new.flags.has(TransferFlags::PENDING) {
            self.close_accounts(new.flags, movement);
        }
        seq
    }

    fn append(&mut self, new: &NewTransfer, movement: &Movement) -> i64 {
        let seq = self.window.next_seq();
        let record = Record {
            seq,
            id: new.id,
            debit: self.accounts.at(movement.debit).no,
            credit: self.accounts.at(movement.credit).no,
            amount: movement.amount,
            at: movement.at,
            code: movement.code,
            flags: new.flags,
            extra: new.extra.clone(),
        };
        self.commit_record(record, movement.debit, movement.credit);
        seq
    }

    /// Puts a record into the journal and its effect into the balances. Nothing can fail here.
    pub(super) fn commit_record(&mut self, record: Record, debit: u32, credit: u32) {
        assert_ne!(debit, credit, "a transfer has two accounts");
        assert!(record.at >= self.last_transfer_at, "time never goes back");
        self.note_balances(debit);
        self.note_balances(credit);
        let effect = record.effect();
        self.last_transfer_at = record.at;
        self.accounts.at_mut(debit).balances.debit(effect);
        self.accounts.at_mut(credit).balances.credit(effect);
        self.follow(&record);
        self.window.push(record);
    }

    /// Changes the state of the transfer that the record speaks of.
    fn follow(&mut self, record: &Record) {
        let Some(target) = TransferState::target(record) else { return };
        let before = self.states.get(target).copied().unwrap_or_else(|| TransferState {
            seq: self.find_record(target).map_or(record.seq, |original| original.seq),
            ..TransferState::default()
        });
        self.set_state(target, TransferState::after(record, before));
    }

    fn close_accounts(&mut self, flags: TransferFlags, movement: &Movement) {
        let sides = [
            (TransferFlags::CLOSING_DEBIT, movement.debit),
            (TransferFlags::CLOSING_CREDIT, movement.credit),
        ];
        for (flag, slot) in sides {
            if flags.has(flag) {
                self.set_closed(slot, true);
            }
        }
    }

    pub(super) fn set_closed(&mut self, slot: u32, closed: bool) {
        let account = self.accounts.at_mut(slot);
        account.closed = closed;
        self.accounts_changed.push(account.no);
    }
}

impl TransferResult {
    fn failed_before(first: TransferStatus) -> Self {
        let status = TransferStatus::IdAlreadyFailed;
        Self { status, seq: None, first_failure: Some(first) }
    }
}

/// Checks that need nothing but the transfer itself.
fn check_fields(new: &NewTransfer, extra: &Extra) -> Result<(), TransferStatus> {
    if new.flags.has(TransferFlags::PARTIAL) {
        return Err(TransferStatus::FlagsAreMutuallyExclusive);
    }
    let is_reversal = extra.reverses != 0;
    check_account_ids(new, is_reversal)?;
    if extra.pending_id != 0 {
        return Err(TransferStatus::PendingIdMustBeZero);
    }
    if !new.flags.has(TransferFlags::PENDING) {
        if extra.timeout_s != 0 {
            return Err(TransferStatus::TimeoutReservedForPendingTransfer);
        }
        if new.flags.any(TransferFlags::CLOSING_DEBIT | TransferFlags::CLOSING_CREDIT) {
            return Err(TransferStatus::ClosingTransferMustBePending);
        }
        if extra.group != 0 {
            return Err(TransferStatus::GroupReservedForPendingTransfer);
        }
    }
    if is_reversal {
        let other = TransferFlags::PENDING
            | TransferFlags::BALANCING_DEBIT
            | TransferFlags::BALANCING_CREDIT;
        return if new.flags.any(other) {
            Err(TransferStatus::ReversalMustBeSinglePhase)
        } else {
            Ok(())
        };
    }
    if new.asset == 0 {
        return Err(TransferStatus::AssetMustNotBeZero);
    }
    if new.code == 0 {
        return Err(TransferStatus::CodeMustNotBeZero);
    }
    Ok(())
}

/// A reversal may leave its accounts out: they follow from what it reverses.
fn check_account_ids(new: &NewTransfer, may_be_zero: bool) -> Result<(), TransferStatus> {
    if new.debit_account == 0 && !may_be_zero {
        return Err(TransferStatus::DebitAccountIdMustNotBeZero);
    }
    if new.debit_account == u128::MAX {
        return Err(TransferStatus::DebitAccountIdMustNotBeIntMax);
    }
    if new.credit_account == 0 && !may_be_zero {
        return Err(TransferStatus::CreditAccountIdMustNotBeZero);
    }
    if new.credit_account == u128::MAX {
        return Err(TransferStatus::CreditAccountIdMustNotBeIntMax);
    }
    if new.debit_account == new.credit_account && new.debit_account != 0 {
        return Err(TransferStatus::AccountsMustBeDifferent);
    }
    Ok(())
}

/// The amount, reduced to what a balancing transfer's accounts allow.
fn balanced_amount(new: &NewTransfer, dr: &Account, cr: &Account) -> u128 {
    let mut amount = new.amount;
    if new.flags.has(TransferFlags::BALANCING_DEBIT) {
        amount = amount.min(dr.balancing_debit_room());
    }
    if new.flags.has(TransferFlags::BALANCING_CREDIT) {
        amount = amount.min(cr.balancing_credit_room());
    }
    amount
}

fn check_overflows(
    flags: TransferFlags,
    timeout_s: u32,
    amount: u128,
    at: Time,
    dr: &Account,
    cr: &Account,
) -> Result<(), TransferStatus> {
    let overflows = |sum: u128| sum.checked_add(amount).is_none();
    if flags.has(TransferFlags::PENDING) {
        if overflows(dr.balances.debits_pending) {
            return Err(TransferStatus::OverflowsDebitsPending);
        }
        if overflows(cr.balances.credits_pending) {
            return Err(TransferStatus::OverflowsCreditsPending);
        }
    }
    if overflows(dr.balances.debits_posted) {
        return Err(TransferStatus::OverflowsDebitsPosted);
    }
    if overflows(cr.balances.credits_posted) {
        return Err(TransferStatus::OverflowsCreditsPosted);
    }
    if overflows(dr.balances.debits()) {
        return Err(TransferStatus::OverflowsDebits);
    }
    if overflows(cr.balances.credits()) {
        return Err(TransferStatus::OverflowsCredits);
    }
    if at + Time::from(timeout_s) * 1_000_000 > TIME_MAX {
        return Err(TransferStatus::OverflowsTimeout);
    }
    Ok(())
}

fn check_limits(amount: u128, dr: &Account, cr: &Account) -> Result<(), TransferStatus> {
    if dr.debits_exceed_credits(amount) {
        return Err(TransferStatus::ExceedsCredits);
    }
    if cr.credits_exceed_debits(amount) {
        return Err(TransferStatus::ExceedsDebits);
    }
    if dr.debit_room().is_some_and(|room| amount > room) {
        return Err(TransferStatus::ExceedsFloor);
    }
    if cr.credit_room().is_some_and(|room| amount > room) {
        return Err(TransferStatus::ExceedsCeiling);
    }
    Ok(())
}

/// What a reversal takes back.
struct Original {
    debit_account: u128,
    credit_account: u128,
    code: u16,
    reversible: u128,
}

impl Original {
    fn amount(&self, asked: u128) -> Result<u128, TransferStatus> {
        let amount = if asked == AMOUNT_MAX { self.reversible } else { asked };
        if amount > self.reversible || (amount == 0 && asked == AMOUNT_MAX) {
            return Err(TransferStatus::ExceedsReversibleAmount);
        }
        Ok(amount)
    }
}

impl Engine {
    /// For a reversal: the transfer that it takes back, with the accounts turned round.
    fn check_reversed(
        &self,
        new: &NewTransfer,
        extra: &Extra,
    ) -> Result<Option<Original>, TransferStatus> {
        if extra.reverses == 0 {
            return Ok(None);
        }
        let record =
            self.find_record(extra.reverses).ok_or(TransferStatus::ReversedTransferNotFound)?;
        if !record.has_posted() {
            return Err(TransferStatus::ReversedTransferNotPosted);
        }
        let id_of = |no| self.accounts.by_no(no).expect("a record's accounts are loaded").id;
        let (debit_account, credit_account) = (id_of(record.credit), id_of(record.debit));
        let differs = |given: u128, expected: u128| given != 0 && given != expected;
        if differs(new.debit_account, debit_account) || differs(new.credit_account, credit_account)
        {
            return Err(TransferStatus::ReversedTransferHasDifferentAccounts);
        }
        let reversed = self.states.get(extra.reverses).map_or(0, |state| state.reversed);
        let reversible = record.amount - reversed;
        Ok(Some(Original { debit_account, credit_account, code: record.code, reversible }))
    }
}
