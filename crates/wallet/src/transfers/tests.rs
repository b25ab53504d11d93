use kernel::Amount;
use ledger::engine::{TransferResult, TransferStatus};

use super::submit::{Judged, judge};
use super::*;
use crate::error::WalletError;
use crate::fields::{Message, PartyRef, Positive, Wait};

fn result(status: TransferStatus, first: Option<TransferStatus>) -> TransferResult {
    let seq = status.is_success().then_some(7);
    TransferResult { status, seq, first_failure: first }
}

fn state(status: PendingStatus) -> TransferState {
    TransferState { status, ..TransferState::default() }
}

#[test]
fn a_limit_is_told_from_missing_funds() {
    use TransferStatus as S;
    let broken = result(S::LinkedEventFailed, None);
    for reached in
        [result(S::ExceedsFloor, None), result(S::IdAlreadyFailed, Some(S::ExceedsFloor))]
    {
        assert!(matches!(judge(&[broken, reached]), Judged::LimitReached));
    }
    let poor = result(S::ExceedsFloor, None);
    let judged = judge(&[poor, broken]);
    assert!(matches!(judged, Judged::Refused(WalletError::InsufficientFunds)));
}

#[test]
fn a_repeated_refusal_is_the_same_refusal() {
    use TransferStatus as S;
    let judged = judge(&[result(S::IdAlreadyFailed, Some(S::ExceedsFloor))]);
    assert!(matches!(judged, Judged::Refused(WalletError::InsufficientFunds)));
    let judged = judge(&[result(S::IdAlreadyFailed, Some(S::CreditAccountAlreadyClosed))]);
    assert!(matches!(judged, Judged::Refused(WalletError::RecipientUnavailable)));
}

#[test]
fn a_repeat_of_a_pair_counts_by_its_money() {
    use TransferStatus as S;
    let judged = judge(&[result(S::Exists, None), result(S::LinkedEventFailed, None)]);
    assert!(matches!(judged, Judged::Done { seq: 7, replayed: true }));
    let other = judge(&[result(S::ExistsWithDifferentFlags, None)]);
    assert!(matches!(other, Judged::Differs));
}

#[test]
fn every_status_of_the_ledger_is_judged() {
    for status in TransferStatus::ALL {
        let judged = judge(&[result(*status, None)]);
        assert_eq!(matches!(judged, Judged::Done { .. }), status.is_success(), "{status}");
    }
}

#[test]
fn what_became_of_a_hold_follows_from_who_resolved_it() {
    let of = |status, by| Status::of(1, books::TRANSFER, Some(&state(status)), by);
    assert_eq!(Status::of(1, books::TRANSFER, None, None), Status::Completed);
    assert_eq!(of(PendingStatus::Pending, None), Status::Waiting);
    assert_eq!(of(PendingStatus::Posted, Some(9)), Status::Accepted);
    assert_eq!(of(PendingStatus::Expired, Some(9)), Status::Expired);
    let by = |purpose| of(PendingStatus::Voided, Some(derived(purpose, 1, 0)));
    assert_eq!(by(Purpose::Decline), Status::Declined);
    assert_eq!(by(Purpose::Cancel), Status::Cancelled);
    assert_eq!(by(Purpose::ClaimRelease), Status::Accepted);
    let invited = Status::of(1, books::INVITATION, Some(&state(PendingStatus::Pending)), None);
    assert_eq!(invited, Status::Invited);
}

#[test]
fn fingerprints_tell_every_field() {
    let new = || NewTransfer {
        to: PartyRef::Handle("bob".into()),
        asset: "EUR".into(),
        amount: Positive::try_from(Amount::new(5)).unwrap(),
        message: None,
        reference: None,
        accept_within: None,
    };
    let first = new().fingerprint();
    assert_eq!(first, new().fingerprint());
    let other_case = NewTransfer { to: PartyRef::Handle("BOB".into()), ..new() };
    assert_eq!(first, other_case.fingerprint());
    let message = Message::try_from("hi".to_owned()).ok();
    let others = [
        NewTransfer { to: PartyRef::Email("bob".into()), ..new() },
        NewTransfer { asset: "USD".into(), ..new() },
        NewTransfer { amount: Positive::try_from(Amount::new(6)).unwrap(), ..new() },
        NewTransfer { message, ..new() },
        NewTransfer { accept_within: Some(Wait::DEFAULT), ..new() },
    ];
    assert!(others.iter().all(|other| other.fingerprint() != first));
}
