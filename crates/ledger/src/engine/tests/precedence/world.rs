//! A ledger in which every flaw can be had: accounts that are closed, full or poor, and
//! transfers in every state. An account with a flaw has all later flaws of its side too.

use super::flaws::Attempt;
use crate::engine::{
    Account, AccountFlags, Balances, Engine, Extra, Facts, Limits, Needs, NewTransfer, Request,
    Response, Start, Time, TransferFlags, TransferStatus,
};

/// Near the end of time, so that a timeout can overflow.
pub(super) const NOW: Time = 253_402_300_799_000_000 - 1_000_000_000;
pub(super) const SECOND: Time = 1_000_000;

const HALF: u128 = u128::MAX / 2;

/// Accounts: a plain pair, a pair of another asset, and the flawed ones, debit side first.
pub(super) const PLAIN: [u128; 2] = [1, 2];
pub(super) const OTHER_ASSET: [u128; 2] = [3, 4];
pub(super) const YOUNG: [u128; 2] = [5, 6];
pub(super) const CLOSED: [u128; 2] = [7, 8];
pub(super) const FULL_OF_PENDING: [u128; 2] = [9, 10];
pub(super) const FULL_OF_POSTED: [u128; 2] = [11, 12];
pub(super) const FULL: [u128; 2] = [13, 14];
pub(super) const POOR: [u128; 2] = [15, 16];
pub(super) const BOUND: [u128; 2] = [17, 18];
/// Closed later, when they had pending transfers.
pub(super) const CLOSING: [u128; 2] = [19, 20];
pub(super) const NO_ACCOUNTS: [u128; 2] = [98, 99];

/// Transfers.
pub(super) const POSTED: u128 = 100;
pub(super) const HOLD: u128 = 101;
pub(super) const HOLD_POSTED: u128 = 102;
pub(super) const HOLD_VOIDED: u128 = 103;
pub(super) const HOLD_EXPIRED: u128 = 104;
pub(super) const HOLD_CLOSED_DEBIT: u128 = 105;
pub(super) const HOLD_CLOSED_CREDIT: u128 = 106;
pub(super) const FAILED: u128 = 107;
pub(super) const RICH_IN_FIELDS: u128 = 108;
pub(super) const FROM_CLOSED: u128 = 109;
pub(super) const TO_CLOSED: u128 = 110;
pub(super) const NO_TRANSFER: u128 = 999;

pub(super) struct World {
    engine: Engine,
}

impl World {
    pub(super) fn new() -> Self {
        let start =
            Start { next_seq: 1, range_size: 1_000, next_account_no: 100, ..Start::default() };
        let mut engine = Engine::new(start);
        engine.learn_assets([1, 2]);
        engine.learn(&Needs::default(), Facts { accounts: accounts(), ..Facts::default() });
        let mut world = Self { engine };
        world.history();
        world
    }

    /// The status of the attempt's own transfer.
    pub(super) fn attempt(&mut self, attempt: &Attempt) -> TransferStatus {
        let mut transfers = attempt.before.clone();
        transfers.push(attempt.new.clone());
        let statuses = self.send(transfers, NOW);
        statuses[statuses.len() - 1]
    }

    fn send(&mut self, transfers: Vec<NewTransfer>, at: Time) -> Vec<TransferStatus> {
        let (responses, _) = self.engine.execute(&[Request::CreateTransfers(transfers)], at);
        let Response::Transfers(results) = &responses[0] else { panic!("transfers were sent") };
        results.iter().map(|result| result.status).collect()
    }

    fn history(&mut self) {
        let hold = |id, debit, credit| with(id, debit, credit, TransferFlags::PENDING);
        let resolve = |id, flags, pending_id, amount| NewTransfer {
            id,
            amount,
            flags: TransferFlags(flags),
            extra: Some(Box::new(Extra { pending_id, ..Extra::default() })),
            ..NewTransfer::default()
        };
        let [debit, credit] = PLAIN;
        let mut expired = hold(HOLD_EXPIRED, debit, credit);
        expired.extra = Some(Box::new(Extra { timeout_s: 1, ..Extra::default() }));
        let post = TransferFlags::POST_PENDING;
        let closing = [
            (300, CLOSING[0], credit, TransferFlags::CLOSING_DEBIT),
            (301, debit, CLOSING[1], TransferFlags::CLOSING_CREDIT),
        ];
        let mut transfers = vec![
            with(POSTED, debit, credit, 0),
            hold(HOLD, debit, credit),
            hold(HOLD_POSTED, debit, credit),
            resolve(201, post, HOLD_POSTED, u128::MAX),
            hold(HOLD_VOIDED, debit, credit),
            resolve(202, TransferFlags::VOID_PENDING, HOLD_VOIDED, 0),
            expired,
            hold(HOLD_CLOSED_DEBIT, CLOSING[0], CLOSING[1]),
            hold(HOLD_CLOSED_CREDIT, debit, CLOSING[1]),
            super::flaws::rich_in_fields(),
            with(FROM_CLOSED, CLOSING[0], credit, 0),
            with(TO_CLOSED, debit, CLOSING[1], 0),
        ];
        transfers.extend(closing.map(|(id, debit, credit, flag)| {
            with(id, debit, credit, TransferFlags::PENDING | flag)
        }));
        let statuses = self.send(transfers, NOW - 100 * SECOND);
        assert!(statuses.iter().all(|status| *status == TransferStatus::Created), "{statuses:?}");
        let failing = vec![with(FAILED, debit, NO_ACCOUNTS[1], 0)];
        let statuses = self.send(failing, NOW - 100 * SECOND);
        assert_eq!(statuses, [TransferStatus::CreditAccountNotFound]);
    }
}

/// A transfer of ten.
pub(super) fn with(id: u128, debit: u128, credit: u128, flags: u16) -> NewTransfer {
    NewTransfer {
        id,
        debit_account: debit,
        credit_account: credit,
        amount: 10,
        asset: 1,
        code: 1,
        flags: TransferFlags(flags),
        ..NewTransfer::default()
    }
}

fn accounts() -> Vec<Account> {
    let full = |pending, posted| Balances {
        debits_pending: pending,
        debits_posted: posted,
        credits_pending: 0,
        credits_posted: u128::MAX,
    };
    let nothing = Balances::default();
    let strict = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    let zero = Limits { floor: Some(0), ceiling: None };
    let none = Limits::default();
    let overflowing = full(HALF, u128::MAX - HALF);
    let kinds = [
        (PLAIN, nothing, 0, none),
        (OTHER_ASSET, nothing, 0, none),
        (YOUNG, overflowing, strict, zero),
        (CLOSED, overflowing, strict, zero),
        (FULL_OF_PENDING, full(u128::MAX, 0), strict, zero),
        (FULL_OF_POSTED, full(0, u128::MAX), strict, zero),
        (FULL, overflowing, strict, zero),
        (POOR, nothing, strict, zero),
        (BOUND, nothing, 0, zero),
        (CLOSING, nothing, 0, none),
    ];
    kinds
        .into_iter()
        .flat_map(|(ids, balances, flags, limits)| {
            let debit = account(ids[0], balances, flags, limits);
            [debit.clone(), mirrored(ids[1], debit)]
        })
        .collect()
}

fn account(id: u128, balances: Balances, flags: u16, limits: Limits) -> Account {
    Account {
        id,
        no: id as i64,
        asset: if OTHER_ASSET.contains(&id) { 2 } else { 1 },
        code: 1,
        flags: AccountFlags(flags),
        closed: CLOSED.contains(&id) || YOUNG.contains(&id),
        version: 1,
        balances,
        limits,
        created_at: if YOUNG.contains(&id) { NOW - 5 * SECOND } else { 1 },
        details: None,
    }
}

/// The same account with debits and credits exchanged.
fn mirrored(id: u128, of: Account) -> Account {
    let has = of.balances;
    let balances = Balances {
        debits_pending: has.credits_pending,
        debits_posted: has.credits_posted,
        credits_pending: has.debits_pending,
        credits_posted: has.debits_posted,
    };
    let flags = if of.flags.0 == 0 { 0 } else { AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS };
    let limits = Limits { floor: None, ceiling: of.limits.floor };
    account(id, balances, flags, limits)
}
