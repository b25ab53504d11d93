//! A record names its accounts by number; callers know them by id, and amounts by their asset.

use hashbrown::HashMap;
use parking_lot::RwLock;

use super::Transfer;
use crate::accounts;
use crate::engine::{Record, TransferState};
use crate::error::{LedgerError, StoreError};
use crate::journal::read::{self, StatesOf};
use crate::leader::Led;
use crate::ledger::Ledger;

/// Names that are kept; then it begins anew.
const NAMES_MAX: usize = 200_000;

/// Id and asset of accounts by number, and ids by address. They never change, so what was read
/// once is kept.
#[derive(Debug, Default)]
pub(crate) struct AccountNames {
    by_no: RwLock<HashMap<i64, (u128, u32)>>,
    by_address: RwLock<HashMap<Box<str>, u128>>,
}

impl AccountNames {
    /// Ids of accounts by address, as far as they are known.
    pub(crate) fn ids_of_addresses(&self, addresses: &[&str]) -> Vec<Option<u128>> {
        let known = self.by_address.read();
        addresses.iter().map(|address| known.get(*address).copied()).collect()
    }

    /// Keeps ids of accounts by address.
    pub(crate) fn put_addresses(&self, ids: HashMap<Box<str>, u128>) {
        let mut known = self.by_address.write();
        if known.len() + ids.len() > NAMES_MAX {
            *known = HashMap::new();
        }
        known.extend(ids);
    }

    fn get(&self, no: i64) -> Option<(u128, u32)> {
        self.by_no.read().get(&no).copied()
    }

    fn put(&self, names: Vec<(i64, u128, u32)>) {
        let mut known = self.by_no.write();
        if known.len() + names.len() > NAMES_MAX {
            *known = HashMap::new();
        }
        known.extend(names.into_iter().map(|(no, id, asset)| (no, (id, asset))));
    }
}

impl Ledger {
    /// Completes records, in their order.
    pub(crate) async fn complete(
        &self,
        led: &Led,
        records: Vec<Record>,
    ) -> Result<Vec<Transfer>, LedgerError> {
        self.learn_names(led, &records).await?;
        let states = self.states_of(led, &records).await?;
        let mut transfers = Vec::with_capacity(records.len());
        for record in records {
            let (debit_account, asset) = self.name(record.debit).await?;
            let (credit_account, _) = self.name(record.credit).await?;
            let asset = self.asset_by_no(asset).await?.ok_or(StoreError::Corrupt("an asset"))?;
            let state = states.get(&record.id).copied();
            transfers.push(Transfer { record, state, debit_account, credit_account, asset });
        }
        Ok(transfers)
    }

    pub(super) async fn name(&self, no: i64) -> Result<(u128, u32), LedgerError> {
        if let Some(name) = self.names.get(no) {
            return Ok(name);
        }
        // The cache was emptied meanwhile.
        let client = self.client().await?;
        let names = accounts::store::names(&client, &[no]).await?;
        let (_, id, asset) = *names.first().ok_or(StoreError::Corrupt("an account"))?;
        self.names.put(names);
        Ok((id, asset))
    }

    async fn learn_names(&self, led: &Led, records: &[Record]) -> Result<(), LedgerError> {
        let numbers = records.iter().flat_map(|record| [record.debit, record.credit]);
        let mut unknown: Vec<i64> = numbers.filter(|no| self.names.get(*no).is_none()).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        unknown.sort_unstable();
        unknown.dedup();
        self.names.put(led.view.names(&unknown));
        unknown.retain(|no| self.names.get(*no).is_none());
        if unknown.is_empty() {
            return Ok(());
        }
        let client = self.client().await?;
        let names = accounts::store::names(&client, &unknown).await?;
        self.names.put(names);
        Ok(())
    }

    /// States of the records that have one.
    async fn states_of(
        &self,
        led: &Led,
        records: &[Record],
    ) -> Result<HashMap<u128, TransferState>, LedgerError> {
        let mut states = HashMap::new();
        let mut stored = Vec::new();
        let first = led.view.first_seq();
        for record in records {
            match led.view.state(record.id) {
                Some(state) => {
                    states.insert(record.id, state);
                }
                None if record.seq < first => stored.push(uuid::Uuid::from_u128(record.id)),
                None => {}
            }
        }
        if !stored.is_empty() {
            let client = self.client().await?;
            let found = read::states(&client, StatesOf::Transfers(&stored)).await?;
            // A state that changed meanwhile is in the view by now.
            states.extend(
                found.into_iter().map(|(id, state)| (id, led.view.state(id).unwrap_or(state))),
            );
        }
        Ok(states)
    }
}
