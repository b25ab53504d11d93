//! Creating, changing and finding accounts.

use deadpool_postgres::GenericClient;
use hashbrown::HashSet;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::{AccountFilter, AccountKey, store};
use crate::engine::{
    Account, AccountStatus, AccountUpdate, Balances, NewAccount, Request, Response, UpdateStatus,
};
use crate::error::LedgerError;
use crate::journal::read::{self, StoredAccount};
use crate::leader::{BATCH_MAX, Led};
use crate::ledger::Ledger;

impl Ledger {
    /// Creates accounts in order, each with a result of its own.
    pub async fn create_accounts(
        &self,
        accounts: Vec<NewAccount>,
    ) -> Result<Vec<AccountStatus>, LedgerError> {
        let items = accounts.len();
        match self.handle.execute(Request::CreateAccounts(accounts), items).await? {
            Response::Accounts(statuses) => Ok(statuses),
            other => unreachable!("accounts are answered with accounts, not {other:?}"),
        }
    }

    /// Changes an account's limits or metadata; answers with the account as it is then.
    pub async fn update_account(
        &self,
        update: AccountUpdate,
    ) -> Result<(UpdateStatus, Option<Account>), LedgerError> {
        let id = update.id;
        let status = match self.handle.execute(Request::UpdateAccount(update), 1).await? {
            Response::Update(status, _) => status,
            other => unreachable!("an update is answered with an update, not {other:?}"),
        };
        Ok((status, self.account(AccountKey::Id(id)).await?))
    }

    /// An account with its balances as of now: what has expired is no longer reserved.
    pub async fn account(&self, key: AccountKey<'_>) -> Result<Option<Account>, LedgerError> {
        let led = self.settled().await?;
        let id = match key {
            AccountKey::Id(id) => id,
            AccountKey::Address(address) => match self.account_ids(&[address]).await?[0] {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        loop {
            if let Some(account) = led.view.account(id) {
                return Ok(Some(account));
            }
            // A range that is sealed meanwhile leaves the view: then what was read is too old.
            let sealed = led.view.sealed_ranges();
            let client = self.client().await?;
            let Some(stored) = store::one(&client, id).await? else { return Ok(None) };
            led.view.learn_stored(sealed, &stored);
        }
    }

    /// Accounts by id, each at the place of its id: those in use are in memory, the others come in
    /// one statement of the caller's session. Who holds one must not wait for another: all who have
    /// one of the pool might wait for each other.
    pub async fn accounts_of(
        &self,
        client: &impl GenericClient,
        ids: &[u128],
    ) -> Result<Vec<Option<Account>>, LedgerError> {
        let led = self.settled().await?;
        loop {
            let accounts = led.view.accounts(ids);
            let unknown = ids.iter().zip(&accounts).filter(|(_, account)| account.is_none());
            let unknown: Vec<Uuid> = unknown.map(|(id, _)| Uuid::from_u128(*id)).collect();
            if unknown.is_empty() {
                return Ok(accounts.into_iter().flatten().collect());
            }
            // A range that is sealed meanwhile leaves the view: then what was read is too old, is
            // not learned, and is asked for again.
            let sealed = led.view.sealed_ranges();
            let stored = read::accounts_of(client, &unknown).await?;
            stored.iter().for_each(|it| led.view.learn_stored(sealed, it));
            let found: HashSet<u128> = stored.iter().map(|it| it.account.id).collect();
            let absent = unknown.iter().map(Uuid::as_u128).filter(|id| !found.contains(id));
            led.view.learn_absent(sealed, absent);
        }
    }

    /// Accounts by id, in their order; unknown ones are left out.
    pub async fn accounts_by_id(&self, ids: &[u128]) -> Result<Vec<Account>, LedgerError> {
        let client = self.client().await?;
        Ok(self.accounts_of(&client, ids).await?.into_iter().flatten().collect())
    }

    /// Accounts that a filter lets through, in the order of their numbers.
    pub async fn accounts(
        &self,
        filter: &AccountFilter,
        after_no: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Account>, LedgerError> {
        let led = self.settled().await?;
        let client = self.client().await?;
        let stored = store::list(&client, filter, after_no.unwrap_or(0), limit as i64).await?;
        drop(client);
        self.with_balances(&led, stored).await
    }

    /// Accounts whose address begins with a text, in the order of their numbers. All come at once:
    /// it is for few, such as the accounts of one owner. Only their ids are looked up, the rest is
    /// known if it was used before.
    pub async fn accounts_below(&self, prefix: &str) -> Result<Vec<Account>, LedgerError> {
        let client = self.client().await?;
        let ids = store::ids_below(&client, prefix).await?;
        drop(client);
        let mut accounts = Vec::with_capacity(ids.len());
        for id in ids {
            accounts.extend(self.account(AccountKey::Id(id)).await?);
        }
        Ok(accounts)
    }

    /// Ids of accounts by address.
    pub async fn account_ids(&self, addresses: &[&str]) -> Result<Vec<Option<u128>>, LedgerError> {
        let mut ids = self.names.ids_of_addresses(addresses);
        let missing = addresses.iter().zip(&ids).filter(|(_, id)| id.is_none());
        let missing: Vec<&str> = missing.map(|(address, _)| *address).collect();
        if missing.is_empty() {
            return Ok(ids);
        }
        let client = self.client().await?;
        let found = store::ids_of_addresses(&client, &missing).await?;
        let found: hashbrown::HashMap<Box<str>, u128> = found.into_iter().collect();
        for (address, id) in addresses.iter().zip(&mut ids) {
            *id = id.or_else(|| found.get(*address).copied());
        }
        self.names.put_addresses(found);
        Ok(ids)
    }

    async fn with_balances(
        &self,
        led: &Led,
        stored: Vec<StoredAccount>,
    ) -> Result<Vec<Account>, LedgerError> {
        let mut accounts = Vec::with_capacity(stored.len());
        for stored in stored {
            let mut account = stored.account;
            account.balances = self.known_balances(led, account.no).await?;
            accounts.push(account);
        }
        Ok(accounts)
    }

    /// The view, once everything that has expired by now is recorded.
    pub(crate) async fn settled(&self) -> Result<Led, LedgerError> {
        loop {
            let led = self.handle.led()?;
            let now = self.clock.now().as_micros();
            if led.next_expiry.load(std::sync::atomic::Ordering::Acquire) > now {
                return Ok(led);
            }
            self.handle.execute(Request::Expire { limit: BATCH_MAX }, 1).await?;
        }
    }

    /// Committed balances of an account; loads them into the view if they are not there.
    pub(crate) async fn known_balances(&self, led: &Led, no: i64) -> Result<Balances, LedgerError> {
        loop {
            if let Some(balances) = led.view.balances(no) {
                return Ok(balances);
            }
            // A range that is sealed meanwhile leaves the view: then what was read is too old.
            let sealed = led.view.sealed_ranges();
            let stored = self.stored_account(no).await?;
            led.view.learn_stored(sealed, &stored);
        }
    }

    async fn stored_account(&self, no: i64) -> Result<StoredAccount, LedgerError> {
        let client = self.client().await?;
        let parameter = (&no as &(dyn ToSql + Sync), Type::INT8);
        let stored = read::accounts(&client, "a.no = $1", &[parameter]).await?;
        Ok(stored.into_iter().next().ok_or(crate::error::StoreError::Corrupt("an account"))?)
    }
}
