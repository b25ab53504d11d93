//! Which of several things that are wrong with a transfer is reported. A flaw makes one status
//! apply to an otherwise good attempt; every two flaws that can go together are tried together,
//! in every mode, and the one that stands first in `TransferStatus::ALL` has to be the answer.

mod flaws;
mod world;

use std::collections::BTreeSet;

use flaws::{Attempt, Flaw, Mode};
use world::World;

use crate::engine::TransferStatus;

/// Neighbours that no single transfer can earn both of, each with the reason.
const EXCLUSIVE: [(TransferStatus, TransferStatus, &str); 24] = {
    use TransferStatus as S;
    let one_id = "an id either exists or failed or is new";
    [
        (S::Created, S::LinkedEventFailed, "what is created has no flaw"),
        (S::ImportedEventExpected, S::ImportedEventNotExpected, "imported or not"),
        (S::ImportedEventNotExpected, S::TimestampMustBeZero, "imported or not"),
        (S::TimestampMustBeZero, S::ImportedEventTimestampOutOfRange, "imported or not"),
        (
            S::ImportedEventTimestampOutOfRange,
            S::ImportedEventTimestampMustNotAdvance,
            "one timestamp; what is out of range upwards is tried apart",
        ),
        (S::IdMustNotBeZero, S::IdMustNotBeIntMax, "one id"),
        (S::IdMustNotBeIntMax, S::ExistsWithDifferentFlags, "no such id exists"),
        (S::Exists, S::IdAlreadyFailed, one_id),
        (S::DebitAccountIdMustNotBeZero, S::DebitAccountIdMustNotBeIntMax, "one account"),
        (S::CreditAccountIdMustNotBeZero, S::CreditAccountIdMustNotBeIntMax, "one account"),
        (S::PendingIdMustBeZero, S::PendingIdMustNotBeZero, "one pending id"),
        (S::PendingIdMustNotBeZero, S::PendingIdMustNotBeIntMax, "one pending id"),
        (S::PendingIdMustNotBeIntMax, S::PendingIdMustBeDifferent, "one pending id"),
        (S::TimeoutReservedForPendingTransfer, S::TimeoutMustNotBeZero, "one timeout"),
        (S::TimeoutMustNotBeZero, S::ClosingTransferMustBePending, "an extension can't close"),
        (S::ReversedTransferNotFound, S::ReversedTransferNotPosted, "found or not"),
        (S::ReversedTransferHasDifferentAccounts, S::AssetMustNotBeZero, "reversals need no asset"),
        (S::CreditAccountIdMustNotBeIntMax, S::AccountsMustBeDifferent, "the debit's comes first"),
        (S::CreditAccountNotFound, S::AccountsMustHaveTheSameAsset, "found or not"),
        (
            S::TransferMustHaveTheSameAssetAsAccounts,
            S::PendingTransferNotFound,
            "moves or resolves",
        ),
        (S::ExceedsReversibleAmount, S::OverflowsDebitsPending, "reversals are single-phase"),
        (S::PendingTransferNotFound, S::PendingTransferNotPending, "found or not"),
        (S::PendingTransferAlreadyPosted, S::PendingTransferAlreadyVoided, "one state"),
        (S::PendingTransferAlreadyVoided, S::PendingTransferExpired, "one state"),
    ]
};

#[test]
fn attempts_without_a_flaw_succeed() {
    for mode in Mode::ALL {
        let expected = match mode {
            Mode::Repeat => TransferStatus::Exists,
            _ => TransferStatus::Created,
        };
        assert_eq!(outcome(&mode.attempt()), expected, "{mode:?}");
    }
}

#[test]
fn every_flaw_is_reported() {
    for mode in Mode::ALL {
        for flaw in mode.flaws() {
            let mut attempt = mode.attempt();
            (flaw.apply)(&mut attempt);
            assert_eq!(outcome(&attempt), flaw.status, "{mode:?} {attempt:#?}");
        }
    }
}

#[test]
fn of_two_flaws_the_first_in_order_is_reported() {
    let mut count = 0;
    for mode in Mode::ALL {
        let flaws = mode.flaws();
        for (index, second) in flaws.iter().enumerate() {
            for first in flaws[..index].iter().filter(|first| first.goes_with(second)) {
                let mut attempt = mode.attempt();
                (second.apply)(&mut attempt);
                (first.apply)(&mut attempt);
                let both = [first.status, second.status];
                assert_eq!(
                    outcome(&attempt),
                    expected(first, second),
                    "{mode:?} {both:?} {attempt:#?}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 1_500, "only {count} pairs");
}

/// As in TigerBeetle, an open end is reported even if its chain was broken before.
fn expected(first: &Flaw, second: &Flaw) -> TransferStatus {
    let both = (first.status, second.status);
    if both == (TransferStatus::LinkedEventFailed, TransferStatus::LinkedEventChainOpen) {
        return second.status;
    }
    first.status.min(second.status)
}

#[test]
fn every_two_neighbours_are_tried_together_unless_they_exclude_each_other() {
    let mut tried: BTreeSet<(TransferStatus, TransferStatus)> = BTreeSet::new();
    for mode in Mode::ALL {
        let flaws = mode.flaws();
        for (index, second) in flaws.iter().enumerate() {
            tried.extend(second.also.iter().map(|later| (second.status, *later)));
            let firsts = flaws[..index].iter().filter(|first| first.goes_with(second));
            tried.extend(firsts.map(|first| (first.status, second.status)));
        }
        if matches!(mode, Mode::Repeat) {
            // A repeat of what exists, with a flaw, reports the flaw and not `exists`.
            tried.extend(flaws.iter().map(|flaw| (flaw.status, TransferStatus::Exists)));
        }
    }
    let neighbours = TransferStatus::ALL.windows(2).map(|pair| (pair[0], pair[1]));
    let excluded = |pair: &(TransferStatus, TransferStatus)| {
        EXCLUSIVE.iter().any(|(first, second, _)| (*first, *second) == *pair)
    };
    let missing: Vec<_> =
        neighbours.filter(|pair| !tried.contains(pair) && !excluded(pair)).collect();
    assert!(missing.is_empty(), "never tried together: {missing:#?}");
}

/// Every status that a single flaw, or none, leads to.
pub(super) fn statuses() -> BTreeSet<TransferStatus> {
    let mut seen = BTreeSet::new();
    for mode in Mode::ALL {
        seen.insert(outcome(&mode.attempt()));
        for flaw in mode.flaws() {
            let mut attempt = mode.attempt();
            (flaw.apply)(&mut attempt);
            seen.insert(outcome(&attempt));
        }
    }
    seen
}

fn outcome(attempt: &Attempt) -> TransferStatus {
    World::new().attempt(attempt)
}
