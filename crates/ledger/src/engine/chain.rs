//! Linked chains: requests whose items succeed or fail together, and the taking back of what a
//! broken chain had done. The order of the checks is that of TigerBeetle's `execute_create`.

use super::account::{AccountFlags, Balances, NewAccount};
use super::status::{AccountStatus, TransferStatus};
use super::transfer::{NewTransfer, TransferFlags};
use super::{Engine, Time, TransferResult, TransferState};

/// Latest time that a caller may give: the year 9999.
pub(super) const TIME_MAX: Time = 253_402_300_799_000_000;

/// How to take back one change.
#[derive(Debug)]
pub(super) enum Undo {
    Balances { slot: u32, balances: Balances, closed: bool },
    State { id: u128, old: Option<TransferState> },
    AccountCreated,
}

/// Counters to go back to when a chain breaks.
struct Mark {
    seq: i64,
    last_transfer_at: Time,
    last_account_at: Time,
    accounts_created: usize,
    accounts_changed: usize,
}

/// What accounts and transfers have in common for the rules of a batch.
trait Item {
    type Status: Copy + PartialEq + 'static;
    fn is_linked(&self) -> bool;
    fn is_imported(&self) -> bool;
    fn timestamp(&self) -> Time;
    fn codes() -> &'static Codes<Self::Status>;
}

struct Codes<S: 'static> {
    linked_event_failed: S,
    linked_event_chain_open: S,
    imported_event_expected: S,
    imported_event_not_expected: S,
    timestamp_must_be_zero: S,
    timestamp_out_of_range: S,
    timestamp_must_not_advance: S,
}

impl Item for NewAccount {
    type Status = AccountStatus;
    fn is_linked(&self) -> bool {
        self.flags.has(AccountFlags::LINKED)
    }
    fn is_imported(&self) -> bool {
        self.flags.has(AccountFlags::IMPORTED)
    }
    fn timestamp(&self) -> Time {
        self.timestamp
    }
    fn codes() -> &'static Codes<AccountStatus> {
        &Codes {
            linked_event_failed: AccountStatus::LinkedEventFailed,
            linked_event_chain_open: AccountStatus::LinkedEventChainOpen,
            imported_event_expected: AccountStatus::ImportedEventExpected,
            imported_event_not_expected: AccountStatus::ImportedEventNotExpected,
            timestamp_must_be_zero: AccountStatus::TimestampMustBeZero,
            timestamp_out_of_range: AccountStatus::ImportedEventTimestampOutOfRange,
            timestamp_must_not_advance: AccountStatus::ImportedEventTimestampMustNotAdvance,
        }
    }
}

impl Item for NewTransfer {
    type Status = TransferStatus;
    fn is_linked(&self) -> bool {
        self.flags.has(TransferFlags::LINKED)
    }
    fn is_imported(&self) -> bool {
        self.flags.has(TransferFlags::IMPORTED)
    }
    fn timestamp(&self) -> Time {
        self.timestamp
    }
    fn codes() -> &'static Codes<TransferStatus> {
        &Codes {
            linked_event_failed: TransferStatus::LinkedEventFailed,
            linked_event_chain_open: TransferStatus::LinkedEventChainOpen,
            imported_event_expected: TransferStatus::ImportedEventExpected,
            imported_event_not_expected: TransferStatus::ImportedEventNotExpected,
            timestamp_must_be_zero: TransferStatus::TimestampMustBeZero,
            timestamp_out_of_range: TransferStatus::ImportedEventTimestampOutOfRange,
            timestamp_must_not_advance: TransferStatus::ImportedEventTimestampMustNotAdvance,
        }
    }
}

/// The checks that come before an item's own: the first item of a request says whether its
/// timestamps are given by the caller.
fn check_import<I: Item>(item: &I, imported: bool, now: Time) -> Option<I::Status> {
    let codes = I::codes();
    if item.is_imported() != imported {
        return Some(if imported {
            codes.imported_event_expected
        } else {
            codes.imported_event_not_expected
        });
    }
    if !imported {
        return (item.timestamp() != 0).then_some(codes.timestamp_must_be_zero);
    }
    if item.timestamp() <= 0 || item.timestamp() > TIME_MAX {
        return Some(codes.timestamp_out_of_range);
    }
    (item.timestamp() >= now).then_some(codes.timestamp_must_not_advance)
}

impl Engine {
    /// Creates accounts in order; linked ones all or none.
    pub(super) fn create_accounts(&mut self, accounts: &[NewAccount]) -> Vec<AccountStatus> {
        let is_created = |status: &AccountStatus| *status == AccountStatus::Created;
        let is_lost = |engine: &Self, account: &NewAccount, status: &AccountStatus| {
            *status == AccountStatus::Exists && engine.accounts.by_id(account.id).is_none()
        };
        self.run_chains(accounts, |status| status, is_created, is_lost, Self::create_account)
    }

    /// Creates transfers in order; linked ones all or none.
    pub(super) fn create_transfers(&mut self, transfers: &[NewTransfer]) -> Vec<TransferResult> {
        let is_created = |result: &TransferResult| result.status == TransferStatus::Created;
        let is_lost = |engine: &Self, transfer: &NewTransfer, result: &TransferResult| {
            result.status == TransferStatus::Exists && engine.find_record(transfer.id).is_none()
        };
        let create = |engine: &mut Self, transfer: &NewTransfer| {
            let result = engine.create_transfer(transfer);
            engine.remember_failure(transfer.id, result.status);
            result
        };
        self.run_chains(transfers, TransferResult::failed, is_created, is_lost, create)
    }

    /// Runs `create` over the items. A chain that breaks is taken back: the item that broke it
    /// keeps its own result, the others get `linked_event_failed`. So does an item that only
    /// repeated one of its own chain (`is_lost`): unlike TigerBeetle, Bushel never answers
    /// `exists` for something that the same chain took back.
    fn run_chains<I: Item, R: Copy>(
        &mut self,
        items: &[I],
        failed: impl Fn(I::Status) -> R,
        is_created: impl Fn(&R) -> bool,
        is_lost: impl Fn(&Self, &I, &R) -> bool,
        create: impl Fn(&mut Self, &I) -> R,
    ) -> Vec<R> {
        let codes = I::codes();
        let imported = items.first().is_some_and(I::is_imported);
        let mut results: Vec<R> = Vec::with_capacity(items.len());
        let mut chain: Option<(usize, Mark)> = None;
        let mut broken = false;
        for (index, item) in items.iter().enumerate() {
            if item.is_linked() && chain.is_none() && !broken {
                chain = Some((index, self.open_scope()));
            }
            let is_open = item.is_linked() && index + 1 == items.len();
            let mut result = if is_open {
                failed(codes.linked_event_chain_open)
            } else if broken {
                failed(codes.linked_event_failed)
            } else if let Some(status) = check_import(item, imported, self.now) {
                failed(status)
            } else {
                create(self, item)
            };
            if !is_created(&result)
                && let Some((start, mark)) = chain.take()
            {
                self.discard_scope(&mark);
                results[start..].fill(failed(codes.linked_event_failed));
                if is_lost(self, item, &result) {
                    result = failed(codes.linked_event_failed);
                }
                broken = true;
            }
            results.push(result);
            if !item.is_linked() {
                broken = false;
                if chain.take().is_some() {
                    self.undo = None;
                }
            }
        }
        results
    }

    fn open_scope(&mut self) -> Mark {
        assert!(self.undo.is_none(), "chains don't nest");
        self.undo = Some(Vec::new());
        Mark {
            seq: self.window.next_seq(),
            last_transfer_at: self.last_transfer_at,
            last_account_at: self.last_account_at,
            accounts_created: self.accounts_created.len(),
            accounts_changed: self.accounts_changed.len(),
        }
    }

    fn discard_scope(&mut self, mark: &Mark) {
        let undo = self.undo.take().expect("a scope is open");
        for change in undo.into_iter().rev() {
            match change {
                Undo::Balances { slot, balances, closed } => {
                    let account = self.accounts.at_mut(slot);
                    account.balances = balances;
                    account.closed = closed;
                }
                Undo::State { id, old } => {
                    self.states.set(id, old);
                }
                Undo::AccountCreated => self.accounts.remove_last(),
            }
        }
        self.window.truncate(mark.seq);
        self.last_transfer_at = mark.last_transfer_at;
        self.last_account_at = mark.last_account_at;
        self.accounts_created.truncate(mark.accounts_created);
        self.accounts_changed.truncate(mark.accounts_changed);
    }

    /// Runs `work` as one chain: if it answers `false`, everything is taken back.
    pub(super) fn all_or_nothing(&mut self, work: impl FnOnce(&mut Self) -> bool) -> bool {
        let mark = self.open_scope();
        let done = work(self);
        if done {
            self.undo = None;
        } else {
            self.discard_scope(&mark);
        }
        done
    }

    /// Keeps an account's balances and openness so that a broken chain can restore them.
    pub(super) fn note_balances(&mut self, slot: u32) {
        if let Some(undo) = &mut self.undo {
            let account = self.accounts.at(slot);
            undo.push(Undo::Balances { slot, balances: account.balances, closed: account.closed });
        }
    }

    /// Changes a transfer's state so that a broken chain can restore it.
    pub(super) fn set_state(&mut self, id: u128, state: TransferState) {
        let old = self.states.set(id, Some(state));
        if let Some(undo) = &mut self.undo {
            undo.push(Undo::State { id, old });
        }
    }

    /// A failure that depends on the moment is kept: the id never succeeds later.
    pub(super) fn remember_failure(&mut self, id: u128, status: TransferStatus) {
        if status.is_transient() {
            self.window.push_failed(id, status);
            self.failed.push((id, status));
        }
    }
}
