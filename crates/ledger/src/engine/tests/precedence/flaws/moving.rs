//! Flaws of transfers that name their own accounts.

use super::super::world::{
    BOUND, CLOSED, FULL, FULL_OF_PENDING, FULL_OF_POSTED, HOLD, NO_ACCOUNTS, NOW, OTHER_ASSET,
    POOR, SECOND, YOUNG,
};
use super::{Flaw, Part, flaw};
use crate::engine::{TransferFlags, TransferStatus};

/// Flaws in the fields of a single-phase transfer, beside those of every movement.
pub(super) fn of_plain() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::TimeoutReservedForPendingTransfer, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        }),
        flaw(S::ClosingTransferMustBePending, &[Part::Closing], |attempt| {
            attempt.flag(TransferFlags::CLOSING_CREDIT);
        }),
        flaw(S::GroupReservedForPendingTransfer, &[Part::Group], |attempt| {
            attempt.extra().group = 1;
        }),
    ]
    .into_iter()
}

pub(super) fn of_hold() -> impl Iterator<Item = Flaw> {
    [flaw(TransferStatus::OverflowsTimeout, &[Part::Timeout], |attempt| {
        attempt.extra().timeout_s = 1_001;
    })]
    .into_iter()
}

pub(super) fn of_imported() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::ImportedEventTimestampMustNotRegress, &[Part::Time], |attempt| {
            attempt.new.timestamp = NOW - 100 * SECOND;
        }),
        Flaw {
            also: &[S::DebitAccountAlreadyClosed],
            ..flaw(S::ImportedEventTimestampMustPostdateDebitAccount, &[Part::Debit], |attempt| {
                attempt.new.debit_account = YOUNG[0];
            })
        },
        Flaw {
            also: &[S::CreditAccountAlreadyClosed],
            ..flaw(S::ImportedEventTimestampMustPostdateCreditAccount, &[Part::Credit], |attempt| {
                attempt.new.credit_account = YOUNG[1];
            })
        },
    ]
    .into_iter()
}

/// Flaws of a transfer that names its own accounts.
pub(super) fn of_movement(is_pending: bool) -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let fields = [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
        flaw(S::DebitAccountIdMustNotBeZero, &[Part::Debit], |attempt| {
            attempt.new.debit_account = 0;
        }),
        flaw(S::DebitAccountIdMustNotBeIntMax, &[Part::Debit], |attempt| {
            attempt.new.debit_account = u128::MAX;
        }),
        flaw(S::CreditAccountIdMustNotBeZero, &[Part::Credit], |attempt| {
            attempt.new.credit_account = 0;
        }),
        flaw(S::CreditAccountIdMustNotBeIntMax, &[Part::Credit], |attempt| {
            attempt.new.credit_account = u128::MAX;
        }),
        flaw(S::AccountsMustBeDifferent, &[Part::Debit, Part::Credit], |attempt| {
            attempt.new.credit_account = attempt.new.debit_account;
        }),
        flaw(S::PendingIdMustBeZero, &[Part::Pending], |attempt| attempt.extra().pending_id = HOLD),
        flaw(S::AssetMustNotBeZero, &[Part::Asset], |attempt| attempt.new.asset = 0),
        flaw(S::CodeMustNotBeZero, &[Part::Code], |attempt| attempt.new.code = 0),
        flaw(S::DebitAccountNotFound, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::CreditAccountNotFound, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::AccountsMustHaveTheSameAsset, &[Part::Credit], |attempt| {
            attempt.new.credit_account = OTHER_ASSET[1];
        }),
        flaw(S::TransferMustHaveTheSameAssetAsAccounts, &[Part::Asset], |attempt| {
            attempt.new.asset = 2;
        }),
    ];
    let pending = is_pending.then(full_of_pending).into_iter().flatten();
    fields.into_iter().chain(of_accounts()).chain(pending)
}

pub(super) fn full_of_pending() -> [Flaw; 2] {
    use TransferStatus as S;
    [
        flaw(S::OverflowsDebitsPending, &[Part::Debit], |attempt| {
            attempt.new.debit_account = FULL_OF_PENDING[0];
        }),
        flaw(S::OverflowsCreditsPending, &[Part::Credit], |attempt| {
            attempt.new.credit_account = FULL_OF_PENDING[1];
        }),
    ]
}

/// Flaws of the accounts. The debit and the credit side can be combined at will.
pub(super) fn of_accounts() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::DebitAccountAlreadyClosed, &[Part::Debit], |attempt| {
            attempt.new.debit_account = CLOSED[0];
        }),
        Flaw {
            also: &[S::OverflowsCredits, S::ExceedsDebits, S::ExceedsCeiling],
            ..flaw(S::CreditAccountAlreadyClosed, &[Part::Credit], |attempt| {
                attempt.new.credit_account = CLOSED[1];
            })
        },
        flaw(S::OverflowsDebitsPosted, &[Part::Debit], |attempt| {
            attempt.new.debit_account = FULL_OF_POSTED[0];
        }),
        flaw(S::OverflowsCreditsPosted, &[Part::Credit], |attempt| {
            attempt.new.credit_account = FULL_OF_POSTED[1];
        }),
        flaw(S::OverflowsDebits, &[Part::Debit], |attempt| attempt.new.debit_account = FULL[0]),
        flaw(S::OverflowsCredits, &[Part::Credit], |attempt| attempt.new.credit_account = FULL[1]),
        Flaw {
            also: &[S::ExceedsFloor],
            ..flaw(S::ExceedsCredits, &[Part::Debit], |attempt| attempt.new.debit_account = POOR[0])
        },
        Flaw {
            also: &[S::ExceedsCeiling],
            ..flaw(S::ExceedsDebits, &[Part::Credit], |attempt| {
                attempt.new.credit_account = POOR[1]
            })
        },
        flaw(S::ExceedsFloor, &[Part::Debit], |attempt| attempt.new.debit_account = BOUND[0]),
        flaw(S::ExceedsCeiling, &[Part::Credit], |attempt| attempt.new.credit_account = BOUND[1]),
    ]
    .into_iter()
}
