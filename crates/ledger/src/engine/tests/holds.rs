//! Pending transfers: time limits, extensions, expiry, captures in part, closing accounts.

use super::script::{Ledger, check};
use crate::engine::{Request, TransferFlags, expiry_id};

const ACCOUNTS: &str = "
    account 1 | created
    account 2 | created
";

fn with_accounts(script: &str) -> Ledger {
    let mut ledger = check(ACCOUNTS);
    ledger.check(script);
    ledger
}

#[test]
fn a_time_limit_holds_to_the_microsecond() {
    with_accounts(
        "transfer 10 1 2 50 pending timeout=5 | created
         transfer 11 1 2 50 pending timeout=5 | created
         time +4999999us
         expire                             | 0
         post 20 10 max                     | created
         time +1us
         post 21 11 max                     | pending_transfer_expired   // Nobody recorded it yet.
         hold 11 pending 50
         void 22 11 0                       | pending_transfer_expired
         extend 23 11 9                     | pending_transfer_expired
         expire                             | 1
         hold 11 expired 0
         post 24 11 max                     | pending_transfer_expired
         expire                             | 0
         balances 1 0 50 0 0
         balances 2 0 0 0 50",
    );
}

#[test]
fn answers_do_not_depend_on_whether_an_expiry_was_recorded() {
    with_accounts(
        "transfer 10 1 2 50 pending timeout=5 | created
         partial 20 10 30                   | created
         post 21 10 40                      | exceeds_pending_transfer_amount
         time +5s
         post 21 10 40                      | pending_transfer_expired
         post 21 10 60                      | exceeds_pending_transfer_amount
         expire                             | 1
         post 21 10 40                      | pending_transfer_expired
         post 21 10 60                      | exceeds_pending_transfer_amount
         void 22 10 20                      | pending_transfer_has_different_amount
         balances 1 0 30 0 0",
    );
}

#[test]
fn expiries_come_in_the_order_of_their_times_then_of_their_holds() {
    let mut ledger = with_accounts(
        "transfer 13 1 2 3 pending timeout=6 | created
         transfer 12 1 2 2 pending timeout=5 d64=8 | created
         transfer 11 1 2 1 pending timeout=5 | created
         transfer 14 1 2 4 pending          | created
         time +1s
         extend 20 13 1                     | created   // Now the first to run out.
         time +9s
         expire 2                           | 2",
    );
    let ids = |ledger: &Ledger| -> Vec<u128> {
        ledger.effects.records.iter().map(|record| record.extra().pending_id).collect()
    };
    assert_eq!(ids(&ledger), [13, 12]);
    let record = &ledger.effects.records[1];
    assert_eq!((record.id, record.amount, record.at), (expiry_id(12), 2, ledger.now));
    assert_eq!(record.flags.0, TransferFlags::EXPIRE_PENDING);
    assert_eq!((record.extra().released, record.extra().user_data_64), (Some(2), 8));
    assert_eq!(ledger.engine.next_expiry(), Some(ledger.now - 5_000_000));
    ledger.check("expire 2 | 1");
    assert_eq!(ids(&ledger), [11]);
    assert_eq!(ledger.engine.next_expiry(), None);
    ledger.check("balances 1 4 0 0 0");
}

#[test]
fn expiry_opens_an_account_again() {
    let ledger = with_accounts(
        "transfer 9 1 2 5 pending           | created
         transfer 10 1 2 0 pending timeout=5 closing_debit closing_credit | created
         closed 1
         closed 2
         post 20 9 max                      | debit_account_already_closed
         post 21 10 max                     | debit_account_already_closed
         extend 22 10 9                     | debit_account_already_closed
         void 23 9 0                        | created   // The only way out of a closed account.
         time +5s
         transfer 24 1 2 5                  | debit_account_already_closed
         expire                             | 1
         open 1
         open 2",
    );
    assert_eq!(ledger.effects.accounts_changed.len(), 2);
}

#[test]
fn holds_of_a_closed_account_expire() {
    with_accounts(
        "transfer 9 1 2 5 pending timeout=5 | created
         transfer 10 1 2 0 pending closing_debit | created
         time +5s
         expire                             | 1
         hold 9 expired 0
         closed 1
         void 20 10 0                       | created
         open 1",
    );
}

#[test]
fn an_extension_counts_from_now_and_may_come_again() {
    with_accounts(
        "transfer 10 1 2 5 pending timeout=5 | created
         time +4s
         extend 20 10 5                     | created
         time +4999999us
         expire                             | 0
         extend 21 10 2                     | created
         time +1999999us
         expire                             | 0
         time +1us
         extend 22 10 2                     | pending_transfer_expired
         expire                             | 1
         transfer 11 1 2 5 pending          | created
         extend 23 11 1                     | created   // One without a limit gets one.
         time +1s
         expire                             | 1
         balances 1 0 0 0 0",
    );
}

#[test]
fn captures_in_part_go_on_until_nothing_is_left() {
    with_accounts(
        "transfer 10 1 2 100 pending        | created
         partial 20 10 60                   | created
         hold 10 pending 40
         balances 1 40 60 0 0
         balances 2 0 0 40 60
         partial 21 10 41                   | exceeds_pending_transfer_amount
         partial 21 10 0                    | created
         partial 22 10 40                   | created
         hold 10 posted 0
         partial 23 10 0                    | pending_transfer_already_posted
         void 24 10 0                       | pending_transfer_already_posted
         balances 1 0 100 0 0",
    );
}

#[test]
fn the_rest_of_a_hold_can_be_posted_voided_or_expire() {
    with_accounts(
        "transfer 10 1 2 100 pending        | created
         partial 20 10 60                   | created
         post 21 10 41                      | exceeds_pending_transfer_amount
         post 21 10 10                      | created   // Releases the other thirty.
         hold 10 posted 0
         transfer 11 1 2 100 pending        | created
         partial 22 11 60                   | created
         void 23 11 60                      | exceeds_pending_transfer_amount
         void 23 11 39                      | pending_transfer_has_different_amount
         void 23 11 40                      | created
         transfer 12 1 2 100 pending timeout=5 | created
         partial 24 12 60                   | created
         time +5s
         expire                             | 1
         hold 12 expired 0
         balances 1 0 190 0 0
         balances 2 0 0 0 190",
    );
}

#[test]
fn holds_of_nothing_are_holds() {
    with_accounts(
        "transfer 10 1 2 0 pending          | created
         partial 20 10 0                    | created
         hold 10 posted 0
         transfer 11 1 2 0 pending          | created
         post 21 11 1                       | exceeds_pending_transfer_amount
         post 21 11 max                     | created
         transfer 12 1 2 0 pending          | created
         void 22 12 0                       | created",
    );
}

#[test]
fn resolutions_take_the_user_data_of_the_hold_where_they_give_none() {
    let ledger = with_accounts(
        "transfer 10 1 2 5 pending d128=1 d64=2 d32=3 | created
         post 20 10 max d64=9               | created",
    );
    let extra = ledger.effects.records[0].extra();
    assert_eq!((extra.user_data_128, extra.user_data_64, extra.user_data_32), (1, 9, 3));
}

/// A caller who takes the id that an expiry would get must not stop the clock.
#[test]
fn an_expiry_finds_another_id_when_its_own_is_taken() {
    let mut ledger = with_accounts("transfer 10 1 2 5 pending timeout=5 | created");
    ledger.check(&format!("transfer {} 1 2 1 | created", expiry_id(10)));
    ledger.check(
        "time +5s
         expire                             | 1
         hold 10 expired 0",
    );
    assert_ne!(ledger.effects.records[0].id, expiry_id(10));
}

#[test]
fn time_never_goes_back() {
    let mut ledger = with_accounts("time +9s\n transfer 10 1 2 5 pending timeout=5 | created");
    let later = ledger.now;
    let (_, effects) = ledger.engine.execute(&[Request::Expire { limit: 1 }], later - 8_000_000);
    assert_eq!((effects.at, ledger.engine.now()), (later, later));
    ledger.check(
        "time -8s
         transfer 11 1 2 5 pending timeout=5 | created
         time +8s
         time +4999999us
         expire                             | 0
         time +1us
         expire                             | 2",
    );
}
