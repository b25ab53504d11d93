//! What the engine asks for, learns, forgets and is told again after a restart.

use std::sync::Arc;

use crate::engine::{
    Effects, Engine, Extra, Facts, GroupAction, NewAccount, NewTransfer, PendingStatus, Record,
    Request, ResolveGroup, Response, SealedIds, Start, Time, TransferFlags, TransferResult,
    TransferState, TransferStatus, expiry_id,
};

const AT: Time = 1_767_225_600_000_000;
const RANGE: i64 = 4;

fn engine(next_seq: i64, sealed: Vec<SealedIds>) -> Engine {
    let start =
        Start { next_seq, range_size: RANGE, next_account_no: 1, sealed, ..Start::default() };
    let mut engine = Engine::new(start);
    engine.learn_assets([1]);
    let account = |id| NewAccount { id, asset: 1, code: 1, ..NewAccount::default() };
    engine.execute(&[Request::CreateAccounts(vec![account(1), account(2)])], AT);
    engine
}

/// The ids of the range that starts at `start`, in order.
fn ids(engine: &Engine, start: i64) -> Vec<u128> {
    let mut ids = engine.ids(start).unwrap().scattered.clone();
    ids.sort_unstable();
    ids
}

/// Seals and forgets all full ranges before `seq`.
fn forget_before(engine: &mut Engine, seq: i64) {
    let starts = (1..seq).step_by(RANGE as usize);
    let sealed = starts.filter_map(|start| engine.ids(start)).map(SealedIds::of).collect();
    drop(engine.forget_before(seq, sealed));
}

fn transfer(id: u128, flags: u16, extra: Extra) -> NewTransfer {
    let mut new = NewTransfer {
        id,
        debit_account: 1,
        credit_account: 2,
        amount: 9,
        asset: 1,
        code: 1,
        flags: TransferFlags(flags),
        extra: Some(Box::new(extra)),
        ..NewTransfer::default()
    };
    if new.flags.any(TransferFlags::RESOLVING) {
        (new.debit_account, new.credit_account) = (0, 0);
    }
    new
}

fn hold(id: u128) -> NewTransfer {
    transfer(id, TransferFlags::PENDING, Extra { timeout_s: 5, group: 7, ..Extra::default() })
}

fn post(id: u128, pending_id: u128) -> NewTransfer {
    transfer(id, TransferFlags::POST_PENDING, Extra { pending_id, ..Extra::default() })
}

fn send(engine: &mut Engine, new: Vec<NewTransfer>) -> (Vec<TransferResult>, Effects) {
    let (mut responses, effects) = engine.execute(&[Request::CreateTransfers(new)], AT);
    let Some(Response::Transfers(results)) = responses.pop() else { panic!("transfers were sent") };
    (results, effects)
}

fn ask(engine: &Engine, new: &NewTransfer) -> Vec<u128> {
    let needs = engine.needs(&[Request::CreateTransfers(vec![new.clone()])], AT);
    let mut ids: Vec<u128> = needs.transfers.into_iter().collect();
    ids.sort_unstable();
    ids
}

/// A range of plain transfers, an unresolved hold among them, that is sealed and forgotten.
fn with_sealed_range() -> (Engine, Arc<Vec<Record>>, TransferState) {
    let mut engine = engine(1, Vec::new());
    let plain = |id| transfer(id, 0, Extra::default());
    let hold = transfer(101, TransferFlags::PENDING, Extra { group: 7, ..Extra::default() });
    let failing = NewTransfer { debit_account: 99, ..plain(105) };
    let (_, effects) = send(&mut engine, vec![plain(100), hold, plain(103), failing, plain(104)]);
    assert_eq!(ids(&engine, 1), [100, 101, 103, 104, 105]);
    let state = *engine.state(101).unwrap();
    send(&mut engine, vec![plain(201)]);
    forget_before(&mut engine, 1 + RANGE);
    assert_eq!(engine.state(101), None);
    (engine, effects.records, state)
}

fn learn(engine: &mut Engine, request: &Request, facts: Facts) {
    let needs = engine.needs(std::slice::from_ref(request), AT);
    engine.learn(&needs, facts);
}

#[test]
fn only_ids_that_a_sealed_range_may_hold_are_looked_up() {
    let (engine, ..) = with_sealed_range();
    let plain = |id| transfer(id, 0, Extra::default());
    assert_eq!(ask(&engine, &plain(99)), []);
    assert_eq!(ask(&engine, &plain(100)), [100]);
    assert_eq!(ask(&engine, &plain(102)), [], "the filter knows better");
    assert_eq!(ask(&engine, &plain(105)), [105]);
    assert_eq!(ask(&engine, &plain(106)), []);
    assert_eq!(ask(&engine, &plain(201)), [], "it is in memory");
    assert_eq!(ask(&engine, &post(102, 101)), [101]);
}

#[test]
fn time_ordered_ids_are_looked_up_within_the_span_of_a_range() {
    let v7 = |n: u128| n << 80 | 7 << 76 | 0b10 << 62;
    let mut engine = engine(1, Vec::new());
    let plain = |n| transfer(v7(n), 0, Extra::default());
    send(&mut engine, [10, 12, 14, 16].map(plain).into());
    send(&mut engine, vec![plain(20), transfer(5, 0, Extra::default())]);
    forget_before(&mut engine, 1 + RANGE);
    assert_eq!(ask(&engine, &plain(9)), []);
    assert_eq!(ask(&engine, &plain(13)), [v7(13)]);
    assert_eq!(ask(&engine, &plain(17)), [], "it is newer than all that is sealed");
    assert_eq!(engine.sealed_candidates(v7(12)).collect::<Vec<_>>(), [0]);
    assert_eq!(ask(&engine, &transfer(7, 0, Extra::default())), []);
}

#[test]
fn what_was_loaded_counts_and_what_was_not_found_is_new() {
    let (mut engine, records, state) = with_sealed_range();
    let transfers = vec![(records[0].clone(), None), (records[1].clone(), Some(state))];
    let facts = Facts { transfers, ..Facts::default() };
    let plain = |id| transfer(id, 0, Extra::default());
    let new = vec![plain(100), plain(102), post(106, 101)];
    learn(&mut engine, &Request::CreateTransfers(new.clone()), facts);
    let (results, _) = send(&mut engine, new);
    let statuses: Vec<TransferStatus> = results.iter().map(|result| result.status).collect();
    use TransferStatus as S;
    assert_eq!(statuses, [S::Exists, S::Created, S::Created]);
    assert_eq!(results[0].seq, Some(1));
}

#[test]
fn a_failure_that_was_loaded_is_remembered_and_joins_no_range() {
    let (mut engine, ..) = with_sealed_range();
    let before = ids(&engine, 1 + RANGE);
    let new = transfer(105, 0, Extra::default());
    let facts =
        Facts { failed: vec![(105, TransferStatus::DebitAccountNotFound)], ..Facts::default() };
    learn(&mut engine, &Request::CreateTransfers(vec![new.clone()]), facts);
    assert_eq!(ask(&engine, &new), [], "it is known now");
    let (results, effects) = send(&mut engine, vec![new.clone()]);
    assert_eq!(results[0].status, TransferStatus::IdAlreadyFailed);
    assert_eq!(results[0].first_failure, Some(TransferStatus::DebitAccountNotFound));
    assert!(effects.failed.is_empty());
    assert_eq!(ids(&engine, 1 + RANGE), before);
    assert_eq!(ask(&engine, &new), [105], "it was learned for one batch");
}

/// A record that outlives its state would look unresolved and unreversed.
#[test]
fn records_are_forgotten_with_their_states() {
    let (mut engine, records, state) = with_sealed_range();
    let facts = Facts { transfers: vec![(records[1].clone(), Some(state))], ..Facts::default() };
    learn(&mut engine, &Request::CreateTransfers(vec![post(202, 101)]), facts);
    let plain = |id| transfer(id, 0, Extra::default());
    send(&mut engine, vec![post(202, 101), plain(203), plain(204), plain(205)]);
    forget_before(&mut engine, 1 + 2 * RANGE);
    assert_eq!(ask(&engine, &post(210, 101)), [101], "it is asked for again");
}

#[test]
fn a_state_in_memory_is_newer_than_one_that_is_loaded() {
    let (mut engine, records, state) = with_sealed_range();
    let facts = || Facts { transfers: vec![(records[1].clone(), Some(state))], ..Facts::default() };
    learn(&mut engine, &Request::CreateTransfers(vec![post(202, 101)]), facts());
    send(&mut engine, vec![post(202, 101)]);
    engine.learn(&Default::default(), facts());
    assert_eq!(engine.state(101).unwrap().status, PendingStatus::Posted);
}

#[test]
fn members_of_a_group_are_asked_for_then_their_records() {
    let (mut engine, records, state) = with_sealed_range();
    let command = ResolveGroup { id: 300, group: 7, action: GroupAction::Post };
    let request = Request::ResolveGroup(command);
    let needs = engine.needs(std::slice::from_ref(&request), AT);
    assert_eq!((needs.groups.len(), needs.transfers.len()), (1, 0));
    engine.learn(&needs, Facts { members: vec![(101, state)], ..Facts::default() });
    let needs = engine.needs(std::slice::from_ref(&request), AT);
    assert!(needs.groups.is_empty() && needs.transfers.contains(&101));
    let transfers = vec![(records[1].clone(), Some(state))];
    engine.learn(&needs, Facts { transfers, ..Facts::default() });
    assert!(engine.needs(std::slice::from_ref(&request), AT).is_empty());
    let (responses, _) = engine.execute(&[request], AT);
    assert!(matches!(&responses[0], Response::Group(_, results) if results.len() == 1));
}

#[test]
fn a_command_that_is_refused_anyway_needs_nothing() {
    let engine = engine(1, Vec::new());
    for (id, group) in [(0, 7), (u128::MAX, 7), (1, 0)] {
        let action = GroupAction::Void;
        let request = Request::ResolveGroup(ResolveGroup { id, group, action });
        assert!(engine.needs(&[request], AT).is_empty());
    }
}

/// The first hold due is posted by the batch itself; the next was not loaded.
#[test]
fn an_expiry_leaves_to_the_next_round_what_was_not_loaded() {
    let mut engine = engine(1, Vec::new());
    let long = transfer(100, TransferFlags::PENDING, Extra { timeout_s: 9, ..Extra::default() });
    let plain = |id| transfer(id, 0, Extra::default());
    let (_, effects) = send(&mut engine, vec![long, plain(101), plain(102), plain(103)]);
    send(&mut engine, vec![hold(104)]);
    forget_before(&mut engine, 1 + RANGE);
    let later = AT + 20_000_000;
    let expire = Request::Expire { limit: 1 };
    let extend = NewTransfer {
        amount: 0,
        ..transfer(
            200,
            TransferFlags::EXTEND_PENDING,
            Extra { pending_id: 104, timeout_s: 60, ..Extra::default() },
        )
    };
    let batch = [Request::CreateTransfers(vec![extend]), expire.clone()];
    assert!(engine.needs(&batch, AT + 4_000_000).is_empty());
    engine.execute(&batch, AT + 4_000_000);
    // Now 100 is due; without its record nothing happens, and it is asked for.
    let (responses, _) = engine.execute(std::slice::from_ref(&expire), later);
    assert_eq!(responses, [Response::Expired(0)]);
    let needs = engine.needs(std::slice::from_ref(&expire), later);
    assert!(needs.transfers.contains(&100));
    let transfers = vec![(effects.records[0].clone(), None)];
    engine.learn(&needs, Facts { transfers, ..Facts::default() });
    assert!(engine.needs(std::slice::from_ref(&expire), later).is_empty());
    let (responses, effects) = engine.execute(&[expire], later);
    assert_eq!(responses, [Response::Expired(1)]);
    assert_eq!(effects.records[0].id, expiry_id(100));
}

#[test]
fn a_failure_after_a_full_range_belongs_to_the_next() {
    let mut engine = engine(1, Vec::new());
    let plain = |id| transfer(id, 0, Extra::default());
    send(&mut engine, (100..104).map(plain).collect());
    let failing = NewTransfer { credit_account: 99, ..plain(300) };
    let (_, effects) = send(&mut engine, vec![failing]);
    assert_eq!((effects.next_seq, effects.failed.len()), (1 + RANGE, 1));
    assert_eq!(ids(&engine, 1), [100, 101, 102, 103]);
    assert_eq!(ids(&engine, 1 + RANGE), [300]);
}

#[test]
fn a_restart_puts_records_and_failures_back_into_their_ranges() {
    let mut before = engine(1, Vec::new());
    let plain = |id| transfer(id, 0, Extra::default());
    let failing = NewTransfer { credit_account: 99, ..plain(90) };
    let (_, first) = send(&mut before, vec![plain(100), failing]);
    let (_, second) = send(&mut before, (101..107).map(plain).collect());

    let mut after = engine(1, Vec::new());
    let mut tail = first.records.to_vec();
    tail.extend(second.records.iter().cloned());
    after.replay(tail);
    let failed = first.failed.iter().map(|(id, status)| (*id, *status, first.next_seq));
    after.replay_failed(failed);
    for start in [1, 1 + RANGE] {
        assert_eq!(ids(&after, start), ids(&before, start));
    }
    assert_eq!((after.next_seq(), after.now()), (before.next_seq(), before.now()));
    let (results, _) = send(&mut after, vec![plain(100), plain(90), plain(106), plain(107)]);
    let statuses: Vec<TransferStatus> = results.iter().map(|result| result.status).collect();
    use TransferStatus as S;
    assert_eq!(statuses, [S::Exists, S::IdAlreadyFailed, S::Exists, S::Created]);
}
