//! The ledger's rules: a deterministic state machine without I/O. A batch of requests and a
//! time go in; results and effects come out. It knows neither Postgres nor async, so it can be
//! asserted, simulated and tested by tables.
//!
//! Invariants, asserted in production too: debits equal credits; no balance wraps; a rejected
//! command changes nothing but the memory of its failure; records are numbered without gaps;
//! time never goes back.
//!
//! Reading order: `account`, `transfer` (what there is), `status` (what can go wrong),
//! `create_account`, `create_transfer`, `resolve` (the rules), `chain` (all or nothing),
//! `window` and `state` (what is remembered), `facts` (what has to be loaded first).

mod account;
mod accounts;
mod chain;
mod create_account;
mod create_transfer;
mod facts;
mod follow;
mod group;
mod repeat;
mod resolve;
mod sealed_ids;
mod state;
mod status;
mod transfer;
mod window;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use accounts::Accounts;
use chain::Undo;
use hashbrown::HashSet;

pub use account::{
    Account, AccountDetails, AccountFlags, AccountUpdate, Balances, Limits, NewAccount,
};
pub use facts::{Facts, Needs};
pub use group::{GroupAction, ResolveGroup, expiry_id, member_id};
pub use sealed_ids::{IdFilter, IdSpan, RangeIds, SealedIds};
pub use state::{PendingStatus, States, TransferState};
pub use status::{AccountStatus, GroupStatus, TransferStatus, UpdateStatus};
pub use transfer::{Effect, Extra, NewTransfer, Record, TransferFlags};
pub use window::Forgotten;

use window::{Seen, Window};

/// Microseconds since the Unix epoch.
pub type Time = i64;

/// The largest amount: "all of it" for posts, balancing transfers and reversals.
pub const AMOUNT_MAX: u128 = u128::MAX;

/// One caller's request. Its items are executed in order; chains lie within one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    CreateAccounts(Vec<NewAccount>),
    UpdateAccount(AccountUpdate),
    CreateTransfers(Vec<NewTransfer>),
    ResolveGroup(ResolveGroup),
    /// Expire up to `limit` pending transfers whose time has passed.
    Expire {
        limit: usize,
    },
}

/// The answer to a [`Request`], item by item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    Accounts(Vec<AccountStatus>),
    Update(UpdateStatus, Option<Box<Account>>),
    Transfers(Vec<TransferResult>),
    Group(GroupStatus, Vec<TransferResult>),
    Expired(usize),
}

/// What became of one transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferResult {
    pub status: TransferStatus,
    /// Position in the journal of the transfer, when `created` or `exists`.
    pub seq: Option<i64>,
    /// For `id_already_failed`: how the id failed first.
    pub first_failure: Option<TransferStatus>,
}

impl TransferResult {
    fn created(seq: i64) -> Self {
        Self { status: TransferStatus::Created, seq: Some(seq), first_failure: None }
    }

    fn exists(seq: i64) -> Self {
        Self { status: TransferStatus::Exists, seq: Some(seq), first_failure: None }
    }

    fn failed(status: TransferStatus) -> Self {
        Self { status, seq: None, first_failure: None }
    }
}

/// What a batch leaves behind: the rows to commit together, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    pub records: Arc<Vec<Record>>,
    pub accounts_created: Vec<Account>,
    /// Accounts whose limits, metadata, version or openness changed, as they are now.
    pub accounts_changed: Vec<Account>,
    /// Ids that failed for good.
    pub failed: Vec<(u128, TransferStatus)>,
    /// Time of the batch.
    pub at: Time,
    /// Sequence of the first record after the batch.
    pub next_seq: i64,
}

impl Effects {
    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.accounts_created.is_empty()
            && self.accounts_changed.is_empty()
            && self.failed.is_empty()
    }
}

/// See the module's text.
#[derive(Debug)]
pub struct Engine {
    accounts: Accounts,
    assets: HashSet<u32>,
    window: Window,
    states: States,
    fetched: hashbrown::HashMap<u128, Record>,
    /// Looked up and not there; valid for the batch at hand.
    absent: facts::Absent,
    now: Time,
    last_transfer_at: Time,
    last_account_at: Time,
    /// Open while a linked chain runs.
    undo: Option<Vec<Undo>>,
    accounts_created: Vec<i64>,
    accounts_changed: Vec<i64>,
    failed: Vec<(u128, TransferStatus)>,
}

/// Where an engine starts: the counters of what is committed.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// First sequence of the first range that is not sealed.
    pub next_seq: i64,
    /// Sequences in a range.
    pub range_size: i64,
    pub next_account_no: i64,
    pub last_transfer_at: Time,
    pub last_account_at: Time,
    /// What is remembered of the ids of each sealed range, from the first one on.
    pub sealed: Vec<SealedIds>,
}

impl Engine {
    /// An engine that knows nothing but the counters.
    pub fn new(start: Start) -> Self {
        assert!(start.next_seq > 0 && start.next_account_no > 0, "numbers start at 1");
        Self {
            accounts: Accounts::new(start.next_account_no),
            assets: HashSet::new(),
            window: Window::new(start.next_seq, start.range_size, start.sealed),
            states: States::default(),
            fetched: hashbrown::HashMap::new(),
            absent: facts::Absent::default(),
            now: start.last_transfer_at.max(start.last_account_at),
            last_transfer_at: start.last_transfer_at,
            last_account_at: start.last_account_at,
            undo: None,
            accounts_created: Vec::new(),
            accounts_changed: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Executes requests at the time `at` (raised to the time of the last batch if it is
    /// earlier). Everything that [`Engine::needs`] named must have been learned.
    pub fn execute(&mut self, requests: &[Request], at: Time) -> (Vec<Response>, Effects) {
        self.now = self.now.max(at);
        let responses = requests.iter().map(|request| self.execute_one(request)).collect();
        let effects = Effects {
            records: self.window.finish(),
            accounts_created: self.take_accounts(|engine| &mut engine.accounts_created),
            accounts_changed: self.take_accounts(|engine| &mut engine.accounts_changed),
            failed: std::mem::take(&mut self.failed),
            at: self.now,
            next_seq: self.window.next_seq(),
        };
        self.absent.clear();
        self.window.forget_learned();
        self.trim_fetched();
        (responses, effects)
    }

    fn execute_one(&mut self, request: &Request) -> Response {
        match request {
            Request::CreateAccounts(accounts) => Response::Accounts(self.create_accounts(accounts)),
            Request::UpdateAccount(update) => self.update_account(update),
            Request::CreateTransfers(transfers) => {
                Response::Transfers(self.create_transfers(transfers))
            }
            Request::ResolveGroup(command) => self.resolve_group(command),
            Request::Expire { limit } => Response::Expired(self.expire(*limit)),
        }
    }

    fn take_accounts(&mut self, list: fn(&mut Self) -> &mut Vec<i64>) -> Vec<Account> {
        let mut numbers = std::mem::take(list(self));
        numbers.sort_unstable();
        numbers.dedup();
        let account = |no| self.accounts.by_no(no).expect("the batch touched it").clone();
        numbers.into_iter().map(account).collect()
    }

    /// Sequence of the next record.
    pub fn next_seq(&self) -> i64 {
        self.window.next_seq()
    }

    /// The time of the last batch.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When the next pending transfer runs out.
    pub fn next_expiry(&self) -> Option<Time> {
        self.states.next_expiry()
    }

    /// Sequence of a recorded id that is still in the window, committed or not.
    pub fn recorded_seq(&self, id: u128) -> Option<i64> {
        match self.window.seen(id) {
            Some(Seen::Record(seq)) => Some(seq),
            _ => None,
        }
    }

    /// A loaded account.
    pub fn account(&self, id: u128) -> Option<&Account> {
        self.accounts.by_id(id)
    }

    /// State of a transfer, if it is in memory.
    pub fn state(&self, id: u128) -> Option<&TransferState> {
        self.states.get(id)
    }

    /// States last changed in the given range of sequences, for the range's seal.
    pub fn states(&self) -> &States {
        &self.states
    }

    /// Says that assets exist.
    pub fn learn_assets(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.assets.extend(numbers);
    }

    /// The ids of the range that starts at `start`, while it is in memory.
    pub fn ids(&self, start: i64) -> Option<&RangeIds> {
        self.window.ids(start)
    }

    /// Sealed ranges, by number, that may hold a transfer with this id. The newest first.
    pub fn sealed_candidates(&self, id: u128) -> impl Iterator<Item = i64> + '_ {
        self.window.sealed_candidates(id)
    }

    /// Forgets what lies before `seq`: it is sealed and can be loaded again.
    ///
    /// What was fetched goes too: a record that is kept without its state would look as if
    /// nothing had happened to it.
    pub fn forget_before(&mut self, seq: i64, sealed: Vec<SealedIds>) -> Forgotten {
        let forgotten = self.window.forget_before(seq, sealed);
        self.states.forget_before(self.window.start());
        self.fetched = hashbrown::HashMap::new();
        forgotten
    }

    /// A record by id: from the window or among what was fetched for this batch.
    fn find_record(&self, id: u128) -> Option<&Record> {
        match self.window.seen(id) {
            Some(Seen::Record(seq)) => {
                Some(self.window.record(seq).expect("the window holds what it has seen"))
            }
            Some(Seen::Failed(_)) => None,
            None => self.fetched.get(&id),
        }
    }

    /// How an id failed for good, if it did.
    fn failure_of(&self, id: u128) -> Option<TransferStatus> {
        match self.window.seen(id) {
            Some(Seen::Failed(status)) => Some(status),
            Some(Seen::Record(_)) | None => None,
        }
    }

    fn trim_fetched(&mut self) {
        const FETCHED_MAX: usize = 65_536;
        if self.fetched.len() > FETCHED_MAX {
            self.fetched = hashbrown::HashMap::new();
        }
    }
}
