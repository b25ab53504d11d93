//! Posting and voiding groups of holds.

use super::script::{Ledger, check};
use crate::engine::{expiry_id, member_id};

const ACCOUNTS: &str = "
    account 1 | created
    account 2 | created
    account 3 asset=2 | created
    account 4 asset=2 | created
";

pub(super) const STATUSES: &str = "
    account 1                                     | created
    account 2                                     | created
    transfer 10 1 2 5 pending group=7             | created
    transfer 11 2 1 3 pending group=7             | created
    transfer 12 1 2 3 pending group=8             | created
    transfer 13 1 2 0 pending closing_debit       | created
    group 0 0 post                                | id_must_not_be_zero
    group max 0 post                              | id_must_not_be_int_max
    group 50 0 post                               | group_must_not_be_zero
    group 50 9 post                               | group_not_found
    group 50 8 post                               | transfer_failed debit_account_already_closed
    void 20 13 0                                  | created
    group 51 7 post                               | resolved created created
    group 51 7 post                               | exists exists exists
    group 52 7 post                               | group_already_resolved
";

fn with_accounts(script: &str) -> Ledger {
    let mut ledger = check(ACCOUNTS);
    ledger.check(script);
    ledger
}

#[test]
fn group_commands_report_the_first_flaw() {
    check(STATUSES);
}

#[test]
fn a_group_spans_batches_and_assets_and_is_posted_whole() {
    let ledger = with_accounts(
        "transfer 10 1 2 5 pending group=7  | created
         transfer 11 3 4 3 pending group=7 asset=2 | created
         time +3s
         transfer 12 2 1 1 pending group=7 timeout=9 | created
         group 50 7 post                    | resolved created created created
         balances 1 0 5 0 1
         balances 4 0 0 0 3
         hold 12 posted 0",
    );
    let ids: Vec<u128> = ledger.effects.records.iter().map(|record| record.id).collect();
    assert_eq!(ids, [10, 11, 12].map(|member| member_id(50, member)));
    assert_eq!(ledger.engine.next_expiry(), None);
}

#[test]
fn members_that_were_resolved_or_ran_out_before_are_left_alone() {
    with_accounts(
        "transfer 10 1 2 5 pending group=7  | created
         transfer 11 1 2 5 pending group=7  | created
         transfer 12 1 2 5 pending group=7  | created
         transfer 13 1 2 5 pending group=7 timeout=1 | created
         transfer 14 1 2 5 pending group=7 timeout=9 | created
         post 20 10 2                       | created
         void 21 11 0                       | created
         partial 22 12 1                    | created
         time +1s                           // 13 has run out; nobody recorded it yet.
         group 50 7 post                    | resolved created created
         balances 1 5 12 0 0
         group 50 7 post                    | exists exists exists
         expire                             | 1
         hold 13 expired 0
         group 50 7 post                    | exists exists exists
         group 51 7 void                    | group_already_resolved
         balances 1 0 12 0 0",
    );
}

#[test]
fn a_group_that_ran_out_is_resolved_already() {
    with_accounts(
        "transfer 10 1 2 5 pending group=7 timeout=1 | created
         time +1s
         group 50 7 void                    | group_already_resolved
         expire                             | 1
         group 51 7 post                    | group_already_resolved",
    );
}

#[test]
fn voiding_a_group_opens_what_it_had_closed() {
    with_accounts(
        "transfer 10 1 2 5 pending group=7  | created
         transfer 11 1 2 0 pending group=7 closing_debit | created
         closed 1
         group 50 7 void                    | resolved created created
         open 1
         balances 1 0 0 0 0
         group 50 7 void                    | exists exists exists",
    );
}

#[test]
fn a_group_is_posted_as_a_whole_or_not_at_all_and_its_failure_is_final() {
    let mut ledger = with_accounts(
        "transfer 10 1 2 5 pending group=7  | created
         transfer 11 3 4 5 pending group=7 asset=2 | created
         transfer 12 3 4 0 pending closing_debit asset=2 | created
         group 50 7 post                    | transfer_failed linked_event_failed debit_account_already_closed
         hold 10 pending 5
         hold 11 pending 5
         balances 1 5 0 0 0
         records 3",
    );
    assert_eq!(ledger.effects.failed.len(), 1);
    ledger.check(
        "void 20 12 0                       | created
         group 50 7 post                    | transfer_failed linked_event_failed id_already_failed
         group 51 7 post                    | resolved created created",
    );
}

#[test]
fn one_command_cannot_post_and_void() {
    with_accounts(
        "transfer 10 1 2 5 pending group=7  | created
         group 50 7 post                    | resolved created
         group 50 7 void                    | transfer_failed exists_with_different_flags
         transfer 11 1 2 5 pending group=7  | created   // A late member.
         group 50 7 post                    | exists exists
         group 50 7 void                    | transfer_failed exists_with_different_flags
         hold 11 pending 5
         group 51 7 void                    | resolved created",
    );
}

#[test]
fn a_member_that_its_chain_took_back_is_no_member() {
    with_accounts(
        "batch
         transfer 10 1 2 5 pending group=7 linked | linked_event_failed
         transfer 11 1 3 5                  | accounts_must_have_the_same_asset
         end
         group 50 7 post                    | group_not_found
         transfer 10 1 2 5 pending group=7  | created
         group 50 7 post                    | resolved created",
    );
}

/// Otherwise one expiry or group would make every later id a candidate of its range.
#[test]
fn derived_ids_lie_beside_the_ids_that_they_come_from() {
    let id = 0x0198_1234_5678_7abc_8123_4567_89ab_cdef_u128;
    for derived in [expiry_id(id), member_id(id, 1), member_id(id, 2)] {
        assert_eq!(derived >> 80, id >> 80, "the same 48 bits of time");
        assert_eq!((derived >> 76) & 0xf, 8, "UUID version 8");
        assert_eq!((derived >> 62) & 0b11, 0b10, "the variant of RFC 9562");
    }
    assert_ne!(member_id(id, 1), member_id(id, 2));
    assert_ne!(member_id(1, 2), member_id(2, 1));
    assert_ne!(expiry_id(1), expiry_id(2));
}
