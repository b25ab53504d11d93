//! Events with the caller's own times.

use super::script::check;

#[test]
fn imported_events_come_in_the_order_of_their_times() {
    let ledger = check(
        "time +100s
         batch
         account 1 imported ts=+1s          | created
         account 2 imported ts=+2s          | created
         account 3 imported ts=+2s          | imported_event_timestamp_must_not_regress
         end
         batch
         transfer 10 1 2 5 imported ts=+1s  | imported_event_timestamp_must_postdate_debit_account
         transfer 11 2 1 5 imported ts=+2s  | imported_event_timestamp_must_postdate_debit_account
         transfer 12 1 2 5 imported ts=+2s  | imported_event_timestamp_must_postdate_credit_account
         transfer 13 1 2 5 imported ts=+3s  | created
         transfer 14 1 2 5 imported ts=+3s  | imported_event_timestamp_must_not_regress
         transfer 15 1 2 5 imported ts=+4s pending | created
         transfer 16 1 2 5 imported ts=+5s pending timeout=1 | imported_event_timeout_must_be_zero
         post 17 15 max imported ts=+4s     | imported_event_timestamp_must_not_regress
         extend 18 15 9 imported ts=+5s     | imported_event_timeout_must_be_zero
         post 19 15 max imported ts=+5s     | created
         transfer 20 1 2 5 imported ts=+100s | imported_event_timestamp_must_not_advance
         transfer 21 1 2 5 imported ts=+99s | created
         end
         records 4",
    );
    let at: Vec<i64> = ledger.effects.records.iter().map(|record| record.at).collect();
    assert!(at.is_sorted() && at[3] == ledger.now - 1_000_000);
}

#[test]
fn a_repeated_import_exists_though_its_time_is_over() {
    check(
        "account 1                          | created
         account 2                          | created
         time +100s
         transfer 10 1 2 5 imported ts=+1s  | created
         transfer 11 1 2 5 imported ts=+2s  | created
         transfer 10 1 2 5 imported ts=+1s  | exists
         transfer 10 1 2 5 imported ts=+9s  | exists
         transfer 10 1 2 5                  | exists_with_different_flags
         transfer 12 1 2 5                  | created
         transfer 13 1 2 5 imported ts=+3s  | imported_event_timestamp_must_not_regress",
    );
}

#[test]
fn a_broken_chain_gives_its_times_back() {
    check(
        "time +100s
         batch
         account 1 imported ts=+1s          | created
         account 2 imported ts=+2s          | created
         account 3 imported ts=+9s linked   | linked_event_failed
         account 2 imported ts=+2s code=2   | exists_with_different_code
         account 3 imported ts=+3s          | created
         end
         batch
         transfer 10 1 2 5 imported ts=+9s linked | linked_event_failed
         transfer 11 1 8 5 imported ts=+10s | credit_account_not_found
         transfer 12 1 2 5 imported ts=+4s  | created
         end",
    );
}
