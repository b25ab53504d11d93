//! Idempotency: a repeated command finds what it did the first time; another command under the
//! same id is told what differs; what failed for a reason of the moment never succeeds.

use super::script::{Ledger, check};
use crate::engine::{
    NewTransfer, Request, Response, TransferFlags, TransferResult, TransferStatus,
};

const ACCOUNTS: &str = "
    account 1 | created
    account 2 | created
    account 3 no_overdraft | created
    account 4 no_surplus | created
    account 5 floor=0 | created
    account 6 ceiling=0 | created
    transfer 90 1 3 70 | created
";

fn with_accounts(script: &str) -> Ledger {
    let mut ledger = check(ACCOUNTS);
    ledger.check(script);
    ledger
}

#[test]
fn a_plain_transfer_exists_even_when_it_could_not_be_made_now() {
    with_accounts(
        "transfer 10 3 2 70 d64=5           | created
         transfer 10 3 2 70 d64=5           | exists
         transfer 20 3 2 0 pending closing_debit | created
         transfer 10 3 2 70 d64=5           | exists
         transfer 10 3 2 70 d64=6           | exists_with_different_user_data_64
         transfer 11 3 2 70                 | debit_account_already_closed
         balances 3 0 70 0 70",
    );
}

#[test]
fn a_hold_exists_whatever_became_of_it() {
    with_accounts(
        "transfer 10 1 2 50 pending timeout=5 group=7 | created
         transfer 10 1 2 50 pending timeout=5 group=7 | exists
         transfer 10 1 2 50 pending timeout=5 group=8 | exists_with_different_group
         transfer 10 1 2 50 pending         | exists_with_different_timeout
         time +5s
         transfer 10 1 2 50 pending timeout=5 group=7 | exists
         expire                             | 1
         transfer 10 1 2 50 pending timeout=5 group=7 | exists",
    );
}

#[test]
fn posts_repeat_by_amount_or_by_all_of_it() {
    with_accounts(
        "transfer 10 1 2 50 pending d64=3 code=9 | created
         post 20 10 max                     | created
         post 20 10 max                     | exists
         post 20 10 50                      | exists
         post 20 10 50 d64=3 dr=1 cr=2 asset=1 code=9 | exists
         post 20 10 49                      | exists_with_different_amount
         post 20 10 51                      | exists_with_different_amount
         post 20 10 max d64=4               | exists_with_different_user_data_64
         post 20 10 max dr=2                | exists_with_different_debit_account_id
         post 20 10 max cr=1                | exists_with_different_credit_account_id
         post 20 10 max asset=2             | exists_with_different_asset
         post 20 10 max code=1              | exists_with_different_code
         post 20 11 max                     | exists_with_different_pending_id
         void 20 10 0                       | exists_with_different_flags
         post 21 10 max                     | pending_transfer_already_posted
         transfer 11 1 2 50 pending         | created
         post 22 11 20                      | created
         post 22 11 20                      | exists
         post 22 11 max                     | exists_with_different_amount
         balances 1 0 140 0 0",
    );
}

#[test]
fn captures_in_part_repeat_and_only_the_last_was_all_of_it() {
    with_accounts(
        "transfer 10 1 2 50 pending         | created
         partial 20 10 20                   | created
         partial 20 10 20                   | exists
         partial 20 10 max                  | exists_with_different_amount
         partial 21 10 max                  | created
         partial 21 10 max                  | exists
         partial 21 10 30                   | exists
         partial 20 10 max                  | exists_with_different_amount
         post 21 10 30                      | exists_with_different_flags
         transfer 11 1 2 50 pending         | created
         partial 22 11 20                   | created
         post 23 11 max                     | created
         post 23 11 30                      | exists
         post 23 11 max                     | exists
         partial 22 11 20                   | exists",
    );
}

#[test]
fn voids_repeat_with_and_without_their_amount() {
    with_accounts(
        "transfer 10 1 2 50 pending         | created
         void 20 10 0                       | created
         void 20 10 0                       | exists
         void 20 10 50                      | exists
         void 20 10 49                      | exists_with_different_amount
         transfer 11 1 2 50 pending         | created
         partial 21 11 20                   | created
         void 22 11 30                      | created
         void 22 11 0                       | exists
         void 22 11 50                      | exists_with_different_amount
         void 23 11 0                       | pending_transfer_already_voided",
    );
}

#[test]
fn extensions_balancing_transfers_and_reversals_repeat() {
    with_accounts(
        "transfer 10 1 2 50 pending timeout=5 | created
         extend 20 10 60                    | created
         extend 20 10 60                    | exists
         extend 20 10 61                    | exists_with_different_timeout
         transfer 30 3 2 100 balancing_debit | created   // Moves 70.
         transfer 30 3 2 100 balancing_debit | exists
         transfer 30 3 2 70 balancing_debit | exists
         transfer 30 3 2 69 balancing_debit | exists_with_different_amount
         transfer 30 3 2 max balancing_debit | exists
         transfer 40 1 2 9                  | created
         reverse 41 40 4                    | created
         reverse 41 40 4                    | exists
         reverse 41 40 max                  | exists_with_different_amount
         reverse 42 40 max                  | created
         reverse 42 40 max                  | exists
         reverse 42 40 5 dr=2 cr=1 asset=1 code=1 | exists
         reverse 41 40 max                  | exists_with_different_amount
         reverse 43 40 0                    | created    // Nothing is left, and nothing is asked.
         reverse 42 40 max                  | exists
         reverse 42 30 5                    | exists_with_different_reverses
         transfer 42 2 1 5                  | exists_with_different_reverses",
    );
}

/// Each line's failure is remembered with its id, though the reason goes away.
#[test]
fn transient_failures_are_kept_with_the_first_reason() {
    use TransferStatus as S;
    let mut ledger = with_accounts(
        "transfer 20 8 2 5                  | debit_account_not_found
         transfer 21 1 8 5                  | credit_account_not_found
         post 22 80 5                       | pending_transfer_not_found
         reverse 23 80 5                    | reversed_transfer_not_found
         transfer 24 3 2 71                 | exceeds_credits
         transfer 25 1 4 1                  | exceeds_debits
         transfer 26 5 1 1                  | exceeds_floor
         transfer 27 1 6 1                  | exceeds_ceiling
         transfer 30 1 2 9                  | created
         reverse 28 30 10                   | exceeds_reversible_amount
         transfer 31 1 2 0 pending closing_debit | created
         transfer 32 2 1 5                  | credit_account_already_closed
         transfer 33 1 2 5                  | debit_account_already_closed
         void 34 31 0                       | created
         account 8                          | created
         transfer 80 1 2 9 pending          | created
         update 5 floor=none                | updated
         update 6 ceiling=none              | updated
         transfer 35 1 3 50                 | created
         transfer 36 4 1 50                 | created",
    );
    let expected = [
        (20, S::DebitAccountNotFound),
        (21, S::CreditAccountNotFound),
        (22, S::PendingTransferNotFound),
        (23, S::ReversedTransferNotFound),
        (24, S::ExceedsCredits),
        (25, S::ExceedsDebits),
        (26, S::ExceedsFloor),
        (27, S::ExceedsCeiling),
        (28, S::ExceedsReversibleAmount),
        (32, S::CreditAccountAlreadyClosed),
        (33, S::DebitAccountAlreadyClosed),
    ];
    let transient = TransferStatus::ALL.iter().filter(|status| status.is_transient()).count();
    assert_eq!(expected.len(), transient);
    for (id, first) in expected {
        // Even another transfer: the id is used up.
        let new =
            NewTransfer { id, flags: TransferFlags(TransferFlags::PENDING), ..Default::default() };
        let response = ledger.execute(Request::CreateTransfers(vec![new]));
        let failed =
            TransferResult { status: S::IdAlreadyFailed, seq: None, first_failure: Some(first) };
        assert_eq!(response, Response::Transfers(vec![failed]));
        assert!(ledger.effects.is_empty(), "it is remembered once");
    }
}

#[test]
fn a_failure_of_the_command_itself_can_be_mended_under_the_same_id() {
    with_accounts(
        "transfer 20 1 2 5 code=0           | code_must_not_be_zero
         transfer 20 1 2 5 asset=2          | transfer_must_have_the_same_asset_as_accounts
         transfer 20 1 2 5                  | created",
    );
}

#[test]
fn an_answer_names_the_first_sequence() {
    let mut ledger = with_accounts("transfer 20 1 2 5 | created");
    let new = NewTransfer {
        id: 20,
        debit_account: 1,
        credit_account: 2,
        amount: 5,
        asset: 1,
        code: 1,
        ..NewTransfer::default()
    };
    let response = ledger.execute(Request::CreateTransfers(vec![new]));
    let exists =
        TransferResult { status: TransferStatus::Exists, seq: Some(2), first_failure: None };
    assert_eq!(response, Response::Transfers(vec![exists]));
}
