//! Reading the feed.

use kernel::{Amount, Timestamp};
use ledger::{Transfer, TransferId};
use parking_lot::Mutex;

use super::{WalletEvent, WalletEventKind, store};
use crate::books;
use crate::error::Result;
use crate::transfers::public_id;
use crate::wallet::Wallet;

/// Records that are read at a time.
const CHUNK: usize = 1_000;

/// How much longer a gap is before it is stored again: so many records are read in a second.
const STORED_EVERY: i64 = 10_000;

/// Nothing after the record `from`, up to and with `to`, is between people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// The newest gap: who asks again goes on behind it, also after a restart.
#[derive(Default)]
pub(crate) struct FeedMemory(Mutex<Memory>);

#[derive(Clone, Copy, Default)]
struct Memory {
    is_read: bool,
    gap: Option<Gap>,
    /// Where the gap that is stored ends.
    stored: i64,
}

impl Gap {
    fn has(self, position: i64) -> bool {
        (self.from..=self.to).contains(&position)
    }
}

impl Memory {
    fn skip(&self, after: i64) -> i64 {
        self.gap.filter(|gap| gap.has(after)).map_or(after, |gap| gap.to)
    }

    /// Takes note of a gap; `Some` if it is to be stored.
    fn put(&mut self, new: Gap) -> Option<Gap> {
        let gap = match self.gap {
            Some(old) if old.has(new.from) => Gap { from: old.from, to: old.to.max(new.to) },
            _ => new,
        };
        self.gap = Some(gap);
        let is_due = gap.to - gap.from.max(self.stored) >= STORED_EVERY;
        is_due.then(|| {
            self.stored = gap.to;
            gap
        })
    }
}

impl Wallet {
    /// What happened between people after a position of the ledger's journal: at most `limit`
    /// events, oldest first. None means that nothing more is committed.
    pub async fn feed(&self, after: i64, limit: usize) -> Result<Vec<WalletEvent>> {
        let mut position = self.behind_gap(after).await?;
        let mut events: Vec<WalletEvent> = Vec::new();
        while events.len() < limit {
            let records = self.ledger.events(position, CHUNK).await?;
            let Some(last) = records.last().map(|last| last.record.seq) else { break };
            let is_last = records.len() < CHUNK;
            events.extend(self.told(records).await?);
            position = last;
            if is_last {
                break;
            }
        }
        if events.len() > limit {
            events.truncate(limit);
            return Ok(events);
        }
        let from = events.last().map_or(after, |last| last.seq);
        if position > from {
            self.remember(Gap { from, to: position }).await?;
        }
        Ok(events)
    }

    async fn behind_gap(&self, after: i64) -> Result<i64> {
        let known = *self.fed.0.lock();
        if known.is_read {
            return Ok(known.skip(after));
        }
        let client = self.database.client().await?;
        let gap = store::gap(&client).await?;
        let read = Memory { is_read: true, gap, stored: gap.map_or(0, |gap| gap.to) };
        *self.fed.0.lock() = read;
        Ok(read.skip(after))
    }

    async fn remember(&self, gap: Gap) -> Result<()> {
        let due = self.fed.0.lock().put(gap);
        let Some(gap) = due else { return Ok(()) };
        let client = self.database.client().await?;
        store::put_gap(&client, gap).await
    }

    async fn told(&self, records: Vec<Transfer>) -> Result<Vec<WalletEvent>> {
        let known =
            records.into_iter().filter_map(|it| Some((WalletEventKind::of(&it.record)?, it)));
        let known: Vec<(WalletEventKind, Transfer)> = known.collect();
        let accounts = known.iter().flat_map(|(_, it)| [it.debit_account, it.credit_account]);
        self.learn_owners(accounts).await?;
        let with_message: Vec<u128> = known
            .iter()
            .filter(|(_, it)| it.record.extra().user_data_32 & books::HAS_MESSAGE != 0)
            .map(|(_, it)| public_id(&it.record))
            .collect();
        let messages = self.messages(&with_message).await?;
        let mut events = Vec::with_capacity(known.len());
        for (kind, it) in known {
            let message = messages.get(&public_id(&it.record)).cloned();
            events.extend(self.event(kind, &it, message).await?);
        }
        Ok(events)
    }

    async fn event(
        &self,
        kind: WalletEventKind,
        it: &Transfer,
        message: Option<String>,
    ) -> Result<Option<WalletEvent>> {
        // A reversal goes the other way; the event speaks of the transfer that it takes back.
        let (from, to) = match kind {
            WalletEventKind::Reversed => (it.credit_account, it.debit_account),
            _ => (it.debit_account, it.credit_account),
        };
        let Some(sender) = self.owner_of(from).await? else { return Ok(None) };
        let record = &it.record;
        let amount = match kind {
            // What is given back, which the record of an expiry or a void has as its release.
            WalletEventKind::Declined | WalletEventKind::Cancelled | WalletEventKind::Expired => {
                record.extra().released.unwrap_or(record.amount)
            }
            _ => record.amount,
        };
        Ok(Some(WalletEvent {
            seq: record.seq,
            at: Timestamp::from_micros(record.at),
            transfer_id: TransferId::from_u128(public_id(record)),
            kind,
            sender,
            recipient: self.owner_of(to).await?,
            asset: it.asset.code.to_string(),
            scale: it.asset.scale,
            amount: Amount::new(amount),
            message,
            reference: record.extra().reference.as_deref().map(str::to_owned),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_grow_at_their_end_and_are_skipped() {
        let mut memory = Memory::default();
        assert_eq!(memory.put(Gap { from: 5, to: 9 }), None);
        memory.put(Gap { from: 9, to: 20 });
        for (after, expected) in [(4, 4), (5, 20), (12, 20), (20, 20), (21, 21)] {
            assert_eq!(memory.skip(after), expected, "{after}");
        }
        memory.put(Gap { from: 30, to: 40 });
        assert_eq!((memory.skip(5), memory.skip(30)), (5, 40));
    }

    #[test]
    fn only_long_gaps_are_stored_and_not_each_time() {
        let mut memory = Memory::default();
        let mut put = |from, to| memory.put(Gap { from, to }).is_some();
        assert!(!put(0, STORED_EVERY - 1) && put(0, STORED_EVERY));
        assert!(!put(0, STORED_EVERY + 5) && put(0, 2 * STORED_EVERY));
        assert!(!put(3 * STORED_EVERY, 3 * STORED_EVERY + 5));
    }
}
