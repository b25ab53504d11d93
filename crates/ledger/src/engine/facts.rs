//! What has to be known before a batch can be executed, and the learning of it.
//!
//! The leader asks [`Engine::needs`], loads what it names, hands it to [`Engine::learn`], and
//! repeats until nothing is needed: a pending transfer's accounts are known only once the
//! transfer is. What was asked for and not found is absent, until the batch has run.

use std::collections::BTreeSet;

use hashbrown::HashSet;

use super::account::{Account, NewAccount};
use super::group::{ResolveGroup, member_id};
use super::state::TransferState;
use super::status::TransferStatus;
use super::transfer::{NewTransfer, Record};
use super::{Engine, Request};

/// What to load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub accounts: HashSet<u128>,
    pub account_numbers: HashSet<i64>,
    pub addresses: HashSet<Box<str>>,
    pub transfers: HashSet<u128>,
    /// Sealed ranges, by number, that may hold these transfers.
    pub ranges: BTreeSet<i64>,
    pub groups: HashSet<u128>,
}

/// What was loaded.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub accounts: Vec<Account>,
    /// Records with their state, if they have one.
    pub transfers: Vec<(Record, Option<TransferState>)>,
    pub failed: Vec<(u128, TransferStatus)>,
    /// All stored members of the groups that were asked for.
    pub members: Vec<(u128, TransferState)>,
}

#[derive(Debug, Default)]
pub(super) struct Absent {
    accounts: HashSet<u128>,
    addresses: HashSet<Box<str>>,
    transfers: HashSet<u128>,
}

impl Absent {
    pub(super) fn clear(&mut self) {
        self.accounts.clear();
        self.addresses.clear();
        self.transfers.clear();
    }
}

impl Needs {
    /// Whether the batch can be executed at once.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
            && self.account_numbers.is_empty()
            && self.addresses.is_empty()
            && self.transfers.is_empty()
            && self.groups.is_empty()
    }
}

impl Engine {
    /// What must be learned before these requests can be executed at `at`.
    pub fn needs(&self, requests: &[Request], at: i64) -> Needs {
        let mut needs = Needs::default();
        for request in requests {
            match request {
                Request::CreateAccounts(accounts) => {
                    accounts.iter().for_each(|account| self.needs_of_account(account, &mut needs));
                }
                Request::UpdateAccount(update) => self.need_account(update.id, &mut needs),
                Request::CreateTransfers(transfers) => {
                    transfers.iter().for_each(|new| self.needs_of_transfer(new, &mut needs));
                }
                Request::ResolveGroup(command) => self.needs_of_group(command, &mut needs),
                Request::Expire { limit } => {
                    for id in self.states.due(self.now.max(at), *limit) {
                        self.need_record(id, &mut needs);
                        self.need_record(self.free_expiry_id(id), &mut needs);
                    }
                }
            }
        }
        needs
    }

    /// Takes in what was loaded; what `needs` named and `facts` lacks is absent.
    pub fn learn(&mut self, needs: &Needs, facts: Facts) {
        for account in facts.accounts {
            if self.accounts.slot_of_no(account.no).is_none() {
                self.accounts.insert(account);
            }
        }
        for (record, state) in facts.transfers {
            self.learn_state(record.id, state);
            self.fetched.insert(record.id, record);
        }
        for (id, status) in facts.failed {
            self.window.learn_failed(id, status);
        }
        for (id, state) in facts.members {
            self.learn_state(id, Some(state));
        }
        for group in &needs.groups {
            self.states.complete_group(*group);
        }
        self.learn_absence(needs);
    }

    /// A state in memory is newer than one that is stored.
    fn learn_state(&mut self, id: u128, state: Option<TransferState>) {
        if self.states.get(id).is_none() && state.is_some() {
            self.states.set(id, state);
        }
    }

    fn learn_absence(&mut self, needs: &Needs) {
        let missing = |id: &&u128| self.accounts.slot_of_id(**id).is_none();
        self.absent.accounts.extend(needs.accounts.iter().filter(missing));
        let addresses = needs.addresses.iter();
        let missing =
            addresses.filter(|address| self.accounts.id_of_address(address).is_none()).cloned();
        self.absent.addresses.extend(missing);
        let missing =
            |id: &&u128| self.find_record(**id).is_none() && self.failure_of(**id).is_none();
        let transfers: Vec<u128> = needs.transfers.iter().filter(missing).copied().collect();
        self.absent.transfers.extend(transfers);
    }

    fn needs_of_account(&self, new: &NewAccount, needs: &mut Needs) {
        self.need_account(new.id, needs);
        if let Some(address) = &new.details.address
            && self.accounts.id_of_address(address).is_none()
            && !self.absent.addresses.contains(address)
        {
            needs.addresses.insert(address.clone());
        }
    }

    fn needs_of_transfer(&self, new: &NewTransfer, needs: &mut Needs) {
        self.need_record(new.id, needs);
        self.need_account(new.debit_account, needs);
        self.need_account(new.credit_account, needs);
        if let Some(extra) = &new.extra {
            for id in [extra.pending_id, extra.reverses] {
                self.need_record(id, needs);
            }
        }
    }

    fn needs_of_group(&self, command: &ResolveGroup, needs: &mut Needs) {
        if command.id == 0 || command.id == u128::MAX || command.group == 0 {
            return;
        }
        if !self.states.group_is_complete(command.group) {
            needs.groups.insert(command.group);
            return;
        }
        for member in self.states.group_members(command.group) {
            self.need_record(member, needs);
            self.need_record(member_id(command.id, member), needs);
        }
    }

    fn need_account(&self, id: u128, needs: &mut Needs) {
        let known = id == 0 || id == u128::MAX || self.accounts.slot_of_id(id).is_some();
        if !known && !self.absent.accounts.contains(&id) {
            needs.accounts.insert(id);
        }
    }

    /// A record, and once that is there its accounts.
    fn need_record(&self, id: u128, needs: &mut Needs) {
        if id == 0 || id == u128::MAX {
            return;
        }
        if let Some(record) = self.find_record(id) {
            for no in [record.debit, record.credit] {
                if self.accounts.slot_of_no(no).is_none() {
                    needs.account_numbers.insert(no);
                }
            }
            return;
        }
        if self.failure_of(id).is_some() || self.absent.transfers.contains(&id) {
            return;
        }
        for no in self.window.sealed_candidates(id) {
            needs.transfers.insert(id);
            needs.ranges.insert(no);
        }
    }

    /// Puts a committed record of the journal's tail back into the window after a restart.
    /// Its accounts' balances and its transfer's state are loaded apart.
    pub fn replay(&mut self, records: Vec<Record>) -> std::sync::Arc<Vec<Record>> {
        for record in records {
            self.last_transfer_at = self.last_transfer_at.max(record.at);
            self.window.push(record);
        }
        self.now = self.now.max(self.last_transfer_at);
        self.window.finish()
    }

    /// Puts back ids that failed in the journal's tail, each with the sequence that was next
    /// when it failed: that tells the range whose span of ids has to cover it. Call it when all
    /// records are replayed.
    pub fn replay_failed(&mut self, failed: impl IntoIterator<Item = (u128, TransferStatus, i64)>) {
        for (id, status, seq) in failed {
            self.window.replay_failed(id, status, seq);
        }
    }

    /// Puts back the state of a transfer after a restart.
    pub fn restore_state(&mut self, id: u128, state: TransferState) {
        self.states.set(id, Some(state));
    }
}
