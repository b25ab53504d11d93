//! Flaws of transfers that refer to another: reversals, resolutions, repeats.

use super::super::world::{
    FROM_CLOSED, HOLD, HOLD_CLOSED_CREDIT, HOLD_CLOSED_DEBIT, HOLD_EXPIRED, HOLD_POSTED,
    HOLD_VOIDED, NO_ACCOUNTS, NO_TRANSFER, PLAIN, POSTED, TO_CLOSED,
};
use super::{Flaw, Part, flaw, of_plain};
use crate::engine::{TransferFlags, TransferStatus};

pub(super) fn of_reversal() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let own = [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
        flaw(S::DebitAccountIdMustNotBeIntMax, &[Part::Debit], |attempt| {
            attempt.new.debit_account = u128::MAX;
        }),
        flaw(S::CreditAccountIdMustNotBeIntMax, &[Part::Credit], |attempt| {
            attempt.new.credit_account = u128::MAX;
        }),
        flaw(S::AccountsMustBeDifferent, &[Part::Debit, Part::Credit], |attempt| {
            (attempt.new.debit_account, attempt.new.credit_account) = (1, 1);
        }),
        flaw(S::PendingIdMustBeZero, &[Part::Pending], |attempt| attempt.extra().pending_id = HOLD),
        flaw(S::ReversalMustBeSinglePhase, &[Part::Balancing], |attempt| {
            attempt.flag(TransferFlags::BALANCING_DEBIT);
        }),
        flaw(S::ReversedTransferNotFound, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = NO_TRANSFER;
        }),
        flaw(S::ReversedTransferNotPosted, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = HOLD;
        }),
        flaw(S::ReversedTransferHasDifferentAccounts, &[Part::Debit], |attempt| {
            attempt.new.debit_account = PLAIN[0];
        }),
        flaw(S::TransferMustHaveTheSameAssetAsAccounts, &[Part::Asset], |attempt| {
            attempt.new.asset = 2;
        }),
        flaw(S::DebitAccountAlreadyClosed, &[Part::Reverses, Part::Debit], |attempt| {
            attempt.extra().reverses = TO_CLOSED;
        }),
        flaw(S::CreditAccountAlreadyClosed, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = FROM_CLOSED;
        }),
        flaw(S::ExceedsReversibleAmount, &[Part::Amount], |attempt| attempt.new.amount = 11),
    ];
    own.into_iter().chain(of_plain())
}

/// Flaws that posts, voids and extensions share.
pub(super) fn of_resolving() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PENDING);
        }),
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = POSTED;
        }),
        flaw(S::PendingIdMustNotBeZero, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = 0;
        }),
        flaw(S::PendingIdMustNotBeIntMax, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = u128::MAX;
        }),
        flaw(S::PendingIdMustBeDifferent, &[Part::Pending, Part::Id], |attempt| {
            attempt.extra().pending_id = 500;
        }),
        flaw(S::GroupReservedForPendingTransfer, &[Part::Group], |attempt| {
            attempt.extra().group = 1;
        }),
        flaw(S::PendingTransferNotFound, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = NO_TRANSFER;
        }),
        flaw(S::PendingTransferNotPending, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = POSTED;
        }),
        flaw(S::PendingTransferHasDifferentDebitAccountId, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::PendingTransferHasDifferentCreditAccountId, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::PendingTransferHasDifferentAsset, &[Part::Asset], |attempt| attempt.new.asset = 2),
        flaw(S::PendingTransferHasDifferentCode, &[Part::Code], |attempt| attempt.new.code = 9),
        flaw(S::PendingTransferAlreadyPosted, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_POSTED;
        }),
        flaw(S::PendingTransferAlreadyVoided, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_VOIDED;
        }),
        flaw(S::PendingTransferExpired, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_EXPIRED;
        }),
    ]
    .into_iter()
}

pub(super) fn of_resolution() -> impl Iterator<Item = Flaw> {
    let timeout =
        flaw(TransferStatus::TimeoutReservedForPendingTransfer, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        });
    [timeout].into_iter().chain(of_resolving())
}

pub(super) fn of_closed_hold() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        Flaw {
            also: &[S::CreditAccountAlreadyClosed],
            ..flaw(S::DebitAccountAlreadyClosed, &[Part::Pending], |attempt| {
                attempt.extra().pending_id = HOLD_CLOSED_DEBIT;
            })
        },
        flaw(S::CreditAccountAlreadyClosed, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_CLOSED_CREDIT;
        }),
    ]
    .into_iter()
}

pub(super) fn of_post() -> impl Iterator<Item = Flaw> {
    let exceeds = flaw(TransferStatus::ExceedsPendingTransferAmount, &[Part::Amount], |attempt| {
        attempt.new.amount = 11;
    });
    of_closed_hold().chain([exceeds])
}

pub(super) fn of_void() -> impl Iterator<Item = Flaw> {
    [
        Flaw {
            also: &[TransferStatus::PendingTransferHasDifferentAmount],
            ..flaw(TransferStatus::ExceedsPendingTransferAmount, &[Part::Amount], |attempt| {
                attempt.new.amount = 11;
            })
        },
        flaw(TransferStatus::PendingTransferHasDifferentAmount, &[Part::Amount], |attempt| {
            attempt.new.amount = 9;
        }),
        flaw(TransferStatus::FlagsAreMutuallyExclusive, &[Part::Linked], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
    ]
    .into_iter()
}

pub(super) fn of_extension() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let own = [
        flaw(S::TimeoutMustNotBeZero, &[Part::Timeout], |attempt| attempt.extra().timeout_s = 0),
        flaw(S::OverflowsTimeout, &[Part::Timeout], |attempt| attempt.extra().timeout_s = 1_001),
        flaw(S::PendingTransferHasDifferentAmount, &[Part::Amount], |attempt| {
            attempt.new.amount = 1;
        }),
    ];
    own.into_iter().chain(of_resolving()).chain(of_closed_hold())
}

/// Every field in which a repeat can differ from what exists.
pub(super) fn of_repeat() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::ExistsWithDifferentFlags, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::BALANCING_DEBIT);
        }),
        flaw(S::ExistsWithDifferentPendingId, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD;
        }),
        flaw(S::ExistsWithDifferentTimeout, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        }),
        flaw(S::ExistsWithDifferentDebitAccountId, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::ExistsWithDifferentCreditAccountId, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::ExistsWithDifferentAmount, &[Part::Amount], |attempt| attempt.new.amount = 9),
        flaw(S::ExistsWithDifferentUserData128, &[Part::Data(0)], |attempt| {
            attempt.extra().user_data_128 = 0;
        }),
        flaw(S::ExistsWithDifferentUserData64, &[Part::Data(1)], |attempt| {
            attempt.extra().user_data_64 = 2;
        }),
        flaw(S::ExistsWithDifferentUserData32, &[Part::Data(2)], |attempt| {
            attempt.extra().user_data_32 = 2;
        }),
        flaw(S::ExistsWithDifferentAsset, &[Part::Asset], |attempt| attempt.new.asset = 2),
        flaw(S::ExistsWithDifferentCode, &[Part::Code], |attempt| attempt.new.code = 2),
        flaw(S::ExistsWithDifferentGroup, &[Part::Group], |attempt| attempt.extra().group = 2),
        flaw(S::ExistsWithDifferentReverses, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = POSTED;
        }),
        flaw(S::ExistsWithDifferentEffectiveAt, &[Part::Data(3)], |attempt| {
            attempt.extra().effective_at = None;
        }),
        flaw(S::ExistsWithDifferentReference, &[Part::Data(4)], |attempt| {
            attempt.extra().reference = Some("two".into());
        }),
        flaw(S::ExistsWithDifferentMetadata, &[Part::Data(5)], |attempt| {
            attempt.extra().metadata = None;
        }),
    ]
    .into_iter()
}
