//! Creating transfers, resolving groups, finding single transfers.

use uuid::Uuid;

use super::Transfer;
use crate::engine::{
    GroupStatus, NewTransfer, Record, Request, ResolveGroup, Response, TransferResult,
};
use crate::error::LedgerError;
use crate::journal::read;
use crate::leader::Led;
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
        let record = match self.handle.find(vec![id]).await?.first() {
            Some(Some(seq)) => match led.view.record(*seq) {
                Some(record) => Some(record),
                None => self.sealed_record(*seq, &led).await?,
            },
            _ => {
                let client = self.client().await?;
                read::by_id(&client, &[Uuid::from_u128(id)]).await?.into_iter().next()
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

    /// Committed transfers by sequence, in the order of `seqs`; unknown ones are left out.
    pub async fn transfers_by_seq(&self, seqs: &[i64]) -> Result<Vec<Transfer>, LedgerError> {
        let led = self.handle.led()?;
        let mut records = Vec::with_capacity(seqs.len());
        for seq in seqs {
            match led.view.record(*seq) {
                Some(record) => records.push(record),
                None => records.extend(self.sealed_record(*seq, &led).await?),
            }
        }
        self.complete(&led, records).await
    }
}
