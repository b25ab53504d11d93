//! Transfers that take others back.

use super::script::{Ledger, check};

fn with_accounts(script: &str) -> Ledger {
    let mut ledger =
        check("account 1 | created\n account 2 | created\n account 3 floor=0 | created");
    ledger.check(script);
    ledger
}

#[test]
fn a_reversal_follows_from_what_it_reverses() {
    let ledger = with_accounts(
        "transfer 10 1 2 50 code=7          | created
         reverse 20 10 max                  | created
         balances 1 0 50 0 50
         balances 2 0 50 0 50",
    );
    let record = &ledger.effects.records[0];
    let expected = ledger.engine.account(2).unwrap().no;
    assert_eq!((record.debit, record.code, record.amount), (expected, 7, 50));
    assert_eq!(record.extra().reverses, 10);
}

#[test]
fn no_more_is_reversed_than_was_moved() {
    with_accounts(
        "transfer 10 1 2 50                 | created
         reverse 20 10 20                   | created
         reverse 21 10 31                   | exceeds_reversible_amount
         reverse 22 10 10                   | created
         reverse 23 10 max                  | created
         reverse 24 10 max                  | exceeds_reversible_amount
         reverse 25 10 1                    | exceeds_reversible_amount
         reverse 26 10 0                    | created
         balances 1 0 50 0 50",
    );
}

#[test]
fn posts_are_reversed_and_holds_are_not() {
    with_accounts(
        "transfer 10 1 2 50 pending         | created
         reverse 20 10 max                  | reversed_transfer_not_posted
         partial 21 10 20                   | created
         reverse 22 21 max                  | created
         extend 23 10 9                     | created
         reverse 24 23 0                    | reversed_transfer_not_posted
         void 25 10 0                       | created
         reverse 26 25 max                  | reversed_transfer_not_posted
         reverse 27 27 max                  | reversed_transfer_not_found
         balances 1 0 20 0 20",
    );
}

#[test]
fn a_reversal_can_be_reversed_itself() {
    with_accounts(
        "transfer 10 1 2 50                 | created
         reverse 20 10 max                  | created
         reverse 21 20 30                   | created
         balances 1 0 80 0 50
         reverse 22 10 1                    | exceeds_reversible_amount",
    );
}

#[test]
fn limits_and_closures_bind_reversals_too() {
    with_accounts(
        "transfer 10 1 3 50                 | created
         transfer 11 3 2 40                 | created
         reverse 20 10 max                  | exceeds_floor
         reverse 21 10 10                   | created
         transfer 12 2 1 0 pending closing_debit | created
         reverse 22 11 max                  | debit_account_already_closed
         void 23 12 0                       | created
         reverse 24 11 max                  | created
         reverse 25 10 40                   | created
         balances 3 0 90 0 90",
    );
}

#[test]
fn a_reversal_in_the_chain_of_its_original_goes_with_it() {
    let ledger = with_accounts(
        "batch
         transfer 10 1 2 50 linked          | linked_event_failed
         reverse 20 10 max linked           | linked_event_failed
         transfer 11 3 1 1                  | exceeds_floor
         end
         batch
         transfer 10 1 2 50 linked          | created
         reverse 20 10 max                  | created
         end",
    );
    assert_eq!(ledger.engine.state(10).unwrap().reversed, 50);
}
