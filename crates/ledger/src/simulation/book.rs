//! Accounts, records and failures as plain lists. Balances, holds, reversals and closures are
//! not kept: they are counted from the records whenever somebody asks.

use std::collections::BTreeMap;

use crate::engine::{
    Account, AccountFlags, Balances, PendingStatus, Record, TransferFlags, TransferState,
    TransferStatus,
};

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    /// By number, from 1. Their balances and openness are as given; nobody counts on them here.
    pub(crate) accounts: Vec<Account>,
    /// By sequence, from 1.
    pub(crate) records: Vec<Record>,
    /// With the sequence that was next when the batch ended in which the id failed.
    pub(crate) failed: BTreeMap<u128, (TransferStatus, i64)>,
    account_numbers: BTreeMap<u128, i64>,
    by_id: BTreeMap<u128, usize>,
    /// Records that post, void, extend, expire or reverse a transfer.
    about: BTreeMap<u128, Vec<usize>>,
    of_account: BTreeMap<i64, Vec<usize>>,
    groups: BTreeMap<u128, Vec<u128>>,
}

impl Book {
    pub(crate) fn next_seq(&self) -> i64 {
        self.records.len() as i64 + 1
    }

    pub(crate) fn push_account(&mut self, account: Account) {
        assert_eq!(account.no, self.accounts.len() as i64 + 1, "accounts are numbered from 1");
        let known = self.account_numbers.insert(account.id, account.no);
        assert!(known.is_none(), "an account is created once");
        self.accounts.push(account);
    }

    pub(crate) fn push(&mut self, record: Record) {
        assert_eq!(record.seq, self.next_seq(), "records are numbered from 1");
        assert!(!self.failed.contains_key(&record.id), "an id that failed never succeeds");
        let index = self.records.len();
        assert!(self.by_id.insert(record.id, index).is_none(), "an id is used once");
        if let Some(target) = target(&record) {
            self.about.entry(target).or_default().push(index);
        }
        self.of_account.entry(record.debit).or_default().push(index);
        self.of_account.entry(record.credit).or_default().push(index);
        if record.extra().group != 0 {
            self.groups.entry(record.extra().group).or_default().push(record.id);
        }
        self.records.push(record);
    }

    /// Takes records and accounts back, for a chain that breaks.
    pub(crate) fn truncate(&mut self, records: usize, accounts: usize) {
        while self.records.len() > records {
            let record = self.records.pop().expect("counted");
            self.by_id.remove(&record.id);
            if let Some(target) = target(&record) {
                self.about.get_mut(&target).expect("pushed").pop();
            }
            self.of_account.get_mut(&record.debit).expect("pushed").pop();
            self.of_account.get_mut(&record.credit).expect("pushed").pop();
            if record.extra().group != 0 {
                self.groups.get_mut(&record.extra().group).expect("pushed").pop();
            }
        }
        while self.accounts.len() > accounts {
            let account = self.accounts.pop().expect("counted");
            self.account_numbers.remove(&account.id);
        }
    }

    pub(crate) fn record(&self, id: u128) -> Option<&Record> {
        self.by_id.get(&id).map(|index| &self.records[*index])
    }

    pub(crate) fn account(&self, id: u128) -> Option<&Account> {
        self.account_numbers.get(&id).map(|no| self.account_no(*no))
    }

    pub(crate) fn account_no(&self, no: i64) -> &Account {
        &self.accounts[no as usize - 1]
    }

    pub(crate) fn account_mut(&mut self, id: u128) -> Option<&mut Account> {
        let no = *self.account_numbers.get(&id)?;
        Some(&mut self.accounts[no as usize - 1])
    }

    /// The account that has an address.
    pub(crate) fn account_of_address(&self, address: &str) -> Option<&Account> {
        let has = |account: &&Account| {
            account
                .details
                .as_ref()
                .is_some_and(|details| details.address.as_deref() == Some(address))
        };
        self.accounts.iter().find(has)
    }

    /// Members of a group in the order of their creation.
    pub(crate) fn members(&self, group: u128) -> &[u128] {
        self.groups.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Balances of an account, summed from its records.
    pub(crate) fn balances(&self, no: i64) -> Balances {
        let mut sum = Balances::default();
        for index in self.of_account.get(&no).into_iter().flatten() {
            let record = &self.records[*index];
            let effect = record.effect();
            let (pending, posted) = if record.debit == no {
                (&mut sum.debits_pending, &mut sum.debits_posted)
            } else {
                (&mut sum.credits_pending, &mut sum.credits_posted)
            };
            *pending = pending.checked_add(effect.pending).expect("pending fits");
            *pending = pending.checked_sub(effect.released).expect("released was pending");
            *posted = posted.checked_add(effect.posted).expect("posted fits");
        }
        sum
    }

    /// Whether an account takes no transfers: created so, or closed by a hold that still stands.
    pub(crate) fn is_closed(&self, no: i64) -> bool {
        let closes = |record: &Record| {
            (record.debit == no && record.flags.has(TransferFlags::CLOSING_DEBIT))
                || (record.credit == no && record.flags.has(TransferFlags::CLOSING_CREDIT))
        };
        let stands = |record: &Record| {
            let state = self.state(record.id).expect("a hold has a state");
            state.status == PendingStatus::Pending
        };
        let mut records = self.of_account.get(&no).into_iter().flatten();
        self.account_no(no).flags.has(AccountFlags::CLOSED)
            || records.any(|index| closes(&self.records[*index]) && stands(&self.records[*index]))
    }

    /// What became of a transfer, if anything did.
    pub(crate) fn state(&self, id: u128) -> Option<TransferState> {
        self.state_before(id, i64::MAX)
    }

    /// What had become of a transfer before the record `end`.
    pub(crate) fn state_before(&self, id: u128, end: i64) -> Option<TransferState> {
        let original = self.record(id).filter(|record| record.seq < end)?;
        let about: Vec<&Record> = self
            .about
            .get(&id)
            .into_iter()
            .flatten()
            .map(|index| &self.records[*index])
            .filter(|record| record.seq < end)
            .collect();
        if original.flags.has(TransferFlags::PENDING) {
            return Some(state_of_hold(original, &about));
        }
        let reversed = about.iter().map(|record| record.amount).sum();
        let last = about.last()?;
        Some(TransferState {
            reversed,
            seq: original.seq,
            changed_seq: last.seq,
            ..TransferState::default()
        })
    }
}

/// The transfer whose state a record changes, unless that is the record itself.
fn target(record: &Record) -> Option<u128> {
    let extra = record.extra();
    let reverses = if record.amount == 0 { 0 } else { extra.reverses };
    [extra.pending_id, reverses].into_iter().find(|id| *id != 0)
}

fn state_of_hold(original: &Record, about: &[&Record]) -> TransferState {
    let released: u128 = about.iter().map(|record| record.extra().released.unwrap_or(0)).sum();
    let remaining = original.amount.checked_sub(released).expect("no more than was reserved");
    let has = |flag| about.iter().any(|record| record.flags.has(flag));
    let posts = |record: &&&Record| record.flags.has(TransferFlags::POST_PENDING);
    let is_last = |record: &Record| !record.flags.has(TransferFlags::PARTIAL) || remaining == 0;
    let status = if has(TransferFlags::VOID_PENDING) {
        PendingStatus::Voided
    } else if has(TransferFlags::EXPIRE_PENDING) {
        PendingStatus::Expired
    } else if about.iter().filter(posts).any(|record| is_last(record)) {
        PendingStatus::Posted
    } else {
        PendingStatus::Pending
    };
    let times_out = |record: &Record| {
        let timeout = i64::from(record.extra().timeout_s) * 1_000_000;
        (timeout > 0).then_some(record.at + timeout)
    };
    let extension =
        about.iter().rev().find(|record| record.flags.has(TransferFlags::EXTEND_PENDING));
    TransferState {
        status,
        remaining,
        reversed: 0,
        expires_at: extension.map_or_else(|| times_out(original), |record| times_out(record)),
        group: original.extra().group,
        seq: original.seq,
        changed_seq: about.last().map_or(original.seq, |record| record.seq),
    }
}
