//! Loading what the engine needs: stored facts, brought up to the last commit by the view.

use hashbrown::HashMap;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::engine::{Account, Facts, Needs, TransferState};
use crate::error::StoreError;
use crate::journal::read::{self, StatesOf, StoredAccount};
use crate::view::View;

/// The leader's session for reading. What it asks for with every new account is prepared.
pub(crate) struct Reader {
    client: Client,
    accounts_by_id: Statement,
    accounts_by_address: Statement,
}

impl Reader {
    pub(crate) async fn new(client: Client) -> Result<Self, StoreError> {
        let accounts_by_id = client.prepare(&read::accounts_by_id()).await?;
        let accounts_by_address = client.prepare(&read::accounts_by_address()).await?;
        Ok(Self { client, accounts_by_id, accounts_by_address })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Loads everything that `needs` names, as of the last commit.
    ///
    /// What is loaded here is in no batch that is under way: whatever a batch touches is in the
    /// engine's memory already. So "as of the last commit" is also "as of the engine".
    pub(crate) async fn facts(&self, view: &View, needs: &Needs) -> Result<Facts, StoreError> {
        let client = &self.client;
        let mut facts = Facts { accounts: self.accounts(view, needs).await?, ..Facts::default() };
        if !needs.transfers.is_empty() {
            let ids: Vec<Uuid> = needs.transfers.iter().map(|id| Uuid::from_u128(*id)).collect();
            let records = read::by_id(client, &ids, needs.ranges.iter().rev().copied()).await?;
            let states = read::states(client, StatesOf::Transfers(&ids)).await?;
            let states: HashMap<u128, TransferState> = states.into_iter().collect();
            for record in records {
                let state = states.get(&record.id).copied();
                facts.transfers.push((record, state));
            }
            facts.failed = read::failed(client, &ids).await?;
        }
        if !needs.groups.is_empty() {
            let ids: Vec<Uuid> = needs.groups.iter().map(|id| Uuid::from_u128(*id)).collect();
            facts.members = read::states(client, StatesOf::Groups(&ids)).await?;
        }
        for (id, state) in &facts.members {
            view.learn_state(*id, *state);
        }
        for (record, state) in &facts.transfers {
            if let Some(state) = state {
                view.learn_state(record.id, *state);
            }
        }
        Ok(facts)
    }

    async fn accounts(&self, view: &View, needs: &Needs) -> Result<Vec<Account>, StoreError> {
        let ids: Vec<Uuid> = needs.accounts.iter().map(|id| Uuid::from_u128(*id)).collect();
        let addresses: Vec<&str> = needs.addresses.iter().map(AsRef::as_ref).collect();
        let (by_id, by_address, by_number) = tokio::try_join!(
            self.accounts_of(&self.accounts_by_id, &ids),
            self.accounts_of(&self.accounts_by_address, &addresses),
            self.numbered(needs),
        )?;
        let stored = by_id.into_iter().chain(by_address).chain(by_number);
        Ok(stored.map(|stored| learn(view, stored)).collect())
    }

    async fn accounts_of<T: ToSql + Sync>(
        &self,
        statement: &Statement,
        keys: &Vec<T>,
    ) -> Result<Vec<StoredAccount>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        read::accounts_in(&self.client.query(statement, &[keys]).await?)
    }

    async fn numbered(&self, needs: &Needs) -> Result<Vec<StoredAccount>, StoreError> {
        let numbers: Vec<i64> = needs.account_numbers.iter().copied().collect();
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        read::accounts(&self.client, "a.no = any($1)", &[(&numbers, Type::INT8_ARRAY)]).await
    }
}

/// Adds what is committed and not sealed to an account's stored balances.
fn learn(view: &View, stored: StoredAccount) -> Account {
    // Only this thread seals ranges off the view, so that what was read is not too old.
    view.learn_stored(view.sealed_ranges(), &stored);
    let mut account = stored.account;
    account.balances = view.balances(account.no).expect("it was learned");
    account
}
