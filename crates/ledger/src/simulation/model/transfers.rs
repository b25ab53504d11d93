//! Creating transfers.

use super::{Broken, Model, TIME_MAX, amounts, is_imported, result};
use crate::engine::{
    Account, Extra, NewTransfer, PendingStatus, Record, Time, TransferFlags, TransferResult,
    TransferState, TransferStatus,
};

/// A transfer that breaks no rule: what will be written down.
struct Plan {
    debit: i64,
    credit: i64,
    amount: u128,
    /// What "all of it" means at this moment.
    all: u128,
    code: u16,
    extra: Option<Box<Extra>>,
}

type Rules = Broken<TransferStatus>;

impl Model {
    pub(super) fn create_transfer(&mut self, new: &NewTransfer, imported: bool) -> TransferResult {
        let mut broken = Broken::none();
        self.broken_by_request(new, imported, &mut broken);
        let plan = if new.flags.any(TransferFlags::RESOLVING) {
            self.broken_by_resolution(new, &mut broken)
        } else {
            self.broken_by_movement(new, &mut broken)
        };
        if let Some(status) = broken.first() {
            return self.refuse(new.id, status);
        }
        let plan = plan.expect("a transfer that breaks no rule has a plan");
        let record = Record {
            seq: self.book.next_seq(),
            id: new.id,
            debit: plan.debit,
            credit: plan.credit,
            amount: plan.amount,
            at: self.time_of(new),
            code: plan.code,
            flags: new.flags,
            extra: plan.extra,
        };
        let seq = record.seq;
        self.push(record, plan.all);
        result(TransferStatus::Created, Some(seq))
    }

    fn refuse(&mut self, id: u128, status: TransferStatus) -> TransferResult {
        self.remember(id, status);
        let seq = self.book.record(id).map(|record| record.seq);
        let first = self.book.failed.get(&id).map(|failed| failed.0);
        TransferResult {
            status,
            seq: seq.filter(|_| status == TransferStatus::Exists),
            first_failure: first.filter(|_| status == TransferStatus::IdAlreadyFailed),
        }
    }

    fn time_of(&self, new: &NewTransfer) -> Time {
        if is_imported(new) { new.timestamp } else { self.now }
    }

    fn broken_by_request(&self, new: &NewTransfer, imported: bool, broken: &mut Rules) {
        use TransferStatus as Status;
        let is_imported = is_imported(new);
        broken.when(imported && !is_imported, Status::ImportedEventExpected);
        broken.when(!imported && is_imported, Status::ImportedEventNotExpected);
        broken.when(!is_imported && new.timestamp != 0, Status::TimestampMustBeZero);
        let out_of_range = new.timestamp <= 0 || new.timestamp > TIME_MAX;
        broken.when(is_imported && out_of_range, Status::ImportedEventTimestampOutOfRange);
        let in_future = new.timestamp >= self.now;
        broken.when(is_imported && in_future, Status::ImportedEventTimestampMustNotAdvance);
        broken.when(new.flags.0 >= 1 << 11, Status::ReservedFlag);
        broken.when(new.id == 0, Status::IdMustNotBeZero);
        broken.when(new.id == u128::MAX, Status::IdMustNotBeIntMax);
        broken.when(self.book.failed.contains_key(&new.id), Status::IdAlreadyFailed);
        if let Some(record) = self.book.record(new.id) {
            self.repeated(new, record, broken);
        }
        let regresses = new.timestamp <= self.last_transfer_at;
        broken.when(is_imported && regresses, Status::ImportedEventTimestampMustNotRegress);
        let times_out = new.extra().timeout_s != 0;
        broken.when(is_imported && times_out, Status::ImportedEventTimeoutMustBeZero);
        let timeout = i128::from(new.extra().timeout_s) * 1_000_000;
        let too_late = i128::from(self.time_of(new)) + timeout > i128::from(TIME_MAX);
        broken.when(too_late, Status::OverflowsTimeout);
    }

    fn broken_by_movement(&self, new: &NewTransfer, broken: &mut Rules) -> Option<Plan> {
        broken_by_fields(new, broken);
        let reverses = new.extra().reverses != 0;
        let original = if reverses { self.broken_by_reversal(new, broken) } else { None };
        let account = |no| self.book.account_no(no);
        let (debit, credit) = match original {
            Some(record) => (Some(account(record.credit)), Some(account(record.debit))),
            None if reverses => return None,
            None => (self.book.account(new.debit_account), self.book.account(new.credit_account)),
        };
        broken.when(debit.is_none(), TransferStatus::DebitAccountNotFound);
        broken.when(credit.is_none(), TransferStatus::CreditAccountNotFound);
        let (debit, credit) = (debit?, credit?);
        self.broken_by_accounts(new, debit, credit, broken);
        let all = original.map_or(0, |record| self.reversible(record));
        let amount = self.amount(new, original.is_some().then_some(all), debit, credit, broken);
        self.broken_by_amount(new.flags, amount, debit, credit, broken);
        let code = original.filter(|_| new.code == 0).map_or(new.code, |record| record.code);
        let (debit, credit) = (debit.no, credit.no);
        Some(Plan { debit, credit, amount, all, code, extra: new.extra.clone() })
    }

    fn broken_by_reversal(&self, new: &NewTransfer, broken: &mut Rules) -> Option<&Record> {
        use TransferStatus as Status;
        let original = self.book.record(new.extra().reverses);
        broken.when(original.is_none(), Status::ReversedTransferNotFound);
        let original = original?;
        let moves = original.effect().posted == original.amount
            && !original.flags.any(
                TransferFlags::PENDING
                    | TransferFlags::VOID_PENDING
                    | TransferFlags::EXTEND_PENDING
                    | TransferFlags::EXPIRE_PENDING,
            );
        broken.when(!moves, Status::ReversedTransferNotPosted);
        let (debit, credit) =
            (self.book.account_no(original.credit), self.book.account_no(original.debit));
        let differs = (new.debit_account != 0 && new.debit_account != debit.id)
            || (new.credit_account != 0 && new.credit_account != credit.id);
        broken.when(differs, Status::ReversedTransferHasDifferentAccounts);
        Some(original)
    }

    fn reversible(&self, original: &Record) -> u128 {
        let reversed = self.book.state(original.id).map_or(0, |state| state.reversed);
        original.amount.saturating_sub(reversed)
    }

    fn broken_by_accounts(
        &self,
        new: &NewTransfer,
        debit: &Account,
        credit: &Account,
        broken: &mut Rules,
    ) {
        use TransferStatus as Status;
        broken.when(debit.asset != credit.asset, Status::AccountsMustHaveTheSameAsset);
        let may_omit = new.extra().reverses != 0 && new.asset == 0;
        let differs = new.asset != debit.asset && !may_omit;
        broken.when(differs, Status::TransferMustHaveTheSameAssetAsAccounts);
        let is_imported = is_imported(new);
        let precedes = is_imported && new.timestamp <= debit.created_at;
        broken.when(precedes, Status::ImportedEventTimestampMustPostdateDebitAccount);
        let precedes = is_imported && new.timestamp <= credit.created_at;
        broken.when(precedes, Status::ImportedEventTimestampMustPostdateCreditAccount);
        broken.when(self.book.is_closed(debit.no), Status::DebitAccountAlreadyClosed);
        broken.when(self.book.is_closed(credit.no), Status::CreditAccountAlreadyClosed);
    }

    fn amount(
        &self,
        new: &NewTransfer,
        reversible: Option<u128>,
        debit: &Account,
        credit: &Account,
        broken: &mut Rules,
    ) -> u128 {
        if let Some(reversible) = reversible {
            let all = new.amount == u128::MAX;
            let amount = if all { reversible } else { new.amount };
            let too_much = amount > reversible || (all && reversible == 0);
            broken.when(too_much, TransferStatus::ExceedsReversibleAmount);
            return amount;
        }
        let mut amount = new.amount;
        if new.flags.has(TransferFlags::BALANCING_DEBIT) {
            amount = amount.min(amounts::debit_room(debit, &self.book.balances(debit.no)));
        }
        if new.flags.has(TransferFlags::BALANCING_CREDIT) {
            amount = amount.min(amounts::credit_room(credit, &self.book.balances(credit.no)));
        }
        amount
    }

    fn broken_by_amount(
        &self,
        flags: TransferFlags,
        amount: u128,
        debit: &Account,
        credit: &Account,
        broken: &mut Rules,
    ) {
        use TransferStatus as Status;
        use amounts::overflows;
        let (dr, cr) = (self.book.balances(debit.no), self.book.balances(credit.no));
        let pending = flags.has(TransferFlags::PENDING);
        let over = pending && overflows(&[dr.debits_pending, amount]);
        broken.when(over, Status::OverflowsDebitsPending);
        let over = pending && overflows(&[cr.credits_pending, amount]);
        broken.when(over, Status::OverflowsCreditsPending);
        broken.when(overflows(&[dr.debits_posted, amount]), Status::OverflowsDebitsPosted);
        broken.when(overflows(&[cr.credits_posted, amount]), Status::OverflowsCreditsPosted);
        let over = overflows(&[dr.debits_pending, dr.debits_posted, amount]);
        broken.when(over, Status::OverflowsDebits);
        let over = overflows(&[cr.credits_pending, cr.credits_posted, amount]);
        broken.when(over, Status::OverflowsCredits);
        broken.when(amounts::breaks_credits(debit, &dr, amount), Status::ExceedsCredits);
        broken.when(amounts::breaks_debits(credit, &cr, amount), Status::ExceedsDebits);
        broken.when(amounts::breaks_floor(debit, &dr, amount), Status::ExceedsFloor);
        broken.when(amounts::breaks_ceiling(credit, &cr, amount), Status::ExceedsCeiling);
    }

    fn broken_by_resolution(&self, new: &NewTransfer, broken: &mut Rules) -> Option<Plan> {
        use TransferStatus as Status;
        let extra = new.extra();
        broken_by_resolving_fields(new, broken);
        let hold = self.book.record(extra.pending_id);
        broken.when(hold.is_none(), Status::PendingTransferNotFound);
        let hold = hold?;
        let is_hold = hold.flags.has(TransferFlags::PENDING);
        broken.when(!is_hold, Status::PendingTransferNotPending);
        let (debit, credit) = (self.book.account_no(hold.debit), self.book.account_no(hold.credit));
        let differs = |given: u128, there: u128| given != 0 && given != there;
        let status = Status::PendingTransferHasDifferentDebitAccountId;
        broken.when(differs(new.debit_account, debit.id), status);
        let status = Status::PendingTransferHasDifferentCreditAccountId;
        broken.when(differs(new.credit_account, credit.id), status);
        let status = Status::PendingTransferHasDifferentAsset;
        broken.when(differs(new.asset.into(), debit.asset.into()), status);
        let status = Status::PendingTransferHasDifferentCode;
        broken.when(differs(new.code.into(), hold.code.into()), status);
        if !is_hold {
            return None;
        }
        let state = self.book.state(hold.id).expect("a hold has a state");
        let moves = !new.flags.has(TransferFlags::VOID_PENDING);
        let closed = moves && self.book.is_closed(debit.no);
        broken.when(closed, Status::DebitAccountAlreadyClosed);
        let closed = moves && self.book.is_closed(credit.no);
        broken.when(closed, Status::CreditAccountAlreadyClosed);
        self.broken_by_state(hold.id, &state, broken);
        let all = if self.is_open(hold.id) { state.remaining } else { hold.amount };
        let amount = resolved_amount(new, all, broken);
        Some(Plan {
            debit: debit.no,
            credit: credit.no,
            amount,
            all,
            code: hold.code,
            extra: Some(Box::new(resolved_extra(new, hold, all, amount))),
        })
    }

    fn broken_by_state(&self, id: u128, state: &TransferState, broken: &mut Rules) {
        use TransferStatus as Status;
        broken.when(state.status == PendingStatus::Posted, Status::PendingTransferAlreadyPosted);
        broken.when(state.status == PendingStatus::Voided, Status::PendingTransferAlreadyVoided);
        let lapsed = state.status == PendingStatus::Pending && !self.is_open(id);
        let expired = lapsed || state.status == PendingStatus::Expired;
        broken.when(expired, Status::PendingTransferExpired);
    }
}

fn broken_by_fields(new: &NewTransfer, broken: &mut Rules) {
    use TransferStatus as Status;
    let (flags, extra) = (new.flags, new.extra());
    let reverses = extra.reverses != 0;
    let (debit, credit) = (new.debit_account, new.credit_account);
    broken.when(flags.has(TransferFlags::PARTIAL), Status::FlagsAreMutuallyExclusive);
    broken.when(debit == 0 && !reverses, Status::DebitAccountIdMustNotBeZero);
    broken.when(debit == u128::MAX, Status::DebitAccountIdMustNotBeIntMax);
    broken.when(credit == 0 && !reverses, Status::CreditAccountIdMustNotBeZero);
    broken.when(credit == u128::MAX, Status::CreditAccountIdMustNotBeIntMax);
    broken.when(debit == credit && debit != 0, Status::AccountsMustBeDifferent);
    broken.when(extra.pending_id != 0, Status::PendingIdMustBeZero);
    if !flags.has(TransferFlags::PENDING) {
        broken.when(extra.timeout_s != 0, Status::TimeoutReservedForPendingTransfer);
        let closing = TransferFlags::CLOSING_DEBIT | TransferFlags::CLOSING_CREDIT;
        broken.when(flags.any(closing), Status::ClosingTransferMustBePending);
        broken.when(extra.group != 0, Status::GroupReservedForPendingTransfer);
    }
    let phased =
        TransferFlags::PENDING | TransferFlags::BALANCING_DEBIT | TransferFlags::BALANCING_CREDIT;
    broken.when(reverses && flags.any(phased), Status::ReversalMustBeSinglePhase);
    broken.when(!reverses && new.asset == 0, Status::AssetMustNotBeZero);
    broken.when(!reverses && new.code == 0, Status::CodeMustNotBeZero);
}

fn broken_by_resolving_fields(new: &NewTransfer, broken: &mut Rules) {
    use TransferStatus as Status;
    let (flags, extra) = (new.flags, new.extra());
    let one_of =
        [TransferFlags::POST_PENDING, TransferFlags::VOID_PENDING, TransferFlags::EXTEND_PENDING];
    let none_of = TransferFlags::PENDING
        | TransferFlags::BALANCING_DEBIT
        | TransferFlags::BALANCING_CREDIT
        | TransferFlags::CLOSING_DEBIT
        | TransferFlags::CLOSING_CREDIT;
    let several = one_of.iter().filter(|flag| flags.has(**flag)).count() > 1;
    let stray = flags.has(TransferFlags::PARTIAL) && !flags.has(TransferFlags::POST_PENDING);
    let exclusive = several || stray || flags.any(none_of) || extra.reverses != 0;
    broken.when(exclusive, Status::FlagsAreMutuallyExclusive);
    broken.when(extra.pending_id == 0, Status::PendingIdMustNotBeZero);
    broken.when(extra.pending_id == u128::MAX, Status::PendingIdMustNotBeIntMax);
    broken.when(extra.pending_id == new.id, Status::PendingIdMustBeDifferent);
    let extends = flags.has(TransferFlags::EXTEND_PENDING);
    let times_out = extra.timeout_s != 0;
    broken.when(times_out && !extends, Status::TimeoutReservedForPendingTransfer);
    broken.when(!times_out && extends, Status::TimeoutMustNotBeZero);
    broken.when(extra.group != 0, Status::GroupReservedForPendingTransfer);
}

fn resolved_amount(new: &NewTransfer, all: u128, broken: &mut Rules) -> u128 {
    use TransferStatus as Status;
    if new.flags.has(TransferFlags::EXTEND_PENDING) {
        broken.when(new.amount != 0, Status::PendingTransferHasDifferentAmount);
        return 0;
    }
    let voids = new.flags.has(TransferFlags::VOID_PENDING);
    let means_all = new.amount == if voids { 0 } else { u128::MAX };
    let amount = if means_all { all } else { new.amount };
    broken.when(amount > all, Status::ExceedsPendingTransferAmount);
    broken.when(voids && amount != all, Status::PendingTransferHasDifferentAmount);
    amount
}

fn resolved_extra(new: &NewTransfer, hold: &Record, all: u128, amount: u128) -> Extra {
    let mut extra = new.extra().clone();
    let inherited = hold.extra();
    if extra.user_data_128 == 0 {
        extra.user_data_128 = inherited.user_data_128;
    }
    if extra.user_data_64 == 0 {
        extra.user_data_64 = inherited.user_data_64;
    }
    if extra.user_data_32 == 0 {
        extra.user_data_32 = inherited.user_data_32;
    }
    extra.released = Some(if new.flags.has(TransferFlags::EXTEND_PENDING) {
        0
    } else if new.flags.has(TransferFlags::PARTIAL) {
        amount
    } else {
        all
    });
    extra
}
