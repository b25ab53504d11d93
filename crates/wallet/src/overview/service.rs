//! Reading the journal for staff. That it was read is recorded before.

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::{Amount, Timestamp};
use ledger::{Order, TransferFilter, TransferId};
use serde_json::json;

use super::{OverviewQuery, UserTransfer};
use crate::error::Result;
use crate::transfers::{SCAN_MAX, is_between_people};
use crate::wallet::Wallet;

const CHUNK: usize = 200;

impl Wallet {
    /// A page of the transfers of all users, and where the next one goes on.
    pub(crate) async fn user_transfers(
        &self,
        actor: &Actor,
        query: &OverviewQuery,
    ) -> Result<(Vec<UserTransfer>, Option<i64>)> {
        let entry = NewEntry::new(actor.audit(), "wallet.transfers.viewed");
        self.record_view(actor, entry.data(json!({ "asset": query.asset }))).await?;
        let Some(filter) = self.journal_filter(query).await? else { return Ok((Vec::new(), None)) };
        let (mut page, mut cursor) = (Vec::new(), query.cursor);
        for _ in 0..SCAN_MAX / CHUNK {
            let mut chunk =
                self.ledger.transfers(&filter, Order::NewestFirst, cursor, CHUNK).await?;
            let is_last = chunk.len() < CHUNK;
            cursor = chunk.last().map(|it| it.record.seq).or(cursor);
            chunk.retain(is_between_people);
            for (place, sender, recipient, transfer) in self.views_with_users(&chunk).await? {
                if query.status.is_some_and(|status| status != transfer.status) {
                    continue;
                }
                page.push(UserTransfer::new(sender, recipient, transfer));
                if page.len() == query.limit {
                    return Ok((page, Some(place)));
                }
            }
            if is_last {
                return Ok((page, None));
            }
        }
        Ok((page, cursor))
    }

    /// A transfer of anybody, with what happened to it.
    pub(crate) async fn user_transfer(
        &self,
        actor: &Actor,
        id: TransferId,
    ) -> Result<UserTransfer> {
        let sides = self.sides_for_staff(id.as_u128()).await?;
        let entry = NewEntry::new(actor.audit(), "wallet.transfer.viewed").object(id);
        self.record_view(actor, entry.subject(sides.sender.as_u128())).await?;
        let transfer = self.detail(&sides).await?;
        Ok(UserTransfer::new(sides.sender, sides.recipient, transfer))
    }

    async fn record_view(&self, actor: &Actor, entry: NewEntry) -> Result<()> {
        actor.require(Permission::UsersRead)?;
        Ok(audit::record(&self.database, &*self.clock, &[entry]).await?)
    }

    /// Nothing if there is no such asset.
    async fn journal_filter(&self, query: &OverviewQuery) -> Result<Option<TransferFilter>> {
        let asset = match &query.asset {
            Some(code) => match self.ledger.asset(code).await? {
                Some(asset) => Some(asset.no),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some(TransferFilter {
            asset,
            from: query.from.map(Timestamp::as_micros),
            before: query.before.map(Timestamp::as_micros),
            amount_min: query.amount_min.map(Amount::get),
            amount_max: query.amount_max.map(Amount::get),
            ..TransferFilter::default()
        }))
    }
}
