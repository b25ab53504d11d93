//! Floors, ceilings, the two strict flags, and balancing transfers. Holds count.

use super::script::{Ledger, check};

fn with_accounts(script: &str) -> Ledger {
    let mut ledger = check("account 1 | created\n account 2 | created");
    ledger.check(script);
    ledger
}

#[test]
fn a_floor_counts_holds_as_spent_and_not_what_is_still_to_come() {
    with_accounts(
        "account 3 floor=0                  | created
         transfer 10 1 3 50 pending         | created   // Not there yet.
         transfer 11 3 2 1                  | exceeds_floor
         post 12 10 max                     | created
         transfer 13 3 2 30 pending         | created
         transfer 14 3 2 21                 | exceeds_floor
         transfer 15 3 2 20                 | created
         transfer 16 3 2 0                  | created
         post 17 13 max                     | created   // Its hold counted already.
         balances 3 0 50 0 50",
    );
}

#[test]
fn a_ceiling_counts_what_is_to_come_and_not_what_may_still_leave() {
    with_accounts(
        "account 3 ceiling=50               | created
         transfer 10 1 3 50 pending         | created
         transfer 11 1 3 1                  | exceeds_ceiling
         post 12 10 40                      | created
         transfer 13 3 2 40 pending         | created
         transfer 14 1 3 11                 | exceeds_ceiling
         transfer 15 1 3 10                 | created
         post 16 13 max                     | created
         transfer 17 1 3 40                 | created
         transfer 18 1 3 1                  | exceeds_ceiling",
    );
}

#[test]
fn negative_floors_are_credit_lines_and_positive_ones_reserves() {
    with_accounts(
        "account 3 floor=-100               | created
         transfer 10 3 2 101                | exceeds_floor
         transfer 11 3 2 100                | created
         transfer 12 3 2 1                  | exceeds_floor
         account 4 floor=10                 | created
         transfer 13 1 4 15                 | created
         transfer 14 4 2 6                  | exceeds_floor
         transfer 15 4 2 5                  | created
         account 5 ceiling=-10              | created   // Must first be debited by ten.
         transfer 16 1 5 1                  | exceeds_ceiling
         transfer 17 5 2 15                 | created
         transfer 18 1 5 6                  | exceeds_ceiling
         transfer 19 1 5 5                  | created",
    );
}

#[test]
fn a_limit_that_changes_binds_what_comes_and_not_what_is() {
    with_accounts(
        "account 3 floor=0                  | created
         transfer 10 1 3 50                 | created
         update 3 floor=80                  | updated   // Above what is there.
         transfer 11 3 2 1                  | exceeds_floor
         transfer 12 1 3 10                 | created   // A credit may come.
         transfer 13 3 2 0                  | created
         update 3 floor=-10                 | updated
         transfer 14 3 2 70                 | created
         transfer 15 3 2 1                  | exceeds_floor
         update 3 floor=none                | updated
         transfer 16 3 2 1000               | created
         update 3 ceiling=-2000             | updated   // Below what is there.
         transfer 17 1 3 1                  | exceeds_ceiling
         transfer 18 3 1 1                  | created",
    );
}

#[test]
fn a_hold_made_before_the_floor_rose_can_be_posted() {
    with_accounts(
        "account 3 floor=0                  | created
         transfer 10 1 3 50                 | created
         transfer 11 3 2 50 pending         | created
         update 3 floor=50                  | updated
         partial 12 11 20                   | created
         post 13 11 max                     | created
         balances 3 0 50 0 50",
    );
}

#[test]
fn strict_accounts_never_owe() {
    with_accounts(
        "account 3 no_overdraft             | created
         account 4 no_surplus               | created
         transfer 10 3 2 1                  | exceeds_credits
         transfer 11 1 4 1                  | exceeds_debits
         transfer 12 1 3 10                 | created
         transfer 13 4 1 10                 | created
         transfer 14 3 4 11                 | exceeds_credits
         transfer 15 3 4 6 pending          | created
         transfer 16 3 2 5                  | exceeds_credits
         transfer 17 1 4 5                  | exceeds_debits
         transfer 18 3 4 4                  | created
         void 19 15 0                       | created
         transfer 20 3 4 6                  | created
         balances 3 0 10 0 10
         balances 4 0 10 0 10",
    );
}

#[test]
fn both_limits_of_one_side_hold() {
    with_accounts(
        "account 3 no_overdraft floor=5     | created
         transfer 10 1 3 20                 | created
         transfer 11 3 2 21                 | exceeds_credits
         transfer 12 3 2 16                 | exceeds_floor
         transfer 13 3 2 15                 | created",
    );
}

#[test]
fn balancing_moves_what_there_is() {
    with_accounts(
        "transfer 10 1 2 70                 | created
         account 3                          | created
         transfer 11 2 3 100 balancing_debit | created
         balances 3 0 0 0 70
         transfer 12 2 3 100 balancing_debit | created   // Of nothing, nothing.
         balances 3 0 0 0 70
         transfer 13 3 1 max balancing_debit balancing_credit | created
         balances 1 0 70 0 70
         transfer 14 1 2 30 pending         | created
         transfer 15 2 1 100 balancing_debit | created   // What is pending isn't there yet.
         balances 2 0 70 30 70",
    );
}

#[test]
fn balancing_goes_down_to_the_floor_and_up_to_the_ceiling() {
    with_accounts(
        "account 3 floor=-30                | created
         account 4 floor=10                 | created
         account 5 ceiling=40               | created
         account 6 no_overdraft floor=-30   | created
         transfer 10 1 3 20                 | created
         transfer 11 3 2 max balancing_debit | created
         balances 3 0 50 0 20
         transfer 12 1 4 25                 | created
         transfer 13 4 2 max balancing_debit pending | created
         balances 4 15 0 0 25
         transfer 14 1 5 max balancing_credit | created
         balances 5 0 0 0 40
         transfer 15 1 5 max balancing_credit | created
         balances 5 0 0 0 40
         transfer 16 1 6 5                  | created
         transfer 17 6 2 max balancing_debit | created   // The flag is the stricter one.
         balances 6 0 5 0 5
         update 4 floor=50                  | updated
         transfer 18 4 2 max balancing_debit | created   // Below the floor: nothing.
         balances 4 15 0 0 25",
    );
}

#[test]
fn balancing_one_side_does_not_excuse_the_other() {
    with_accounts(
        "account 3 floor=0                  | created
         account 4 ceiling=10               | created
         transfer 10 1 3 20                 | created
         transfer 11 3 4 max balancing_debit | exceeds_ceiling
         transfer 12 3 4 max balancing_debit balancing_credit | created
         balances 4 0 0 0 10",
    );
}
