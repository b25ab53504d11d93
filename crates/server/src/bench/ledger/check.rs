//! Whether the books are what was sent.

use ::ledger::engine::{Account, Balances};
use ::ledger::{AccountKey, BATCH_MAX, EntriesQuery, Entry, Ledger, Order};
use anyhow::{Context as _, ensure};

use super::drive::Expected;
use crate::chance::Chance;

const PAGE: usize = 200;

/// Compares every balance with what was sent, and the history of some accounts entry by entry.
/// Answers with the number of entries.
pub(super) async fn books(
    ledger: &Ledger,
    first_account: u128,
    expected: &Expected,
    histories: usize,
) -> anyhow::Result<u64> {
    let ids: Vec<u128> = (0..expected.0.len()).map(|index| first_account + index as u128).collect();
    let (mut debits, mut credits, mut index) = (0, 0, 0);
    for ids in ids.chunks(BATCH_MAX) {
        for account in ledger.accounts_by_id(ids).await? {
            let found = (account.balances.debits_posted, account.balances.credits_posted);
            ensure!(
                account.id == first_account + index as u128 && found == expected.0[index],
                "account {index} has {found:?}, expected {:?}",
                expected.0[index]
            );
            debits += found.0;
            credits += found.1;
            index += 1;
        }
    }
    ensure!(index == expected.0.len(), "accounts are missing");
    ensure!(debits == credits, "debits {debits} and credits {credits} differ");
    let mut chance = Chance::new(5);
    let mut entries = 0;
    for _ in 0..histories {
        let accounts = u32::try_from(ids.len()).context("too many accounts")?;
        entries += history(ledger, ids[chance.below(accounts) as usize]).await?;
    }
    Ok(entries)
}

/// Goes through all of an account's history, oldest first.
async fn history(ledger: &Ledger, id: u128) -> anyhow::Result<u64> {
    let account = ledger.account(AccountKey::Id(id)).await?.context("an account is gone")?;
    let mut before: Option<Entry> = None;
    let (mut cursor, mut count) = (None, 0);
    loop {
        let query = EntriesQuery {
            order: Order::OldestFirst,
            cursor,
            from: None,
            before: None,
            limit: PAGE,
        };
        let page = ledger.entries(&account, &query).await?;
        let is_last = page.len() < PAGE;
        for entry in page {
            if let Some(before) = &before {
                follows(id, before, &entry)?;
            }
            cursor = Some(entry.transfer.record.seq);
            count += 1;
            before = Some(entry);
        }
        if is_last {
            return last(&account, before).map(|()| count);
        }
    }
}

fn last(account: &Account, last: Option<Entry>) -> anyhow::Result<()> {
    let running = last.map(|entry| entry.balances).unwrap_or_default();
    ensure!(
        running == account.balances,
        "the history ends with {running:?}, the account has {:?}",
        account.balances
    );
    Ok(())
}

/// Whether the balances after `newer` follow from those after `older`.
pub(super) fn follows(account: u128, older: &Entry, newer: &Entry) -> anyhow::Result<()> {
    let effect = newer.transfer.record.effect();
    let mut balances: Balances = older.balances;
    if newer.transfer.debit_account == account {
        balances.debit(effect);
    } else {
        balances.credit(effect);
    }
    ensure!(
        balances == newer.balances,
        "after sequence {} the balances are {:?}, expected {balances:?}",
        newer.transfer.record.seq,
        newer.balances
    );
    Ok(())
}
