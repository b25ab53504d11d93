//! The accounts in memory, found by id, by number and by address.

use hashbrown::HashMap;

use super::account::Account;

/// See the module's text. Accounts are kept in a slab; a slot stays valid while it is loaded.
#[derive(Debug)]
pub(super) struct Accounts {
    slab: Vec<Account>,
    by_id: HashMap<u128, u32>,
    by_no: HashMap<i64, u32>,
    by_address: HashMap<Box<str>, u128>,
    next_no: i64,
}

impl Accounts {
    pub(super) fn new(next_no: i64) -> Self {
        Self {
            slab: Vec::new(),
            by_id: HashMap::new(),
            by_no: HashMap::new(),
            by_address: HashMap::new(),
            next_no,
        }
    }

    pub(super) fn next_no(&self) -> i64 {
        self.next_no
    }

    pub(super) fn slot_of_id(&self, id: u128) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn slot_of_no(&self, no: i64) -> Option<u32> {
        self.by_no.get(&no).copied()
    }

    pub(super) fn id_of_address(&self, address: &str) -> Option<u128> {
        self.by_address.get(address).copied()
    }

    pub(super) fn by_id(&self, id: u128) -> Option<&Account> {
        self.slot_of_id(id).map(|slot| self.at(slot))
    }

    pub(super) fn by_no(&self, no: i64) -> Option<&Account> {
        self.slot_of_no(no).map(|slot| self.at(slot))
    }

    pub(super) fn at(&self, slot: u32) -> &Account {
        &self.slab[slot as usize]
    }

    pub(super) fn at_mut(&mut self, slot: u32) -> &mut Account {
        &mut self.slab[slot as usize]
    }

    /// Adds an account that was loaded or has just been created.
    pub(super) fn insert(&mut self, account: Account) {
        let slot = u32::try_from(self.slab.len()).expect("fewer than 2^32 accounts in memory");
        self.by_id.insert(account.id, slot);
        self.by_no.insert(account.no, slot);
        if let Some(address) = account.details.as_ref().and_then(|details| details.address.clone())
        {
            self.by_address.insert(address, account.id);
        }
        self.next_no = self.next_no.max(account.no + 1);
        self.slab.push(account);
    }

    /// Takes back the account that was created last (a broken chain).
    pub(super) fn remove_last(&mut self) {
        let account = self.slab.pop().expect("an account was created in the chain");
        self.by_id.remove(&account.id);
        self.by_no.remove(&account.no);
        if let Some(address) = account.details.and_then(|details| details.address) {
            self.by_address.remove(&address);
        }
        assert_eq!(self.next_no, account.no + 1, "accounts are taken back in reverse order");
        self.next_no = account.no;
    }
}
