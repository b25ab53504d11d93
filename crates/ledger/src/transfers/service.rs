//! Creating transfers, resolving groups, finding single transfers.

use uuid::Uuid;

use super::Transfer;
use crate::engine::{
    AccountStatus, GroupStatus, NewAccount, NewTransfer, Record, Request, ResolveGroup, Response,
    TransferResult,
};
use crate::error::LedgerError;
use crate::journal::read;
use crate::leader::{Found, Led};
use crate::ledger::Ledger;

impl Ledger {
    /// Creates transfers in order, each with a result of its own.
    pub async fn create_transfers(
        &self,
        transfers: Vec<NewTransfer>,
    ) -> Result<Vec<TransferResult>, LedgerError> {
        let items = transfers.len();
        match self.handle.execute(Request::CreateTransfers(transfers), items).await? {
            Response::Transfers(results) => Ok(results),
            other => unreachable!("transfers are answered with transfers, not {other:?}"),
        }
    }

    /// Creates accounts and then transfers, each with a result of its own, in one commit.
    pub async fn create_accounts_and_transfers(
        &self,
        accounts: Vec<NewAccount>,
        transfers: Vec<NewTransfer>,
    ) -> Result<(Vec<AccountStatus>, Vec<TransferResult>), LedgerError> {
        let (first, second) = (accounts.len(), transfers.len());
        let accounts = (Request::CreateAccounts(accounts), first);
        let transfers = (Request::CreateTransfers(transfers), second);
        match self.handle.execute_both(accounts, transfers).await? {
            (Response::Accounts(statuses), Response::Transfers(results)) => Ok((statuses, results)),
            other => unreachable!("each is answered with its own, not {other:?}"),
        }
    }

    /// Posts or voids every open pending transfer of a group: all or none.
    pub async fn resolve_group(
        &self,
        command: ResolveGroup,
    ) -> Result<(GroupStatus, Vec<TransferResult>), LedgerError> {
        match self.handle.execute(Request::ResolveGroup(command), 1).await? {
            Response::Group(status, results) => Ok((status, results)),
            other => unreachable!("a group is answered with a group, not {other:?}"),
        }
    }

    /// A committed transfer by id.
    pub async fn transfer(&self, id: u128) -> Result<Option<Transfer>, LedgerError> {
        let led = self.settled().await?;
        let record = match self.handle.find(id).await? {
            Found::InWindow(seq) => match led.view.record(seq) {
                Some(record) => Some(record),
                None => self.sealed_record(seq, &led).await?,
            },
            Found::MaybeSealed(ranges) => {
                let client = self.client().await?;
                read::by_id(&client, &[Uuid::from_u128(id)], ranges).await?.into_iter().next()
            }
        };
        let transfers = self.complete(&led, record.into_iter().collect()).await?;
        Ok(transfers.into_iter().next())
    }

    /// A record that left the view since it was found. One that is not committed yet is `None`.
    async fn sealed_record(&self, seq: i64, led: &Led) -> Result<Option<Record>, LedgerError> {
        if seq > led.view.last().0 {
            return Ok(None);
        }
        let client = self.client().await?;
        let no = led.view.ranges().of(seq);
        Ok(read::by_seq(&client, no, &[seq]).await?.into_iter().next())
    }

    /// Records of sealed ranges by sequence, one query for each range.
    pub(crate) async fn sealed_records(
        &self,
        led: &Led,
        seqs: &[i64],
    ) -> Result<hashbrown::HashMap<i64, Record>, LedgerError> {
        let (ranges, last) = (led.view.ranges(), led.view.last().0);
        let mut by_range: std::collections::BTreeMap<i64, Vec<i64>> = Default::default();
        for seq in seqs.iter().filter(|seq| **seq >= 1 && **seq <= last) {
            by_range.entry(ranges.of(*seq)).or_default().push(*seq);
        }
        let client = self.client().await?;
        let mut found = hashbrown::HashMap::new();
        for (no, seqs) in by_range {
            let records = read::by_seq(&client, no, &seqs).await?;
            found.extend(records.into_iter().map(|record| (record.seq, record)));
        }
        Ok(found)
    }

    /// Committed transfers by sequence, in the order of `seqs`; unknown ones are left out.
    pub async fn transfers_by_seq(&self, seqs: &[i64]) -> Result<Vec<Transfer>, LedgerError> {
        let led = self.handle.led()?;
        let mut records: Vec<Option<Record>> =
            seqs.iter().map(|seq| led.view.record(*seq)).collect();
        if records.iter().any(Option::is_none) {
            let missing = seqs.iter().zip(&records).filter(|(_, record)| record.is_none());
            let missing: Vec<i64> = missing.map(|(seq, _)| *seq).collect();
            let found = self.sealed_records(&led, &missing).await?;
            for (seq, record) in seqs.iter().zip(&mut records) {
                if record.is_none() {
                    *record = found.get(seq).cloned();
                }
            }
        }
        self.complete(&led, records.into_iter().flatten().collect()).await
    }
}
