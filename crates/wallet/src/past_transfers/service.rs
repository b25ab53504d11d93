//! Writing the past.

use hashbrown::HashMap;
use kernel::Timestamp;
use ledger::BATCH_MAX;
use ledger::engine::{AccountFlags, NewAccount, NewTransfer};

use super::{PastAccount, PastOutcome, PastTransfer};
use crate::books;
use crate::error::{Result, WalletError};
use crate::messages::NewMessage;
use crate::wallet::Wallet;

/// The house's accounts are there first.
const HOUSE_OPENED_BEFORE_US: i64 = 1_000;

impl Wallet {
    /// Takes over accounts and transfers, whose times may come in any order and be the same: the
    /// ledger keeps them a microsecond apart. What isn't possible, such as a negative balance,
    /// fails all that comes after it.
    pub async fn import_past(
        &self,
        accounts: &[PastAccount],
        transfers: &[PastTransfer],
    ) -> Result<()> {
        let assets = self.numbers_of(accounts).await?;
        self.import_accounts(accounts, &assets).await?;
        self.import_messages(transfers).await?;
        let mut records = Vec::with_capacity(transfers.len());
        for transfer in transfers {
            let asset = assets.get(&transfer.asset).ok_or(WalletError::AssetUnknown)?;
            let house = books::issue_account(&transfer.asset, *asset).id;
            records.extend(transfer.records(house, *asset));
        }
        records.sort_by_key(|record| record.timestamp);
        keep_apart(records.iter_mut().map(|record| &mut record.timestamp));
        self.import_records(records).await?;
        let expiring = transfers.iter().filter(|it| it.outcome == PastOutcome::Expires);
        self.import_records(expiring.map(PastTransfer::expiry).collect()).await
    }

    async fn numbers_of(&self, accounts: &[PastAccount]) -> Result<HashMap<String, u32>> {
        let mut numbers = HashMap::new();
        for PastAccount { asset, .. } in accounts {
            if !numbers.contains_key(asset) {
                numbers.insert(asset.clone(), self.asset_of_wallets(asset).await?.no);
            }
        }
        Ok(numbers)
    }

    async fn import_accounts(
        &self,
        accounts: &[PastAccount],
        assets: &HashMap<String, u32>,
    ) -> Result<()> {
        let first = accounts.iter().map(|it| it.opened_at.as_micros()).min().unwrap_or_default();
        let opened = |at: i64, new: NewAccount| NewAccount {
            flags: AccountFlags(new.flags.0 | AccountFlags::IMPORTED),
            timestamp: at,
            ..new
        };
        let house = assets.iter().map(|(code, no)| {
            opened(first - HOUSE_OPENED_BEFORE_US, books::issue_account(code, *no))
        });
        let people = accounts.iter().map(|it| {
            opened(
                it.opened_at.as_micros(),
                books::user_account(it.user, &it.asset, assets[&it.asset]),
            )
        });
        let mut all: Vec<NewAccount> = house.chain(people).collect();
        all.sort_by_key(|new| (new.timestamp, new.id));
        keep_apart(all.iter_mut().map(|new| &mut new.timestamp));
        for batch in all.chunks(BATCH_MAX) {
            let statuses = self.ledger.create_accounts(batch.to_vec()).await?;
            if let Some(status) = statuses.iter().find(|status| !status.is_success()) {
                tracing::error!(%status, "an account of the past can't be made");
                return Err(WalletError::Corrupt("an account of the past can't be made"));
            }
        }
        Ok(())
    }

    async fn import_records(&self, records: Vec<NewTransfer>) -> Result<()> {
        for batch in records.chunks(BATCH_MAX) {
            let results = self.ledger.create_transfers(batch.to_vec()).await?;
            let refused = results.iter().find(|result| !result.status.is_success());
            if let Some(result) = refused {
                return Err(WalletError::Unexpected(result.status));
            }
        }
        Ok(())
    }

    async fn import_messages(&self, transfers: &[PastTransfer]) -> Result<()> {
        let written = transfers.iter().filter_map(|it| {
            let (author, text) = (it.from?, it.message.as_deref()?);
            let message =
                NewMessage { transfer: it.id.as_u128(), author, other: Some(it.to), text };
            Some((message, it.at))
        });
        let written: Vec<(NewMessage<'_>, Timestamp)> = written.collect();
        self.write_past_messages(&written).await
    }
}

/// Makes times that rise rise by at least one.
fn keep_apart<'a>(times: impl Iterator<Item = &'a mut i64>) {
    let mut last = i64::MIN;
    for time in times {
        *time = (*time).max(last.saturating_add(1));
        last = *time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_are_the_same_are_kept_apart() {
        let mut times = [3, 5, 5, 5, 6, 9];
        keep_apart(times.iter_mut());
        assert_eq!(times, [3, 5, 6, 7, 8, 9]);
    }
}
