//! What is committed and not sealed yet, in memory, for readers: balances of the loaded
//! accounts, the records of the open range, states of transfers.
//!
//! The engine runs ahead of the commits; the view never does. A reader that finds nothing here
//! asks the database, which holds everything up to the last sealed range in indexes.
//!
//! Invariants: records appear in order and only after their commit; a range leaves the view only
//! after its seal and that of the next one are committed (`sealed_ranges` tells a reader that
//! raced with that). Accounts are made by the process that has the view and nobody else, so an id
//! that the database didn't know stays unknown until a batch in the view makes it.

mod entries;
mod tail;

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use parking_lot::RwLock;
use tokio::sync::watch;

pub(crate) use entries::Entries;
pub(crate) use tail::Tail;

use crate::engine::{Account, Balances, Effects, Record, Time, TransferState};
use crate::journal::ranges::Ranges;
use crate::journal::read::StoredAccount;

/// See the module's text. Shared by the leader, which writes, and all readers.
#[derive(Debug)]
pub(crate) struct View {
    inner: RwLock<Inner>,
    /// Sequence of the last committed record.
    committed: watch::Sender<i64>,
}

#[derive(Debug)]
struct Inner {
    ranges: Ranges,
    /// Full ranges that wait for their seal, oldest first.
    full: VecDeque<Arc<Tail>>,
    /// The range that was sealed last: it stays, so that the newest page of a history is in
    /// memory even when the open range has just begun.
    sealed: Option<Arc<Tail>>,
    open: Tail,
    accounts: HashMap<i64, Entries>,
    /// Rows of loaded accounts as of the last commit; their balances are in `accounts`.
    rows: HashMap<u128, Account>,
    /// Ids of accounts that don't exist.
    absent: HashSet<u128>,
    /// Accounts with entries in the open range.
    touched: Vec<i64>,
    states: HashMap<u128, TransferState>,
    last: i64,
    last_at: Time,
}

/// What a full range hands to its seal.
pub(crate) type FullRange = Arc<Tail>;

impl View {
    /// A view whose open range is `open_range`.
    pub(crate) fn new(ranges: Ranges, open_range: i64, last_at: Time) -> Self {
        let start = ranges.start(open_range);
        let inner = Inner {
            ranges,
            full: VecDeque::new(),
            sealed: None,
            open: Tail::new(open_range, start),
            accounts: HashMap::new(),
            rows: HashMap::new(),
            absent: HashSet::new(),
            touched: Vec::new(),
            states: HashMap::new(),
            last: start - 1,
            last_at,
        };
        Self { inner: RwLock::new(inner), committed: watch::Sender::new(start - 1) }
    }

    /// Takes in a committed batch. Answers with the ranges that it filled.
    pub(crate) fn apply(&self, effects: &Effects) -> Vec<FullRange> {
        let mut inner = self.inner.write();
        for account in &effects.accounts_created {
            let entries = inner.accounts.entry(account.no).or_default();
            entries.balances = Some(Balances::default());
            entries.name = Some((account.id, account.asset));
            inner.rows.insert(account.id, account.clone());
            inner.absent.remove(&account.id);
        }
        // Also those that are not loaded: a reader may be about to learn an older row.
        for account in &effects.accounts_changed {
            inner.rows.insert(account.id, account.clone());
        }
        let filled = inner.apply(&effects.records);
        let last = inner.last;
        drop(inner);
        self.committed.send_if_modified(|committed| std::mem::replace(committed, last) != last);
        filled
    }

    /// Learns an account: its row, and its stored balances with what is in memory added. What is
    /// known stays; if a range was sealed since `sealed_ranges` was asked for, nothing is learned.
    pub(crate) fn learn_stored(&self, sealed_ranges: i64, stored: &StoredAccount) {
        let mut inner = self.inner.write();
        let no = stored.account.no;
        let is_known = inner.accounts.get(&no).is_some_and(|entries| entries.balances.is_some());
        if inner.sealed_ranges() != sealed_ranges {
            return;
        }
        inner.rows.entry(stored.account.id).or_insert_with(|| stored.account.clone());
        if is_known {
            return;
        }
        let mut balances = stored.account.balances;
        let seqs: Vec<i64> = inner.entries_between(no, stored.last_seq + 1, i64::MAX).collect();
        for seq in seqs.into_iter().rev() {
            balances.apply(inner.record(seq).expect("entries are in memory"), no);
        }
        let entries = inner.accounts.entry(no).or_default();
        entries.balances = Some(balances);
        entries.name = Some((stored.account.id, stored.account.asset));
    }

    /// Learns that the database has no accounts with these ids. An id that is here by now was made
    /// since it was asked; if a range was sealed since `sealed_ranges` was asked for, that may have
    /// been forgotten again, and nothing is learned.
    pub(crate) fn learn_absent(&self, sealed_ranges: i64, ids: impl Iterator<Item = u128>) {
        const ABSENT_MAX: usize = 100_000;
        let mut inner = self.inner.write();
        if inner.sealed_ranges() != sealed_ranges {
            return;
        }
        if inner.absent.len() >= ABSENT_MAX {
            inner.absent.clear();
        }
        for id in ids {
            if !inner.rows.contains_key(&id) {
                inner.absent.insert(id);
            }
        }
    }

    /// Learns the stored state of a transfer, unless a newer one is known.
    pub(crate) fn learn_state(&self, id: u128, state: TransferState) {
        self.inner.write().states.entry(id).or_insert(state);
    }

    /// Drops the range before the one whose seal is committed.
    pub(crate) fn forget_range(&self, no: i64) -> Option<FullRange> {
        let mut inner = self.inner.write();
        assert!(inner.full.front().is_none_or(|tail| tail.no >= no), "ranges are sealed in order");
        let tail = inner.full.pop_front_if(|tail| tail.no == no)?;
        let dropped = inner.sealed.replace(tail);
        let start = inner.first_seq();
        inner.trim();
        inner.states.retain(|_, state| state.changed_seq >= start);
        dropped
    }

    /// Number of the first range that is not sealed.
    pub(crate) fn sealed_ranges(&self) -> i64 {
        self.inner.read().sealed_ranges()
    }

    /// First sequence that is in memory.
    pub(crate) fn first_seq(&self) -> i64 {
        self.inner.read().first_seq()
    }

    /// Sequence and time of the last committed record.
    pub(crate) fn last(&self) -> (i64, Time) {
        let inner = self.inner.read();
        (inner.last, inner.last_at)
    }

    /// Sequences per range.
    pub(crate) fn ranges(&self) -> Ranges {
        self.inner.read().ranges
    }

    /// The last sequence in memory whose time is before `time`; `None` if the first record in
    /// memory is not before it.
    pub(crate) fn seq_before(&self, time: Time) -> Option<i64> {
        let inner = self.inner.read();
        if inner.last_at < time {
            return Some(inner.last);
        }
        let first = inner.first_seq();
        let (mut low, mut high) = (first, inner.last);
        while low <= high {
            let middle = i64::midpoint(low, high);
            if inner.record(middle).is_some_and(|record| record.at < time) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        (low > first).then_some(low - 1)
    }

    /// Tells when more is committed.
    pub(crate) fn watch(&self) -> watch::Receiver<i64> {
        self.committed.subscribe()
    }

    /// Number, id and asset of those of the accounts that are in memory.
    pub(crate) fn names(&self, numbers: &[i64]) -> Vec<(i64, u128, u32)> {
        let inner = self.inner.read();
        let name = |no: &i64| inner.accounts.get(no)?.name.map(|(id, asset)| (*no, id, asset));
        numbers.iter().filter_map(name).collect()
    }

    /// An account as of the last commit, if it is in memory.
    pub(crate) fn account(&self, id: u128) -> Option<Account> {
        self.inner.read().account(id)
    }

    /// Accounts as of one commit, each at the place of its id: `None` within if there is none, and
    /// `None` if it isn't known here.
    pub(crate) fn accounts(&self, ids: &[u128]) -> Vec<Option<Option<Account>>> {
        let inner = self.inner.read();
        let known = |id: &u128| match inner.absent.contains(id) {
            true => Some(None),
            false => inner.account(*id).map(Some),
        };
        ids.iter().map(known).collect()
    }

    /// Committed balances of an account that is in memory.
    pub(crate) fn balances(&self, no: i64) -> Option<Balances> {
        self.inner.read().accounts.get(&no)?.balances
    }

    /// A committed record that is in memory.
    pub(crate) fn record(&self, seq: i64) -> Option<Record> {
        self.inner.read().record(seq).cloned()
    }

    /// The state of a transfer, if a record in memory changed it or it was learned.
    pub(crate) fn state(&self, id: u128) -> Option<TransferState> {
        self.inner.read().states.get(&id).copied()
    }

    /// Committed records from `from` on that are in memory, at most `limit`.
    pub(crate) fn records_from(&self, from: i64, limit: usize) -> Vec<Record> {
        let inner = self.inner.read();
        let first = inner.first_seq();
        let from = from.max(first);
        let last = inner.last.min(from.saturating_add(limit as i64 - 1));
        (from..=last).filter_map(|seq| inner.record(seq)).cloned().collect()
    }

    /// The batches that hold committed records from `from` on.
    pub(crate) fn batches_from(&self, from: i64) -> Vec<Arc<Vec<Record>>> {
        let inner = self.inner.read();
        let tails = inner.closed().rev().map(AsRef::as_ref).chain([&inner.open]);
        let mut batches: Vec<Arc<Vec<Record>>> = Vec::new();
        for batch in tails.flat_map(|tail| tail.batches_from(from)) {
            // A batch that runs over the end of a range is held by both.
            if batches.last().is_none_or(|last| last[0].seq != batch[0].seq) {
                batches.push(Arc::clone(batch));
            }
        }
        batches
    }

    /// Entries of an account in memory, newest first, with sequences below `before`: the
    /// balances after the newest of them and the records. `None` if there is none in memory or
    /// the balances are not known.
    pub(crate) fn entries_before(
        &self,
        no: i64,
        before: i64,
        limit: usize,
    ) -> Option<(Balances, Vec<Record>)> {
        let inner = self.inner.read();
        let balances = inner.balances_before(no, before, None)?;
        let seqs = inner.entries_between(no, 0, before);
        let record = |seq| inner.record(seq).expect("entries are in memory").clone();
        Some((balances, seqs.take(limit).map(record).collect()))
    }

    /// Balances of an account after its newest entry in memory with a sequence below `before`.
    pub(crate) fn balances_before(&self, no: i64, before: i64) -> Option<Balances> {
        self.inner.read().balances_before(no, before, None)
    }

    /// Balances of an account after its newest entry in memory up to each of the sequences, which
    /// must rise. `None` where there is no such entry, which is so at the beginning only.
    pub(crate) fn balances_up_to(&self, no: i64, seqs: &[i64]) -> Vec<Option<Balances>> {
        let inner = self.inner.read();
        let mut later = None;
        let mut newest_first = Vec::with_capacity(seqs.len());
        for seq in seqs.iter().rev() {
            let balances = inner.balances_before(no, seq + 1, later);
            later = balances.map(|balances| (seq + 1, balances)).or(later);
            newest_first.push(balances);
        }
        newest_first.reverse();
        newest_first
    }

    /// Entries of an account in memory from `from` on, oldest first.
    pub(crate) fn entries_from(&self, no: i64, from: i64, limit: usize) -> Vec<Record> {
        let inner = self.inner.read();
        let mut seqs: Vec<i64> = inner.entries_between(no, from, i64::MAX).collect();
        seqs.reverse();
        let record = |seq| inner.record(seq).expect("entries are in memory").clone();
        seqs.into_iter().take(limit).map(record).collect()
    }

    /// States that were changed at or after a sequence.
    pub(crate) fn states_changed(&self, since: i64) -> Vec<(u128, TransferState)> {
        let inner = self.inner.read();
        let changed = inner.states.iter().filter(|(_, state)| state.changed_seq >= since);
        changed.map(|(id, state)| (*id, *state)).collect()
    }
}

impl Inner {
    fn account(&self, id: u128) -> Option<Account> {
        let row = self.rows.get(&id)?;
        let balances = self.accounts.get(&row.no)?.balances?;
        Some(Account { balances, ..row.clone() })
    }

    fn apply(&mut self, batch: &Arc<Vec<Record>>) -> Vec<FullRange> {
        let Some(newest) = batch.last() else { return Vec::new() };
        assert_eq!(batch[0].seq, self.last + 1, "records are committed in order");
        let mut filled = Vec::new();
        self.open.push(batch);
        for record in batch.iter() {
            if record.seq >= self.ranges.start(self.open.no + 1) {
                filled.push(self.rotate(batch));
            }
            self.apply_record(record);
        }
        (self.last, self.last_at) = (newest.seq, newest.at);
        filled
    }

    fn apply_record(&mut self, record: &Record) {
        let offset = u32::try_from(record.seq - self.open.start).expect("ranges are small");
        for no in [record.debit, record.credit] {
            let entries = self.accounts.entry(no).or_default();
            if entries.offsets.is_empty() {
                self.touched.push(no);
            }
            entries.push(offset, record, no);
        }
        if let Some(id) = TransferState::target(record) {
            let before = self.states.get(&id).copied().unwrap_or_default();
            // A stored state may be ahead of the records that are read back after a restart.
            if record.seq > before.changed_seq {
                self.states.insert(id, TransferState::after(record, before));
            }
        }
    }

    /// Forgets accounts that nothing in memory speaks of, if there are too many.
    fn trim(&mut self) {
        const ACCOUNTS_MAX: usize = 1_000_000;
        if self.accounts.len() <= ACCOUNTS_MAX {
            return;
        }
        let closed: Vec<Arc<Tail>> = self.closed().cloned().collect();
        let is_touched = |no: &i64| closed.iter().any(|tail| tail.touched.contains_key(no));
        self.accounts.retain(|no, entries| !entries.offsets.is_empty() || is_touched(no));
        let accounts = &self.accounts;
        self.rows.retain(|_, row| accounts.contains_key(&row.no));
    }

    /// Ends the open range: its accounts' entries and balances are handed to the seal.
    fn rotate(&mut self, batch: &Arc<Vec<Record>>) -> FullRange {
        let no = self.open.no + 1;
        let mut next = Tail::new(no, self.ranges.start(no));
        next.push(batch);
        let mut tail = std::mem::replace(&mut self.open, next);
        tail.touched.reserve(self.touched.len());
        for no in self.touched.drain(..) {
            let entries = self.accounts.get_mut(&no).expect("it was touched").rotate();
            tail.touched.insert(no, entries);
        }
        let tail = Arc::new(tail);
        self.full.push_back(Arc::clone(&tail));
        tail
    }

    fn sealed_ranges(&self) -> i64 {
        self.full.front().map_or(self.open.no, |tail| tail.no)
    }

    /// First sequence in memory.
    fn first_seq(&self) -> i64 {
        self.closed().last().map_or(self.open.start, |tail| tail.start)
    }

    /// The ranges before the open one, newest first.
    fn closed(&self) -> impl DoubleEndedIterator<Item = &Arc<Tail>> {
        self.sealed.iter().chain(&self.full).rev()
    }

    fn record(&self, seq: i64) -> Option<&Record> {
        if seq > self.last {
            return None;
        }
        let no = self.ranges.of(seq);
        if no == self.open.no {
            return self.open.record(seq);
        }
        self.closed().find(|tail| tail.no == no)?.record(seq)
    }

    /// `later` are balances before a later sequence, if they are known.
    fn balances_before(
        &self,
        no: i64,
        before: i64,
        later: Option<(i64, Balances)>,
    ) -> Option<Balances> {
        let open = self.accounts.get(&no).map(|entries| (&self.open, entries));
        let closed = self.closed();
        let closed = closed.filter_map(|tail| Some((tail.as_ref(), tail.touched.get(&no)?)));
        let (tail, entries, count) =
            open.into_iter().chain(closed).find_map(|(tail, entries)| {
                let count = entries.count_before(before.saturating_sub(tail.start));
                (count > 0).then_some((tail, entries, count))
            })?;
        let record =
            |offset| tail.record(tail.start + i64::from(offset)).expect("entries are in memory");
        entries.balances_after(count, no, record).or_else(|| self.balances_back(no, before, later))
    }

    /// Balances before a sequence, back from later ones or the present. A range that was read back
    /// after a restart does not know its own.
    fn balances_back(
        &self,
        no: i64,
        before: i64,
        later: Option<(i64, Balances)>,
    ) -> Option<Balances> {
        let (end, mut balances) = match later {
            Some(later) => later,
            None => (i64::MAX, self.accounts.get(&no)?.balances?),
        };
        for seq in self.entries_between(no, before, end) {
            balances.unapply(self.record(seq).expect("entries are in memory"), no);
        }
        Some(balances)
    }

    /// Sequences of an account's entries in `from..before`, newest first.
    fn entries_between(&self, no: i64, from: i64, before: i64) -> impl Iterator<Item = i64> {
        let open = self.accounts.get(&no).map(|entries| (self.open.start, entries));
        let closed = self.closed();
        let closed = closed.filter_map(move |tail| Some((tail.start, tail.touched.get(&no)?)));
        open.into_iter().chain(closed).flat_map(move |(start, entries)| {
            let first = entries.count_before(from.saturating_sub(start));
            let end = entries.count_before(before.saturating_sub(start));
            let seq = move |offset: &u32| start + i64::from(*offset);
            entries.offsets[first..end.max(first)].iter().rev().map(seq)
        })
    }
}

impl Balances {
    /// Adds what a record does to the account `no`.
    pub(crate) fn apply(&mut self, record: &Record, no: i64) {
        if record.debit == no {
            self.debit(record.effect());
        } else {
            self.credit(record.effect());
        }
    }

    /// Takes off what a record did to the account `no`.
    pub(crate) fn unapply(&mut self, record: &Record, no: i64) {
        if record.debit == no {
            self.undo_debit(record.effect());
        } else {
            self.undo_credit(record.effect());
        }
    }
}
