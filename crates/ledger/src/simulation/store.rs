//! What survives a crash: the committed rows, ranges that are sealed, and what recovery makes of
//! them. It answers look-ups only from what a seal has written, never from the open ranges, so
//! that an engine that relies on more than that is found out.

use std::collections::BTreeMap;

use super::book::Book;
use super::workload::ASSETS;
use crate::engine::{
    Account, Effects, Engine, Facts, Needs, PendingStatus, RangeIds, SealedIds, Start, Time,
    TransferState,
};

pub(super) const RANGE_SIZE: i64 = 64;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) book: Book,
    /// What is remembered of the ids of the sealed ranges.
    sealed: Vec<SealedIds>,
    sealed_states: BTreeMap<u128, TransferState>,
    last_transfer_at: Time,
    last_account_at: Time,
    pub(super) lookups: u64,
}

impl Store {
    /// First sequence that is not sealed.
    pub(super) fn sealed_until(&self) -> i64 {
        self.sealed.len() as i64 * RANGE_SIZE + 1
    }

    pub(super) fn has_full_range(&self) -> bool {
        self.book.next_seq() >= self.sealed_until() + RANGE_SIZE
    }

    /// Writes a batch: all of it.
    pub(super) fn commit(&mut self, effects: &Effects) {
        for record in effects.records.iter() {
            assert!(record.at >= self.last_transfer_at, "time never goes back");
            self.last_transfer_at = record.at;
            self.book.push(record.clone());
        }
        for account in &effects.accounts_created {
            self.last_account_at = self.last_account_at.max(account.created_at);
            self.book.push_account(account.clone());
        }
        for account in &effects.accounts_changed {
            let stored = self.book.account_mut(account.id).expect("a changed account exists");
            stored.clone_from(account);
        }
        assert_eq!(self.book.next_seq(), effects.next_seq, "batches follow each other");
        for (id, status) in &effects.failed {
            assert!(self.book.record(*id).is_none(), "what was created can't fail");
            let before = self.book.failed.insert(*id, (*status, effects.next_seq));
            assert!(before.is_none(), "an id fails once");
        }
    }

    /// What the engine asked for, as of the last commit (accounts) or the last seal (the rest).
    pub(super) fn load(&mut self, needs: &Needs) -> Facts {
        let mut facts = Facts::default();
        let by_id = needs.accounts.iter().filter_map(|id| self.book.account(*id));
        let by_no = needs.account_numbers.iter().map(|no| self.book.account_no(*no));
        let addresses = needs.addresses.iter();
        let by_address = addresses.filter_map(|address| self.book.account_of_address(address));
        let accounts: Vec<&Account> = by_id.chain(by_no).chain(by_address).collect();
        facts.accounts = accounts.into_iter().map(|account| self.current(account)).collect();
        for id in &needs.transfers {
            if let Some(record) = self.book.record(*id) {
                assert!(record.seq < self.sealed_until(), "the open ranges are in memory");
                facts.transfers.push((record.clone(), self.sealed_states.get(id).copied()));
            } else if let Some((status, _)) = self.book.failed.get(id) {
                facts.failed.push((*id, *status));
            }
        }
        for group in &needs.groups {
            let members = self.book.members(*group).iter();
            let sealed = members.filter_map(|id| Some((*id, *self.sealed_states.get(id)?)));
            facts.members.extend(sealed);
        }
        self.lookups += needs.transfers.len() as u64;
        facts
    }

    /// An account with its balances as of the last commit.
    fn current(&self, account: &Account) -> Account {
        Account { balances: self.book.balances(account.no), ..account.clone() }
    }

    /// Seals the oldest full range.
    pub(super) fn seal(&mut self, ids: &RangeIds) -> SealedIds {
        let sealed = SealedIds::of(ids);
        let (start, end) = (self.sealed_until(), self.sealed_until() + RANGE_SIZE);
        for record in &self.book.records[start as usize - 1..end as usize - 1] {
            assert!(sealed.may_hold(record.id), "what is remembered covers the range");
            let extra = record.extra();
            for id in [record.id, extra.pending_id, extra.reverses] {
                if let Some(state) = self.book.state_before(id, end) {
                    self.sealed_states.insert(id, state);
                }
            }
        }
        self.sealed.push(sealed.clone());
        sealed
    }

    /// An engine as it is after a crash: the counters and the tail, everything else to be loaded.
    pub(super) fn recover(&self) -> Engine {
        let sealed_until = self.sealed_until();
        let mut engine = Engine::new(Start {
            next_seq: sealed_until,
            range_size: RANGE_SIZE,
            next_account_no: self.book.accounts.len() as i64 + 1,
            last_transfer_at: self.last_transfer_at,
            last_account_at: self.last_account_at,
            sealed: self.sealed.clone(),
        });
        engine.learn_assets(ASSETS);
        let tail = &self.book.records[sealed_until as usize - 1..];
        engine.replay(tail.to_vec());
        let failed = self.book.failed.iter().map(|(id, (status, seq))| (*id, *status, *seq));
        engine.replay_failed(failed.filter(|failed| failed.2 >= sealed_until));
        for record in &self.book.records {
            let Some(state) = self.book.state(record.id) else { continue };
            let times_out = state.status == PendingStatus::Pending && state.expires_at.is_some();
            if state.changed_seq >= sealed_until || times_out {
                engine.restore_state(record.id, state);
            }
        }
        engine
    }
}
