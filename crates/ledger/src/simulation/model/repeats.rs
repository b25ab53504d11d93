//! What differs when a transfer's id is taken.

use super::{Broken, Model};
use crate::engine::{Extra, NewTransfer, Record, TransferFlags, TransferStatus};

impl Model {
    pub(super) fn repeated(
        &self,
        new: &NewTransfer,
        record: &Record,
        broken: &mut Broken<TransferStatus>,
    ) {
        use TransferStatus as Status;
        let (given, there) = (new.extra(), record.extra());
        let resolves = new.flags.any(TransferFlags::RESOLVING);
        let may_omit = resolves || given.reverses != 0;
        let (debit, credit) =
            (self.book.account_no(record.debit), self.book.account_no(record.credit));
        let differs = |given: u128, there: u128| given != there && !(may_omit && given == 0);
        broken.when(new.flags != record.flags, Status::ExistsWithDifferentFlags);
        broken.when(given.pending_id != there.pending_id, Status::ExistsWithDifferentPendingId);
        broken.when(given.timeout_s != there.timeout_s, Status::ExistsWithDifferentTimeout);
        let debit_differs = differs(new.debit_account, debit.id);
        broken.when(debit_differs, Status::ExistsWithDifferentDebitAccountId);
        let credit_differs = differs(new.credit_account, credit.id);
        broken.when(credit_differs, Status::ExistsWithDifferentCreditAccountId);
        broken.when(!self.same_amount(new, record), Status::ExistsWithDifferentAmount);
        let asset = differs(new.asset.into(), debit.asset.into());
        broken.when(asset, Status::ExistsWithDifferentAsset);
        let code = differs(new.code.into(), record.code.into());
        broken.when(code, Status::ExistsWithDifferentCode);
        self.compare_extra(given, there, resolves, broken);
        broken.when(true, Status::Exists);
    }

    fn compare_extra(
        &self,
        given: &Extra,
        there: &Extra,
        resolves: bool,
        broken: &mut Broken<TransferStatus>,
    ) {
        use TransferStatus as Status;
        let hold = if resolves { self.book.record(given.pending_id) } else { None };
        let hold = hold.map(|hold| hold.extra().clone()).unwrap_or_default();
        let or = |given: u128, inherited: u128| if given == 0 { inherited } else { given };
        let data_128 = or(given.user_data_128, hold.user_data_128);
        let data_64 = or(given.user_data_64.into(), hold.user_data_64.into());
        let data_32 = or(given.user_data_32.into(), hold.user_data_32.into());
        broken.when(data_128 != there.user_data_128, Status::ExistsWithDifferentUserData128);
        broken.when(data_64 != there.user_data_64.into(), Status::ExistsWithDifferentUserData64);
        broken.when(data_32 != there.user_data_32.into(), Status::ExistsWithDifferentUserData32);
        broken.when(given.group != there.group, Status::ExistsWithDifferentGroup);
        broken.when(given.reverses != there.reverses, Status::ExistsWithDifferentReverses);
        let effective = given.effective_at != there.effective_at;
        broken.when(effective, Status::ExistsWithDifferentEffectiveAt);
        broken.when(given.reference != there.reference, Status::ExistsWithDifferentReference);
        broken.when(given.metadata != there.metadata, Status::ExistsWithDifferentMetadata);
    }

    /// The same amount, or "all of it" for what was all of it then.
    fn same_amount(&self, new: &NewTransfer, record: &Record) -> bool {
        let flags = new.flags;
        if flags.any(TransferFlags::BALANCING_DEBIT | TransferFlags::BALANCING_CREDIT) {
            return new.amount >= record.amount;
        }
        let all = self.all[&record.seq];
        let means_all = if flags.has(TransferFlags::VOID_PENDING) {
            new.amount == 0
        } else if flags.has(TransferFlags::POST_PENDING) {
            new.amount == u128::MAX
        } else {
            let reverses = new.extra().reverses;
            new.amount == u128::MAX
                && reverses != 0
                && reverses == record.extra().reverses
                && all > 0
        };
        new.amount == record.amount || (means_all && record.amount == all)
    }
}
