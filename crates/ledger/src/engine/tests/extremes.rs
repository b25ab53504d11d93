//! The ends of 128 bits: nothing wraps, and each overflow has its name.

use super::script::check;

const ACCOUNTS: &str = "
    account 1 | created
    account 2 | created
    account 3 | created
    account 4 | created
";

fn with_accounts(script: &str) {
    check(ACCOUNTS).check(script);
}

#[test]
fn each_balance_can_be_full_and_no_fuller() {
    with_accounts(
        "transfer 10 1 2 max                | created
         balances 1 0 max 0 0
         balances 2 0 0 0 max
         transfer 11 1 3 1                  | overflows_debits_posted
         transfer 12 3 2 1                  | overflows_credits_posted
         transfer 13 1 2 0                  | created
         transfer 14 2 1 max                | created
         balances 1 0 max 0 max
         transfer 15 3 4 max pending        | created
         transfer 16 3 4 1 pending          | overflows_debits_pending
         transfer 17 1 4 0 pending          | created
         account 5                          | created
         transfer 18 5 4 1 pending          | overflows_credits_pending
         transfer 19 3 5 1                  | overflows_debits
         transfer 20 5 4 1                  | overflows_credits
         post 21 15 max                     | created
         balances 3 0 max 0 0",
    );
}

#[test]
fn sums_of_holds_and_posted_amounts_stay_within_bounds() {
    with_accounts(
        "transfer 10 1 2 max-5 pending      | created
         transfer 11 1 2 5                  | created
         transfer 12 1 3 1                  | overflows_debits
         transfer 13 3 2 1                  | overflows_credits
         transfer 14 1 2 max pending        | overflows_debits_pending
         transfer 15 1 2 max                | overflows_debits_posted
         partial 20 10 max-6                | created
         hold 10 pending 1
         transfer 16 1 3 1                  | overflows_debits
         post 21 10 max                     | created
         balances 1 0 max 0 0
         reverse 22 20 max                  | created
         balances 1 0 max 0 max-6",
    );
}

#[test]
fn limits_at_the_ends_of_their_range_do_not_wrap() {
    with_accounts(&format!(
        "account 5                          | created
         account 10 floor={min}             | created
         account 11 floor={max}             | created
         account 12 ceiling={max}           | created
         account 13 ceiling={min}           | created
         transfer 20 10 2 {below}           | created
         transfer 21 10 2 1                 | exceeds_floor
         transfer 22 1 11 max               | created
         transfer 23 11 4 {below}           | created
         transfer 24 11 3 1                 | exceeds_floor
         transfer 25 3 12 {max}             | created
         transfer 26 3 12 1                 | exceeds_ceiling
         transfer 27 3 13 1                 | exceeds_ceiling
         transfer 28 13 5 max               | created
         transfer 29 5 13 {max}             | created
         transfer 30 5 13 1                 | exceeds_ceiling",
        min = i128::MIN,
        max = i128::MAX,
        below = i128::MIN.unsigned_abs(),
    ));
}

#[test]
fn balancing_never_overflows() {
    with_accounts(
        "account 10 floor=-100              | created
         account 11 ceiling=100             | created
         transfer 20 1 10 max               | created
         transfer 21 11 2 max               | created
         transfer 22 10 11 max balancing_debit | created
         balances 10 0 max 0 max
         transfer 23 10 11 max balancing_debit | created   // Credit is left, room is not.
         transfer 24 10 3 1                 | overflows_debits_posted
         transfer 25 3 11 max balancing_credit | created
         balances 11 0 max 0 max",
    );
}
