//! What a reconciliation does. Each step may be cut off and taken again: an entry counts once,
//! because it is stored, or the position moves on, in the transaction that counts it.

use std::time::Duration;

use kernel::{Amount, SignedAmount, Timestamp};

use super::store::{self, Unbooked};
use super::{BalancePair, ReconciliationId, Status, differences};
use crate::books::{self, Movement, Purpose};
use crate::deposits;
use crate::error::PaymentsError;
use crate::ids::{Role, entry_row};
use crate::payments::Payments;
use crate::provider::{BalanceEntry, Subject};

/// A provider may report what happened some time ago, so a run begins before the end of the last.
const OVERLAP: Duration = Duration::from_secs(3 * 24 * 3_600);
/// Entries of the ledger, or entries to book, in one go.
const BATCH: usize = 200;
/// More than that is no list that anybody reads; the count says that there are so many.
const DIFFERENCES_MAX: i64 = 10_000;

impl Payments {
    /// Reads on both sides, and records what doesn't agree.
    pub(super) async fn reconcile(&self, id: ReconciliationId) -> Result<(), PaymentsError> {
        let found = store::get(&self.database, id).await?;
        let Some(run) = found.filter(|run| run.status == Status::Running) else { return Ok(()) };
        let provider = run.provider.as_str();
        let read_to = self.clock.now();
        let entries = self.read_provider(provider).await?;
        self.book_costs(provider).await?;
        self.read_books(provider).await?;
        let balances = self.compared_balances(provider).await?;
        let before = self.clock.now().saturating_sub(run.grace);
        let items = store::open_items(&self.database, provider, before, DIFFERENCES_MAX).await?;
        let found = differences(items);
        if !found.is_empty() {
            let count = found.len();
            tracing::warn!(%id, provider, count, "the books and a provider differ");
        }
        let end = store::End { read_to, entries, balances: &balances, differences: &found };
        store::complete(&self.database, id, &end, self.clock.now()).await?;
        Ok(())
    }

    /// What moved our balance at the provider since the last run; how much of that is new.
    async fn read_provider(&self, name: &str) -> Result<i64, PaymentsError> {
        let provider = self.provider(name)?;
        let since = store::last_read(&self.database, name).await?;
        let since = since.map_or(Timestamp::from_micros(0), |at| at.saturating_sub(OVERLAP));
        let (mut cursor, mut count) = (None, 0);
        loop {
            let page = provider.entries(since, cursor).await?;
            let mut entries = Vec::with_capacity(page.entries.len());
            for entry in page.entries {
                let reference = self.reference_of(name, &entry).await?;
                entries.push((entry, reference));
            }
            count += store::take_entries(&self.database, name, &entries).await?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(count);
            }
        }
    }

    /// Our id of what an entry is about; else the deposit's whose payment it is about; else its
    /// own.
    async fn reference_of(
        &self,
        provider: &str,
        entry: &BalanceEntry,
    ) -> Result<String, PaymentsError> {
        if matches!(entry.subject, Subject::Fee | Subject::Settlement | Subject::Other) {
            return Ok(entry.id.clone());
        }
        if let Some(reference) = &entry.reference {
            return Ok(reference.clone());
        }
        let known = match &entry.payment {
            Some(payment) => deposits::store::of_payment(&self.database, provider, payment).await?,
            None => None,
        };
        Ok(known.map_or_else(|| entry.id.clone(), |deposit| deposit.to_string()))
    }

    /// Books what only the provider knows of: what it kept, and what it paid to the house's bank.
    async fn book_costs(&self, provider: &str) -> Result<(), PaymentsError> {
        let mut after = String::new();
        loop {
            let found = store::unbooked(&self.database, provider, &after, BATCH).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after.clone_from(&last.id);
            for entry in found {
                self.book(provider, &entry).await?;
            }
        }
    }

    async fn book(&self, provider: &str, entry: &Unbooked) -> Result<(), PaymentsError> {
        let house = match self.books.house(provider, &entry.asset).await {
            Ok(house) => house,
            // Nobody holds this asset here: the difference says so.
            Err(PaymentsError::AssetUnknown) => return Ok(()),
            Err(error) => return Err(error),
        };
        let costs = self.books.costs(house, &entry.asset).await?;
        let settled = match entry.subject {
            Subject::Settlement => entry.amount,
            _ => SignedAmount::ZERO,
        };
        let kept = SignedAmount::ZERO.checked_sub(entry.fee).unwrap_or(SignedAmount::ZERO);
        for (amount, account, role, code) in [
            (settled, costs.bank, Role::Settle, books::SETTLEMENT),
            (kept, costs.fees, Role::Fee, books::FEE),
        ] {
            let row = entry_row(provider, &entry.id);
            let purpose = Purpose { row, role, code, reference: &entry.id };
            let size = Amount::new(amount.get().unsigned_abs());
            // What left the provider's balance is taken from the clearing account.
            let (debit, credit) = match amount.is_negative() {
                true => (account, house.clearing),
                false => (house.clearing, account),
            };
            let movement = Movement { asset: house.asset, debit, credit, amount: size };
            if let Err(status) = self.books.pay(purpose, movement).await? {
                let id = &entry.id;
                tracing::warn!(provider, id, %status, "the ledger refused what a provider kept");
                return Ok(());
            }
        }
        Ok(store::set_booked(&self.database, provider, &entry.id, self.clock.now()).await?)
    }

    /// What moved the provider's clearing accounts since the last run.
    async fn read_books(&self, provider: &str) -> Result<(), PaymentsError> {
        for asset in self.books.monies().await? {
            loop {
                let after = store::position(&self.database, provider, &asset.code).await?;
                let read = self.books.clearing_entries(provider, &asset.code, after, BATCH).await?;
                let Some((entries, upto)) = read.filter(|(entries, _)| !entries.is_empty()) else {
                    break;
                };
                let place = (provider, &*asset.code);
                // Whoever was faster has counted them, and has moved on.
                store::take_clearing(&self.database, place, &entries, (after, upto)).await?;
            }
        }
        Ok(())
    }

    async fn compared_balances(&self, provider: &str) -> Result<Vec<BalancePair>, PaymentsError> {
        let used = store::assets_read(&self.database, provider).await?;
        let mut balances = Vec::new();
        for asset in self.books.monies().await? {
            if !used.iter().any(|code| **code == *asset.code) {
                continue;
            }
            let pair = self.clearing(provider, &asset.code).await?;
            let (ours, theirs) = (pair.books, pair.provider);
            balances.push(BalancePair {
                asset: asset.code.to_string(),
                scale: asset.scale,
                ours,
                theirs,
            });
        }
        Ok(balances)
    }
}
