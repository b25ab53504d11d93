//! The ledger's rules once more, slow and plain: every rule that a command breaks is noted, and
//! the first one in the order of precedence is the answer. Nothing is remembered but the book.

mod accounts;
mod amounts;
mod holds;
mod repeats;
mod transfers;

use std::collections::{BTreeMap, BTreeSet};

use super::book::Book;
use crate::engine::{
    AccountFlags, AccountStatus, NewTransfer, Record, Request, Response, Time, TransferFlags,
    TransferResult, TransferStatus,
};

const TIME_MAX: Time = 253_402_300_799_000_000;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) book: Book,
    assets: BTreeSet<u32>,
    now: Time,
    last_transfer_at: Time,
    last_account_at: Time,
    /// What "all of it" meant when a record was made, by sequence.
    all: BTreeMap<i64, u128>,
    /// Holds with a time limit that were open when last looked at.
    timed: Vec<u128>,
}

/// The rules that a command breaks.
#[derive(Debug)]
struct Broken<S>(BTreeSet<S>);

impl<S: Ord + Copy> Broken<S> {
    fn none() -> Self {
        Self(BTreeSet::new())
    }

    fn when(&mut self, broken: bool, status: S) {
        if broken {
            self.0.insert(status);
        }
    }

    fn first(&self) -> Option<S> {
        self.0.first().copied()
    }
}

/// Numbers to go back to when a chain breaks.
#[derive(Clone, Copy)]
struct Mark {
    records: usize,
    accounts: usize,
    last_transfer_at: Time,
    last_account_at: Time,
}

impl Model {
    pub(crate) fn new(assets: impl IntoIterator<Item = u32>) -> Self {
        Self { assets: assets.into_iter().collect(), ..Self::default() }
    }

    /// Executes requests at `at`, which the caller has seen to be no step back.
    pub(crate) fn execute(&mut self, requests: &[Request], at: Time) -> Vec<Response> {
        assert!(at >= self.last_transfer_at, "time never goes back");
        self.now = at;
        requests.iter().map(|request| self.execute_one(request)).collect()
    }

    fn execute_one(&mut self, request: &Request) -> Response {
        match request {
            Request::CreateAccounts(accounts) => {
                let imported = accounts.first().is_some_and(|new| is_imported_account(new.flags));
                let links: Vec<bool> =
                    accounts.iter().map(|new| new.flags.has(AccountFlags::LINKED)).collect();
                let exists =
                    |model: &Self, index: usize| model.book.account(accounts[index].id).is_some();
                Response::Accounts(self.chains(&links, exists, |model, index| {
                    model.create_account(&accounts[index], imported)
                }))
            }
            Request::UpdateAccount(update) => self.update_account(update),
            Request::CreateTransfers(transfers) => {
                let imported = transfers.first().is_some_and(is_imported);
                let links: Vec<bool> =
                    transfers.iter().map(|new| new.flags.has(TransferFlags::LINKED)).collect();
                let exists =
                    |model: &Self, index: usize| model.book.record(transfers[index].id).is_some();
                Response::Transfers(self.chains(&links, exists, |model, index| {
                    model.create_transfer(&transfers[index], imported)
                }))
            }
            Request::ResolveGroup(command) => self.resolve_group(command),
            Request::Expire { limit } => Response::Expired(self.expire(*limit)),
        }
    }

    /// Cuts a request into its chains and runs each, all or nothing.
    fn chains<R: Outcome>(
        &mut self,
        links: &[bool],
        exists: impl Fn(&Self, usize) -> bool,
        mut create: impl FnMut(&mut Self, usize) -> R,
    ) -> Vec<R> {
        let mut results = Vec::new();
        while results.len() < links.len() {
            let start = results.len();
            let linked = links[start..].iter().take_while(|linked| **linked).count();
            let end = (start + linked + 1).min(links.len());
            let is_open = links[end - 1];
            let mark = self.mark();
            let mut chain: Vec<R> = Vec::new();
            for index in start..end {
                let result =
                    if is_open && index + 1 == end { R::chain_open() } else { create(self, index) };
                let created = result.is_created();
                chain.push(result);
                if !created && end - start > 1 {
                    break;
                }
            }
            let broken = chain.iter().any(|result| !result.is_created());
            if broken && end - start > 1 {
                self.reset(mark);
                let breaker = chain.len() - 1;
                chain[..breaker].fill(R::linked_event_failed());
                if chain[breaker].is_exists() && !exists(self, start + breaker) {
                    chain[breaker] = R::linked_event_failed();
                }
                chain.resize(end - start, R::linked_event_failed());
                if is_open {
                    chain[end - start - 1] = R::chain_open();
                }
            }
            results.extend(chain);
        }
        results
    }

    fn mark(&self) -> Mark {
        Mark {
            records: self.book.records.len(),
            accounts: self.book.accounts.len(),
            last_transfer_at: self.last_transfer_at,
            last_account_at: self.last_account_at,
        }
    }

    /// Goes back to a mark: a chain broke.
    fn reset(&mut self, mark: Mark) {
        self.book.truncate(mark.records, mark.accounts);
        self.all.split_off(&(mark.records as i64 + 1));
        self.last_transfer_at = mark.last_transfer_at;
        self.last_account_at = mark.last_account_at;
    }

    /// A failure that depends on the moment is kept.
    fn remember(&mut self, id: u128, status: TransferStatus) {
        if status.is_transient() {
            let seq = self.book.next_seq();
            self.book.failed.insert(id, (status, seq));
        }
    }

    /// Puts down a record; `all` is what "all of it" would have meant.
    fn push(&mut self, record: Record, all: u128) {
        self.last_transfer_at = record.at;
        self.all.insert(record.seq, all);
        if record.extra().timeout_s != 0 {
            let pending = record.extra().pending_id;
            self.timed.push(if pending == 0 { record.id } else { pending });
        }
        self.book.push(record);
    }
}

/// What accounts' and transfers' results have in common.
trait Outcome: Copy {
    fn linked_event_failed() -> Self;
    fn chain_open() -> Self;
    fn is_created(&self) -> bool;
    fn is_exists(&self) -> bool;
}

impl Outcome for AccountStatus {
    fn linked_event_failed() -> Self {
        Self::LinkedEventFailed
    }
    fn chain_open() -> Self {
        Self::LinkedEventChainOpen
    }
    fn is_created(&self) -> bool {
        *self == Self::Created
    }
    fn is_exists(&self) -> bool {
        *self == Self::Exists
    }
}

impl Outcome for TransferResult {
    fn linked_event_failed() -> Self {
        result(TransferStatus::LinkedEventFailed, None)
    }
    fn chain_open() -> Self {
        result(TransferStatus::LinkedEventChainOpen, None)
    }
    fn is_created(&self) -> bool {
        self.status == TransferStatus::Created
    }
    fn is_exists(&self) -> bool {
        self.status == TransferStatus::Exists
    }
}

fn result(status: TransferStatus, seq: Option<i64>) -> TransferResult {
    TransferResult { status, seq, first_failure: None }
}

fn is_imported(new: &NewTransfer) -> bool {
    new.flags.has(TransferFlags::IMPORTED)
}

fn is_imported_account(flags: AccountFlags) -> bool {
    flags.has(AccountFlags::IMPORTED)
}
