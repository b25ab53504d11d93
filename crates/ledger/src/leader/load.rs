//! Loading what the engine needs: stored facts, brought up to the last commit by the view.

use hashbrown::HashMap;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::engine::{Account, Facts, Needs, TransferState};
use crate::error::StoreError;
use crate::journal::read::{self, StatesOf, StoredAccount};
use crate::view::View;

/// Loads everything that `needs` names, as of the last commit.
///
/// What is loaded here is in no batch that is under way: whatever a batch touches is in the
/// engine's memory already. So "as of the last commit" is also "as of the engine".
pub(crate) async fn facts(
    client: &Client,
    view: &View,
    needs: &Needs,
) -> Result<Facts, StoreError> {
    let mut facts = Facts { accounts: accounts(client, view, needs).await?, ..Facts::default() };
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

async fn accounts(client: &Client, view: &View, needs: &Needs) -> Result<Vec<Account>, StoreError> {
    let mut stored = Vec::new();
    if !needs.accounts.is_empty() {
        let ids: Vec<Uuid> = needs.accounts.iter().map(|id| Uuid::from_u128(*id)).collect();
        stored.extend(read::accounts(client, "a.id = any($1)", &[(&ids, Type::UUID_ARRAY)]).await?);
    }
    if !needs.account_numbers.is_empty() {
        let numbers: Vec<i64> = needs.account_numbers.iter().copied().collect();
        stored.extend(
            read::accounts(client, "a.no = any($1)", &[(&numbers, Type::INT8_ARRAY)]).await?,
        );
    }
    if !needs.addresses.is_empty() {
        let addresses: Vec<&str> = needs.addresses.iter().map(AsRef::as_ref).collect();
        stored.extend(
            read::accounts(client, "a.address = any($1)", &[(&addresses, Type::TEXT_ARRAY)])
                .await?,
        );
    }
    Ok(stored.into_iter().map(|stored| learn(view, stored)).collect())
}

/// Adds what is committed and not sealed to an account's stored balances.
fn learn(view: &View, stored: StoredAccount) -> Account {
    // Only this thread seals ranges off the view, so that what was read is not too old.
    view.learn_stored(view.sealed_ranges(), &stored);
    let mut account = stored.account;
    account.balances = view.balances(account.no).expect("it was learned");
    account
}
