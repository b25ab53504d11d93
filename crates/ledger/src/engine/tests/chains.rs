//! Linked chains: all or nothing, and what a broken one leaves behind.

use super::script::check;

const ACCOUNTS: &str = "
    account 1 | created
    account 2 | created
    account 3 floor=0 | created
";

fn with_accounts(script: &str) -> super::script::Ledger {
    let mut ledger = check(ACCOUNTS);
    ledger.check(script);
    ledger
}

#[test]
fn a_chain_is_made_whole() {
    with_accounts(
        "batch
         transfer 10 1 2 5 linked           | created
         transfer 11 2 1 5 linked           | created
         transfer 12 1 3 5                  | created
         transfer 13 1 3 5                  | created
         end
         balances 1 0 15 0 5
         records 4",
    );
}

#[test]
fn a_broken_chain_restores_balances_holds_expiries_groups_and_closures() {
    let mut ledger = with_accounts(
        "transfer 10 1 2 50 pending timeout=5 group=7 | created
         transfer 11 1 2 50 pending         | created
         transfer 12 1 2 9                  | created
         batch
         post 20 10 max linked              | linked_event_failed
         partial 21 11 20 linked            | linked_event_failed
         extend 22 11 9 linked              | linked_event_failed
         reverse 23 12 max linked           | linked_event_failed
         transfer 24 1 2 5 pending timeout=2 group=7 linked | linked_event_failed
         transfer 25 1 2 0 pending closing_debit closing_credit linked | linked_event_failed
         void 26 25 0 linked                | linked_event_failed
         transfer 27 3 1 1                  | exceeds_floor
         end
         hold 10 pending 50
         hold 11 pending 50
         open 1
         open 2
         balances 1 100 9 0 0
         balances 2 0 0 100 9
         records 3",
    );
    assert_eq!(ledger.engine.state(12), None, "nothing was reversed");
    assert_eq!(ledger.engine.state(24), None);
    assert!(ledger.effects.accounts_changed.is_empty());
    assert_eq!(ledger.engine.next_seq(), 4);
    ledger.check(
        "group 30 7 post                    | resolved created   // Only 10 is a member.
         time +9s
         expire                             | 0
         hold 11 pending 50
         reverse 23 12 max                  | created
         transfer 27 2 1 1                  | id_already_failed",
    );
}

#[test]
fn an_account_that_a_chain_had_closed_or_opened_is_as_before() {
    with_accounts(
        "transfer 10 1 2 0 pending closing_debit | created
         batch
         void 20 10 0 linked                | linked_event_failed
         transfer 21 1 2 5 linked           | linked_event_failed
         transfer 22 3 1 1                  | exceeds_floor
         end
         closed 1
         hold 10 pending 0
         batch
         void 23 10 0 linked                | created
         transfer 24 1 2 5                  | created
         end
         open 1",
    );
}

#[test]
fn chains_of_one_request_stand_alone() {
    with_accounts(
        "batch
         transfer 10 1 2 5 linked           | created
         transfer 11 1 2 5                  | created
         transfer 12 1 2 5 linked           | linked_event_failed
         transfer 13 3 1 5                  | exceeds_floor
         transfer 14 1 2 5                  | created
         transfer 15 0 2 5 linked           | debit_account_id_must_not_be_zero
         transfer 16 1 2 5 linked           | linked_event_failed
         transfer 17 1 2 5                  | linked_event_failed
         transfer 18 1 2 5 linked           | linked_event_failed
         transfer 19 1 2 5 linked           | linked_event_chain_open
         end
         balances 1 0 15 0 0
         transfer 12 1 2 5                  | created
         transfer 17 1 2 5                  | created
         transfer 19 1 2 5                  | created
         transfer 13 1 2 5                  | id_already_failed",
    );
}

#[test]
fn an_open_end_is_reported_even_if_the_chain_was_broken() {
    with_accounts(
        "transfer 10 1 2 5 linked           | linked_event_chain_open
         batch
         transfer 10 1 2 5 linked           | linked_event_failed
         transfer 11 3 1 5 linked           | exceeds_floor
         transfer 12 1 2 5 linked           | linked_event_chain_open
         end
         batch
         account 10 linked                  | linked_event_failed
         account 11 linked                  | linked_event_chain_open
         end
         absent 10
         records 0",
    );
}

#[test]
fn a_retried_chain_says_that_its_first_transfer_exists() {
    with_accounts(
        "batch
         transfer 10 1 2 5 linked           | created
         transfer 11 2 1 5                  | created
         end
         batch
         transfer 10 1 2 5 linked           | exists
         transfer 11 2 1 5                  | linked_event_failed
         end
         transfer 11 2 1 5                  | exists
         records 2",
    );
}

/// TigerBeetle answers `exists` here, for something that isn't there afterwards.
#[test]
fn a_repeat_within_its_own_chain_is_not_said_to_exist() {
    with_accounts(
        "batch
         transfer 10 1 2 5 linked           | linked_event_failed
         transfer 10 1 2 5 linked           | linked_event_failed
         transfer 11 1 2 5                  | linked_event_failed
         end
         batch
         transfer 10 1 2 5 linked           | linked_event_failed
         transfer 10 1 2 6                  | exists_with_different_flags
         end
         batch
         account 20 linked                  | linked_event_failed
         account 20 linked                  | linked_event_failed
         account 21                         | linked_event_failed
         end
         absent 20
         transfer 10 1 2 5                  | created
         batch
         transfer 10 1 2 5 linked           | exists_with_different_flags
         transfer 12 1 2 5                  | linked_event_failed
         end",
    );
}

#[test]
fn accounts_made_in_a_chain_take_transfers_afterwards_and_vanish_with_it() {
    with_accounts(
        "batch
         account 20 linked address=a        | created
         account 21                         | created
         end
         transfer 10 20 21 5                | created
         batch
         account 22 linked address=b        | linked_event_failed
         account 20 address=a code=2        | exists_with_different_flags
         end
         transfer 11 22 21 5                | debit_account_not_found
         account 22 address=b               | created
         transfer 12 22 21 5                | created",
    );
}

#[test]
fn a_transient_failure_inside_a_chain_is_remembered_and_only_that() {
    let ledger = with_accounts(
        "batch
         transfer 10 1 2 5 linked           | linked_event_failed
         transfer 11 1 9 5 linked           | credit_account_not_found
         transfer 12 1 9 5                  | linked_event_failed
         end
         transfer 10 1 2 5                  | created
         transfer 11 1 2 5                  | id_already_failed
         transfer 12 1 9 5                  | credit_account_not_found",
    );
    assert_eq!(ledger.effects.failed.len(), 1);
}

/// Ranges hold eight records here: the chain runs over the end of one and is taken back.
#[test]
fn a_chain_that_breaks_beyond_a_range_leaves_its_ids_to_the_range_before() {
    let mut ledger = with_accounts(
        "batch
         transfer 101 1 2 1 | created
         transfer 102 1 2 1 | created
         transfer 103 1 2 1 | created
         transfer 104 1 2 1 | created
         transfer 105 1 2 1 | created
         transfer 106 1 2 1 | created
         transfer 107 1 2 1 linked | linked_event_failed
         transfer 108 1 2 1 linked | linked_event_failed
         transfer 109 1 2 1 linked | linked_event_failed
         transfer 200 3 2 1 | exceeds_floor
         transfer 150 1 2 1 | created
         transfer 151 1 2 1 | created
         transfer 152 1 2 1 | created
         end",
    );
    let first = &ledger.engine.ids(1).unwrap().scattered;
    assert!(first.contains(&200), "the failed id is there, too");
    assert_eq!(ledger.engine.ids(9).unwrap().scattered, [152]);
    ledger.check("transfer 107 1 2 1 | created");
}
