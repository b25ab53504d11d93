//! The list of transfers: newest or oldest first, by filters, range by range.
//!
//! The part in memory is filtered here, sealed ranges by the database. A condition that has an
//! index (reference, group, pending id, reversal) visits only the ranges that have such rows.

use super::{Transfer, TransferFilter, store};
use crate::accounts::{AccountKey, EntriesQuery, Order};
use crate::engine::Record;
use crate::error::LedgerError;
use crate::leader::Led;
use crate::ledger::Ledger;

/// Records that are looked at in memory at a time, so that the writer never waits for long.
const PAGE: i64 = 8_192;

impl Ledger {
    /// Transfers that a filter lets through. `cursor` is the last sequence of the page before.
    pub async fn transfers(
        &self,
        filter: &TransferFilter,
        order: Order,
        cursor: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Transfer>, LedgerError> {
        if filter.account.is_some() {
            return self.transfers_of_account(filter, order, cursor, limit).await;
        }
        let led = self.settled().await?;
        loop {
            let sealed = led.view.sealed_ranges();
            let records = self.filtered(&led, filter, order, cursor, limit).await?;
            // What was sealed meanwhile may have been missed in both places.
            if led.view.sealed_ranges() == sealed {
                return self.complete(&led, records).await;
            }
        }
    }

    /// Transfers of one account come from its history.
    async fn transfers_of_account(
        &self,
        filter: &TransferFilter,
        order: Order,
        mut cursor: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Transfer>, LedgerError> {
        let id = filter.account.unwrap_or_default();
        let Some(account) = self.account(AccountKey::Id(id)).await? else { return Ok(Vec::new()) };
        let rest = TransferFilter { account: None, ..filter.clone() };
        let mut transfers: Vec<Transfer> = Vec::new();
        while transfers.len() < limit {
            let query = EntriesQuery {
                order,
                cursor,
                from: filter.from,
                before: filter.before,
                limit: limit.max(200),
            };
            let entries = self.entries(&account, &query).await?;
            let Some(last) = entries.last() else { break };
            cursor = Some(last.transfer.record.seq);
            let matching = entries.into_iter().map(|entry| entry.transfer);
            let matching = matching.filter(|transfer| {
                rest.lets_through(&transfer.record)
                    && rest.asset.is_none_or(|asset| asset == transfer.asset.no)
            });
            transfers.extend(matching.take(limit - transfers.len()));
        }
        Ok(transfers)
    }

    async fn filtered(
        &self,
        led: &Led,
        filter: &TransferFilter,
        order: Order,
        cursor: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        let (mut low, mut high) = (0, led.view.last().0 + 1);
        match (order, cursor) {
            (Order::NewestFirst, Some(cursor)) => high = high.min(cursor),
            (Order::OldestFirst, Some(cursor)) => low = cursor,
            (_, None) => {}
        }
        if let Some(from) = filter.from {
            low = low.max(self.seq_before(led, from).await?);
        }
        if let Some(before) = filter.before {
            high = high.min(self.seq_before(led, before).await? + 1);
        }
        let first = led.view.first_seq();
        let memory = (low.max(first - 1), high);
        let sealed = (low, high.min(first));
        let mut records = Vec::new();
        match order {
            Order::NewestFirst => {
                self.list_memory(led, filter, order, memory, limit, &mut records).await?;
                self.list_ranges(led, filter, order, sealed, limit, &mut records).await?;
            }
            Order::OldestFirst => {
                self.list_ranges(led, filter, order, sealed, limit, &mut records).await?;
                self.list_memory(led, filter, order, memory, limit, &mut records).await?;
            }
        }
        Ok(records)
    }

    async fn list_memory(
        &self,
        led: &Led,
        filter: &TransferFilter,
        order: Order,
        (mut low, mut high): (i64, i64),
        limit: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), LedgerError> {
        while records.len() < limit && low + 1 < high {
            let (from, to) = match order {
                Order::NewestFirst => ((high - PAGE).max(low + 1), high),
                Order::OldestFirst => (low + 1, (low + 1 + PAGE).min(high)),
            };
            let mut page = led.view.records_from(from, (to - from) as usize);
            match order {
                Order::NewestFirst => {
                    page.reverse();
                    high = from;
                }
                Order::OldestFirst => low = to - 1,
            }
            page.retain(|record| filter.lets_through(record));
            for record in page {
                if records.len() < limit && self.has_asset(filter, &record).await? {
                    records.push(record);
                }
            }
        }
        Ok(())
    }

    async fn has_asset(
        &self,
        filter: &TransferFilter,
        record: &Record,
    ) -> Result<bool, LedgerError> {
        match filter.asset {
            None => Ok(true),
            Some(asset) => Ok(self.name(record.debit).await?.1 == asset),
        }
    }

    async fn list_ranges(
        &self,
        led: &Led,
        filter: &TransferFilter,
        order: Order,
        (low, high): (i64, i64),
        limit: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), LedgerError> {
        if low + 1 >= high || records.len() >= limit {
            return Ok(());
        }
        let ranges = led.view.ranges();
        let client = self.client().await?;
        let mut numbers: Vec<i64> = (ranges.of(low + 1)..=ranges.of(high - 1)).collect();
        for column in filter.indexed_columns() {
            let with = store::ranges_with(&client, column).await?;
            numbers.retain(|no| with.contains(no));
        }
        if order == Order::NewestFirst {
            numbers.reverse();
        }
        for no in numbers {
            let wanted = limit - records.len();
            if wanted == 0 {
                break;
            }
            let found =
                store::range(&client, no, filter, order, (low, high), wanted as i64).await?;
            records.extend(found);
        }
        Ok(())
    }
}

impl TransferFilter {
    /// Columns of the conditions that have an index where they occur.
    fn indexed_columns(&self) -> Vec<&'static str> {
        let conditions = [
            (self.reference.is_some(), "reference"),
            (self.group.is_some(), "group_id"),
            (self.pending_id.is_some(), "pending_id"),
            (self.reverses.is_some(), "reverses"),
        ];
        conditions.into_iter().filter(|(is_set, _)| *is_set).map(|(_, column)| column).collect()
    }

    /// Whether a record meets every condition but those on account and asset.
    fn lets_through(&self, record: &Record) -> bool {
        let extra = record.extra();
        self.code.is_none_or(|code| record.code == code)
            && record.flags.has(self.flags_all)
            && self.reference.as_deref().is_none_or(|text| extra.reference.as_deref() == Some(text))
            && self.group.is_none_or(|group| extra.group == group)
            && self.pending_id.is_none_or(|id| extra.pending_id == id)
            && self.reverses.is_none_or(|id| extra.reverses == id)
            && self.from.is_none_or(|from| record.at >= from)
            && self.before.is_none_or(|before| record.at < before)
            && self.amount_min.is_none_or(|amount| record.amount >= amount)
            && self.amount_max.is_none_or(|amount| record.amount <= amount)
            && self.metadata.as_ref().is_none_or(|(key, value)| has_metadata(extra, key, value))
    }
}

fn has_metadata(extra: &crate::engine::Extra, key: &str, value: &str) -> bool {
    let Some(text) = &extra.metadata else { return false };
    serde_json::from_str::<kernel::Metadata>(text)
        .is_ok_and(|metadata| metadata.get(key) == Some(value))
}
