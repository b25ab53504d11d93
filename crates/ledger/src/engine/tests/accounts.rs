//! Creating and changing accounts. Lines are in order of precedence, and a line has the next
//! line's flaw too wherever one account can have both.

use super::script::check;

pub(super) const STATUSES: &str = "
    account 1 address=users/1/EUR meta={} floor=-5 ceiling=9 d128=1 d64=1 d32=1 | created
    time +10s
    batch
    account 2 linked                              | linked_event_failed
    account 3 linked asset=0                      | asset_must_not_be_zero
    account 4 linked                              | linked_event_failed
    account 5                                     | linked_event_failed
    account 6 linked imported                     | linked_event_chain_open
    end
    absent 2
    absent 5
    batch
    account 2 imported ts=+1s                     | created
    account 3 ts=+1s flags=64                     | imported_event_expected
    end
    batch
    account 3                                     | created
    account 4 imported ts=+99s flags=64           | imported_event_not_expected
    end
    account 0 ts=+1s flags=64                     | timestamp_must_be_zero
    account 0 imported ts=-2000000000s flags=64   | imported_event_timestamp_out_of_range
    account 0 imported ts=+10s flags=64           | imported_event_timestamp_must_not_advance
    account 0 flags=64                            | reserved_flag
    account 0 no_overdraft no_surplus             | id_must_not_be_zero
    account max no_overdraft no_surplus           | id_must_not_be_int_max
    account 1 no_surplus asset=0                  | exists_with_different_flags
    account 1                                     | exists_with_different_user_data_128
    account 1 d128=1                              | exists_with_different_user_data_64
    account 1 d128=1 d64=1 asset=2                | exists_with_different_user_data_32
    account 1 d128=1 d64=1 d32=1 asset=2 code=2   | exists_with_different_asset
    account 1 d128=1 d64=1 d32=1 code=2           | exists_with_different_code
    account 1 d128=1 d64=1 d32=1                  | exists_with_different_address
    account 1 d128=1 d64=1 d32=1 address=users/1/EUR          | exists_with_different_limits
    account 1 d128=1 d64=1 d32=1 address=users/1/EUR floor=-5 | exists_with_different_limits
    account 1 d128=1 d64=1 d32=1 address=users/1/EUR floor=-5 ceiling=9 | exists_with_different_metadata
    account 1 d128=1 d64=1 d32=1 address=users/1/EUR floor=-5 ceiling=9 meta={} | exists
    account 9 no_overdraft no_surplus asset=0     | flags_are_mutually_exclusive
    account 9 asset=0 code=0                      | asset_must_not_be_zero
    account 9 asset=7 code=0                      | asset_not_found
    account 9 code=0 floor=1 ceiling=0            | code_must_not_be_zero
    account 9 floor=1 ceiling=0 address=users/1/EUR          | limits_are_contradictory
    account 9 imported ts=+1s address=users/1/EUR | address_already_taken
    account 9 imported ts=+1s                     | imported_event_timestamp_must_not_regress
    absent 9
";

pub(super) const UPDATES: &str = "
    account 1 floor=0                             | created
    update 2 version=9 floor=1 ceiling=0          | account_not_found
    update 1 version=9 floor=1 ceiling=0          | version_conflict
    update 1 version=1 floor=1 ceiling=0          | limits_are_contradictory
    update 1 version=1 ceiling=-1                 | limits_are_contradictory
    update 1 version=1 ceiling=10 meta={}         | updated
    update 1 version=1 ceiling=20                 | version_conflict
    update 1 version=2 floor=none ceiling=-1      | updated
";

#[test]
fn accounts_report_the_first_flaw() {
    check(STATUSES);
}

#[test]
fn limits_and_metadata_change_with_the_version() {
    let ledger = check(UPDATES);
    let account = ledger.engine.account(1).unwrap();
    assert_eq!(
        (account.version, account.limits.floor, account.limits.ceiling),
        (3, None, Some(-1))
    );
    assert_eq!(account.details.as_ref().unwrap().metadata.as_deref(), Some("{}"));
}

#[test]
fn a_late_retry_of_a_creation_succeeds_after_limits_and_metadata_changed() {
    check(
        "account 1 floor=0 meta=a           | created
         account 1 floor=0 meta=b           | exists_with_different_metadata
         update 1 floor=-5 meta=c           | updated
         account 1 floor=0 meta=a           | exists
         account 1 floor=-5 meta=c          | exists
         account 1 floor=0 meta=a code=2    | exists_with_different_code",
    );
}

#[test]
fn an_account_closed_at_its_creation_takes_nothing() {
    check(
        "account 1 is_closed                | created
         account 2                          | created
         account 1 is_closed                | exists
         account 1                          | exists_with_different_flags
         transfer 10 1 2 5                  | debit_account_already_closed
         transfer 11 2 1 5 pending          | credit_account_already_closed
         closed 1
         update 1 floor=0                   | updated
         closed 1",
    );
}

#[test]
fn a_closed_account_is_still_the_account_that_was_created() {
    check(
        "account 1                          | created
         account 2                          | created
         transfer 10 1 2 0 pending closing_debit | created
         closed 1
         account 1                          | exists
         account 1 is_closed                | exists_with_different_flags",
    );
}

#[test]
fn an_address_is_free_again_when_its_chain_breaks() {
    let mut ledger = check(
        "batch
         account 1 address=shop linked      | linked_event_failed
         account 2 address=shop             | address_already_taken
         end
         account 3 address=shop             | created
         account 4 address=shop             | address_already_taken",
    );
    assert_eq!(ledger.engine.account(3).unwrap().no, 1, "numbers have no gaps");
    ledger.check("account 5 | created");
    assert_eq!(ledger.engine.account(5).unwrap().no, 2);
    assert_eq!(ledger.effects.accounts_created.len(), 1);
}
