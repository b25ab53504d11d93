use std::collections::BTreeMap;

use kernel::id::SeededIds;
use kernel::time::Timestamp;
use proto::Timestamp as WireTime;
use proto::ledger::v1 as api;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::fields::Fields;
use super::{accounts, batch, convert, errors, transfers};
use crate::engine::{
    AMOUNT_MAX, AccountFlags, AccountStatus, Balances, GroupStatus, Limits, NewAccount,
    NewTransfer, TransferFlags, TransferResult, TransferStatus, UpdateStatus,
};
use crate::error::LedgerError;
use crate::ids::{AccountId, GroupId, TransferId};
use crate::text::unknown_account;

/// A batch as the engine would get it, without a ledger to look names up in.
fn read(request: api::CreateTransfersRequest) -> Result<Vec<NewTransfer>, Status> {
    batch::check_length(request.transfers.len(), "transfers")?;
    let mut fields = Fields::default();
    let names = batch::Names::of_transfers(&request.transfers, &mut fields);
    let transfers = batch::transfers(request, &names, &SeededIds::new(1), &mut fields);
    fields.finish().map(|()| transfers)
}

fn read_one(transfer: api::NewTransfer) -> Result<NewTransfer, Status> {
    let mut transfers = read(api::CreateTransfersRequest {
        transfers: vec![transfer],
        ..api::CreateTransfersRequest::default()
    })?;
    Ok(transfers.remove(0))
}

fn read_account(account: api::NewAccount) -> Result<NewAccount, Status> {
    let mut fields = Fields::default();
    let request = api::CreateAccountsRequest { accounts: vec![account], ..Default::default() };
    let names = batch::Names::of_accounts(&request.accounts, &mut fields);
    let mut accounts = batch::accounts(request, &names, &SeededIds::new(1), &mut fields);
    fields.finish().map(|()| accounts.remove(0))
}

fn account(id: u128) -> String {
    AccountId::from_u128(id).to_string()
}

fn transfer(id: u128) -> String {
    TransferId::from_u128(id).to_string()
}

fn plain() -> api::NewTransfer {
    api::NewTransfer {
        id: transfer(9),
        debit_account: account(1),
        credit_account: account(2),
        amount: "1250".to_owned(),
        asset: "EUR".to_owned(),
        ..api::NewTransfer::default()
    }
}

fn fields_of(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let request = status.get_error_details().bad_request().cloned().unwrap();
    request.field_violations.into_iter().map(|violation| violation.field).collect()
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(info.domain, "bushel");
    info.reason.clone()
}

#[test]
fn every_status_of_the_engine_is_in_the_contract_under_its_name() {
    fn check<E: TryFrom<i32> + Copy>(
        prefix: &str,
        count: usize,
        statuses: impl Iterator<Item = (i32, &'static str)>,
        name: fn(&E) -> &'static str,
    ) {
        let mut seen = 0;
        for (number, text) in statuses {
            let status = E::try_from(number).ok().unwrap_or_else(|| panic!("{text} is missing"));
            assert_eq!(name(&status), format!("{prefix}_{}", text.to_uppercase()));
            seen += 1;
        }
        assert_eq!(seen, count);
        let last = i32::try_from(count).unwrap();
        assert!(E::try_from(last + 1).is_err(), "the contract has more than the engine");
        assert_eq!(name(&E::try_from(0).ok().unwrap()), format!("{prefix}_UNSPECIFIED"));
    }
    check::<api::AccountStatus>(
        "ACCOUNT_STATUS",
        AccountStatus::ALL.len(),
        AccountStatus::ALL.iter().map(|s| (convert::account_status(*s), s.as_str())),
        api::AccountStatus::as_str_name,
    );
    check::<api::TransferStatus>(
        "TRANSFER_STATUS",
        TransferStatus::ALL.len(),
        TransferStatus::ALL.iter().map(|s| (convert::transfer_status(*s), s.as_str())),
        api::TransferStatus::as_str_name,
    );
    check::<api::GroupStatus>(
        "GROUP_STATUS",
        GroupStatus::ALL.len(),
        GroupStatus::ALL.iter().map(|s| (convert::group_status(*s), s.as_str())),
        api::GroupStatus::as_str_name,
    );
}

#[test]
fn flags_of_the_contract_are_the_bits_of_the_engine() {
    use api::{AccountFlag as A, TransferFlag as T};
    let transfer_flags = [
        (T::Linked, TransferFlags::LINKED),
        (T::Pending, TransferFlags::PENDING),
        (T::PostPending, TransferFlags::POST_PENDING),
        (T::VoidPending, TransferFlags::VOID_PENDING),
        (T::BalancingDebit, TransferFlags::BALANCING_DEBIT),
        (T::BalancingCredit, TransferFlags::BALANCING_CREDIT),
        (T::ClosingDebit, TransferFlags::CLOSING_DEBIT),
        (T::ClosingCredit, TransferFlags::CLOSING_CREDIT),
        (T::Imported, TransferFlags::IMPORTED),
        (T::Partial, TransferFlags::PARTIAL),
        (T::ExtendPending, TransferFlags::EXTEND_PENDING),
        (T::ExpirePending, TransferFlags::EXPIRE_PENDING),
    ];
    let account_flags = [
        (A::Linked, AccountFlags::LINKED),
        (A::DebitsMustNotExceedCredits, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
        (A::CreditsMustNotExceedDebits, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
        (A::History, AccountFlags::HISTORY),
        (A::Imported, AccountFlags::IMPORTED),
        (A::Closed, AccountFlags::CLOSED),
    ];
    let mut fields = Fields::default();
    for (flag, bit) in transfer_flags {
        assert_eq!(fields.flags("flags", &[flag.into()], batch::TRANSFER_FLAGS), bit, "{flag:?}");
    }
    for (flag, bit) in account_flags {
        assert_eq!(fields.flags("flags", &[flag.into()], batch::ACCOUNT_FLAGS), bit, "{flag:?}");
    }
    assert!(fields.finish().is_ok());
    for unknown in [0, -1, 13, i32::MAX] {
        let mut fields = Fields::default();
        fields.flags("flags", &[unknown], batch::TRANSFER_FLAGS);
        assert_eq!(fields_of(&fields.finish().unwrap_err()), ["flags"]);
    }
}

#[test]
fn plain_transfer_needs_no_extra() {
    let expected = NewTransfer {
        id: 9,
        debit_account: 1,
        credit_account: 2,
        amount: 1250,
        asset: batch::UNKNOWN_ASSET,
        code: 1,
        ..NewTransfer::default()
    };
    assert_eq!(read_one(plain()).unwrap(), expected);
}

#[test]
fn transfer_keeps_all_that_is_given() {
    let new = read_one(api::NewTransfer {
        code: Some(7),
        flags: vec![api::TransferFlag::Pending.into(), api::TransferFlag::Linked.into()],
        timeout_s: 60,
        user_data_128: u128::MAX.to_string(),
        user_data_64: u64::MAX,
        user_data_32: 3,
        group_id: GroupId::from_u128(5).to_string(),
        effective_at: Some(WireTime { seconds: -1, nanos: 999_999_999 }),
        reference: "invoice 7".to_owned(),
        metadata: BTreeMap::from([("b".into(), "2".into()), ("a".into(), "1".into())]),
        ..plain()
    })
    .unwrap();
    let extra = new.extra();
    assert_eq!((new.code, new.flags.0), (7, TransferFlags::PENDING | TransferFlags::LINKED));
    assert_eq!((extra.timeout_s, extra.group), (60, 5));
    assert_eq!(extra.user_data_128, u128::MAX);
    assert_eq!((extra.user_data_64, extra.user_data_32), (u64::MAX, 3));
    assert_eq!(extra.effective_at, Some(-1), "finer than a microsecond is cut off");
    assert_eq!(extra.reference.as_deref(), Some("invoice 7"));
    assert_eq!(extra.metadata.as_deref(), Some(r#"{"a":"1","b":"2"}"#));
}

#[test]
fn empty_amount_means_all_where_it_can() {
    use api::TransferFlag as Flag;
    let amount = |flags: &[Flag], reverses: &str| {
        read_one(api::NewTransfer {
            amount: String::new(),
            flags: flags.iter().map(|flag| (*flag).into()).collect(),
            reverses: reverses.to_owned(),
            ..plain()
        })
        .map(|new| new.amount)
    };
    assert_eq!(amount(&[Flag::PostPending], "").unwrap(), AMOUNT_MAX);
    assert_eq!(amount(&[Flag::BalancingDebit], "").unwrap(), AMOUNT_MAX);
    assert_eq!(amount(&[Flag::BalancingCredit, Flag::Pending], "").unwrap(), AMOUNT_MAX);
    assert_eq!(amount(&[], &transfer(3)).unwrap(), AMOUNT_MAX);
    assert_eq!(amount(&[Flag::VoidPending], "").unwrap(), 0);
    assert_eq!(amount(&[Flag::ExtendPending], "").unwrap(), 0);
    for flags in [&[][..], &[Flag::Pending]] {
        assert_eq!(fields_of(&amount(flags, "").unwrap_err()), ["transfers[0].amount"]);
    }
}

#[test]
fn resolution_leaves_out_what_follows_from_its_pending_transfer() {
    let new = read_one(api::NewTransfer {
        id: transfer(9),
        pending_id: transfer(4),
        flags: vec![api::TransferFlag::VoidPending.into()],
        ..api::NewTransfer::default()
    })
    .unwrap();
    assert_eq!((new.debit_account, new.credit_account, new.asset, new.code), (0, 0, 0, 0));
    assert_eq!(new.extra().pending_id, 4);
}

#[test]
fn server_makes_the_ids_that_are_left_out() {
    let request = api::CreateTransfersRequest {
        transfers: vec![api::NewTransfer { id: String::new(), ..plain() }; 2],
        ..Default::default()
    };
    let transfers = read(request).unwrap();
    assert!(0 < transfers[0].id && transfers[0].id < transfers[1].id);
    // An explicit zero is the caller's mistake, and the engine says so.
    assert_eq!(read_one(api::NewTransfer { id: transfer(0), ..plain() }).unwrap().id, 0);
}

#[test]
fn atomic_batch_is_one_chain() {
    let linked = |atomic, flags: Vec<i32>| {
        let transfers = vec![api::NewTransfer { flags, ..plain() }; 3];
        let request = api::CreateTransfersRequest { transfers, atomic, ..Default::default() };
        let is_linked = |new: &NewTransfer| new.flags.has(TransferFlags::LINKED);
        read(request).unwrap().iter().map(is_linked).collect::<Vec<_>>()
    };
    assert_eq!(linked(false, vec![]), [false, false, false]);
    assert_eq!(linked(true, vec![]), [true, true, false]);
    assert_eq!(linked(true, vec![1]), [true, true, true], "the engine refuses the open chain");
}

#[test]
fn unknown_names_get_stand_ins_that_no_asset_or_account_has() {
    let new = read_one(api::NewTransfer { debit_account: "bank/EUR".into(), ..plain() }).unwrap();
    assert_eq!(new.debit_account, unknown_account("bank/EUR"));
    assert_eq!(new.asset, batch::UNKNOWN_ASSET);
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = api::NewTransfer {
        id: account(1),
        debit_account: transfer(1).replace("tr_", "acct_").replace('0', "!"),
        credit_account: "no spaces".into(),
        amount: "12.50".into(),
        asset: "eur".into(),
        code: Some(65_536),
        flags: vec![99],
        pending_id: "tr_".into(),
        user_data_128: "-1".into(),
        group_id: transfer(1),
        reverses: String::new(),
        effective_at: Some(WireTime { seconds: i64::MAX, nanos: 0 }),
        timestamp: Some(WireTime { seconds: 0, nanos: -1 }),
        reference: "a\nb".into(),
        metadata: BTreeMap::from([(String::new(), String::new())]),
        ..api::NewTransfer::default()
    };
    let status =
        read(api::CreateTransfersRequest { transfers: vec![plain(), wrong], ..Default::default() })
            .unwrap_err();
    let mut fields = fields_of(&status);
    fields.sort_unstable();
    let expected = [
        "amount",
        "asset",
        "code",
        "credit_account",
        "debit_account",
        "effective_at",
        "flags",
        "group_id",
        "id",
        "metadata",
        "pending_id",
        "reference",
        "timestamp",
        "user_data_128",
    ];
    assert_eq!(fields, expected.map(|field| format!("transfers[1].{field}")));
    assert_eq!(reason(&status), "request.body.invalid");
    assert!(status.message().ends_with("(and 13 more)"), "{}", status.message());
}

#[test]
fn violations_of_a_batch_are_bounded() {
    let transfers = vec![api::NewTransfer::default(); 8_190];
    let status = read(api::CreateTransfersRequest { transfers, ..Default::default() }).unwrap_err();
    assert_eq!(fields_of(&status).len(), 20);
}

#[test]
fn batch_is_neither_empty_nor_too_large() {
    let read = |items| batch::check_length(items, "transfers");
    assert_eq!(fields_of(&read(0).unwrap_err()), ["transfers"]);
    assert!(read(8_190).is_ok());
    let status = read(8_191).unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(reason(&status), "ledger.batch_too_large");
}

#[test]
fn account_is_read_with_its_limits_and_details() {
    let new = read_account(api::NewAccount {
        address: Some("bank/EUR".into()),
        asset: "EUR".into(),
        flags: vec![api::AccountFlag::Closed.into()],
        floor: Some("-100".into()),
        ceiling: Some("0".into()),
        ..Default::default()
    })
    .unwrap();
    assert!(new.id > 0);
    assert_eq!((new.code, new.flags.0), (1, AccountFlags::CLOSED));
    assert_eq!(new.limits, Limits { floor: Some(-100), ceiling: Some(0) });
    assert_eq!(new.details.address.as_deref(), Some("bank/EUR"));

    let status = read_account(api::NewAccount {
        address: Some("acct_1".into()),
        floor: Some(String::new()),
        ..Default::default()
    })
    .unwrap_err();
    assert_eq!(
        fields_of(&status),
        ["accounts[0].asset", "accounts[0].address", "accounts[0].floor"]
    );
}

#[test]
fn update_tells_a_cleared_field_from_one_that_stays() {
    let update = |request| {
        let mut fields = Fields::default();
        let update = accounts::account_update(&request, &mut fields);
        fields.finish().map(|()| (update.floor, update.ceiling, update.metadata))
    };
    let request = api::UpdateAccountRequest::default();
    assert_eq!(update(request.clone()).unwrap(), (None, None, None));
    let request = api::UpdateAccountRequest {
        floor: Some(String::new()),
        ceiling: Some("5".into()),
        metadata: Some(api::Metadata::default()),
        ..request
    };
    assert_eq!(update(request).unwrap(), (Some(None), Some(Some(5)), Some(None)));
    let request = api::UpdateAccountRequest { floor: Some("x".into()), ..Default::default() };
    assert_eq!(fields_of(&update(request).unwrap_err()), ["floor"]);
}

#[test]
fn results_count_and_leave_out_successes_if_asked() {
    let result = |status, seq| TransferResult { status, seq, first_failure: None };
    let results = [
        result(TransferStatus::Exists, Some(3)),
        result(TransferStatus::Created, Some(7)),
        TransferResult {
            first_failure: Some(TransferStatus::ExceedsFloor),
            ..result(TransferStatus::IdAlreadyFailed, None)
        },
        result(TransferStatus::Created, Some(8)),
    ];
    let all = transfers::transfer_results(&[1, 2, 3, 4], &results, false);
    assert_eq!((all.created_count, all.existing_count, all.failed_count), (2, 1, 1));
    assert_eq!((all.first_sequence, all.last_sequence), (7, 8));
    assert_eq!(all.results.len(), 4);
    assert_eq!(all.results[0].sequence, 3);

    let failed = transfers::transfer_results(&[1, 2, 3, 4], &results, true);
    assert_eq!((failed.created_count, failed.last_sequence), (2, 8));
    let [only] = failed.results.as_slice() else { panic!("{failed:?}") };
    assert_eq!((only.index, only.id.as_str()), (2, transfer(3).as_str()));
    assert_eq!(only.status(), api::TransferStatus::IdAlreadyFailed);
    assert_eq!(only.first_failure(), api::TransferStatus::ExceedsFloor);
}

#[test]
fn forged_positions_and_filters_that_match_nothing_are_refused() {
    let refused = |read: &dyn Fn(&mut Fields)| {
        let mut fields = Fields::default();
        read(&mut fields);
        fields_of(&fields.finish().unwrap_err()).remove(0)
    };
    for position in [-1, i64::MAX] {
        let cursor = kernel::Cursor(position).to_string();
        assert_eq!(refused(&|fields| _ = fields.position(&cursor)), "cursor");
        assert_eq!(refused(&|fields| _ = fields.after(position)), "after");
    }
    let pair = |key: &str| Some(api::MetadataFilter { key: key.into(), value: "\0".into() });
    assert_eq!(refused(&|fields| drop(fields.metadata_filter(pair("a")))), "metadata");
    let prefix = || Some("a\0".to_owned());
    assert_eq!(refused(&|fields| drop(fields.address_prefix(prefix()))), "address_prefix");
}

#[test]
fn times_survive_both_ways() {
    for micros in [0, -1, 1_700_000_000_123_456, Timestamp::MIN.as_micros()] {
        let mut fields = Fields::default();
        assert_eq!(fields.time("at", Some(convert::time(micros))), Some(micros));
        assert!(fields.finish().is_ok());
    }
    let nanos = |nanos| WireTime { seconds: 1, nanos };
    let seconds = |seconds| WireTime { seconds, nanos: 0 };
    for time in [nanos(-1), nanos(1_000_000_000), seconds(i64::MIN), seconds(253_402_300_800)] {
        let mut fields = Fields::default();
        fields.time("at", Some(time));
        assert_eq!(fields_of(&fields.finish().unwrap_err()), ["at"], "{time:?}");
    }
}

#[test]
fn balance_is_exact_beyond_the_signed_range() {
    let balance = |debits_posted, credits_posted| {
        convert::balances(&Balances { debits_posted, credits_posted, ..Balances::default() })
            .balance
    };
    assert_eq!(balance(1, 3), "2");
    assert_eq!(balance(3, 1), "-2");
    assert_eq!(balance(0, u128::MAX), u128::MAX.to_string());
    assert_eq!(balance(u128::MAX, 0), format!("-{}", u128::MAX));
}

#[test]
fn outages_say_when_to_come_back() {
    let errors = [
        (LedgerError::Overloaded, "ledger.overloaded"),
        (LedgerError::Unavailable, "ledger.unavailable"),
        (LedgerError::NotLeader(None), "ledger.not_leader"),
    ];
    for (error, code) in errors {
        let status = Status::from(error);
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, code));
        let delay = status.get_error_details().retry_info().unwrap().retry_delay;
        assert_eq!(delay.map(|delay| delay.as_secs()), Some(1));
    }
}

#[test]
fn failures_of_single_operations_are_the_callers_and_have_a_reason() {
    let fail = |status| {
        errors::transfer_failed(&TransferResult { status, seq: None, first_failure: None })
    };
    for status in TransferStatus::ALL.iter().filter(|status| !status.is_success()) {
        let failed = fail(*status);
        let codes = [Code::InvalidArgument, Code::NotFound, Code::FailedPrecondition];
        assert!(codes.contains(&failed.code()), "{status}");
        assert_eq!(reason(&failed), format!("ledger.transfer.{status}"));
    }
    assert_eq!(fail(TransferStatus::PendingTransferExpired).code(), Code::FailedPrecondition);
    assert_eq!(fail(TransferStatus::PendingTransferNotFound).code(), Code::NotFound);
    assert_eq!(fail(TransferStatus::IdMustNotBeZero).code(), Code::InvalidArgument);
    let conflict = errors::update_failed(UpdateStatus::VersionConflict);
    assert_eq!(conflict.code(), Code::FailedPrecondition);
    assert_eq!(reason(&conflict), "ledger.account.version_conflict");
}

#[test]
fn group_failure_names_its_cause() {
    let member = |status| TransferResult { status, seq: None, first_failure: None };
    let members = [member(TransferStatus::LinkedEventFailed), member(TransferStatus::ExceedsFloor)];
    let status = errors::group_failed(GroupStatus::TransferFailed, &members);
    assert_eq!(reason(&status), "ledger.group.transfer_failed");
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().metadata["transfer_status"], "exceeds_floor");
}
