//! Reading the feed.

use kernel::{Amount, Timestamp};
use ledger::{Transfer, TransferId};
use parking_lot::Mutex;

use super::{WalletEvent, WalletEventKind};
use crate::books;
use crate::error::Result;
use crate::transfers::public_id;
use crate::wallet::Wallet;

/// Records that are read at a time.
const CHUNK: usize = 1_000;

/// From where to where there was nothing for people: who asks again goes on behind it.
#[derive(Default)]
pub(crate) struct FeedMemory(Mutex<Option<(i64, i64)>>);

impl FeedMemory {
    fn skip(&self, after: i64) -> i64 {
        match *self.0.lock() {
            Some((from, to)) if (from..=to).contains(&after) => to,
            _ => after,
        }
    }

    fn put(&self, from: i64, to: i64) {
        *self.0.lock() = Some((from, to));
    }
}

impl Wallet {
    /// What happened between people after a position of the ledger's journal: at most `limit`
    /// events, oldest first. None means that nothing more is committed.
    pub async fn feed(&self, after: i64, limit: usize) -> Result<Vec<WalletEvent>> {
        let mut position = self.fed.skip(after);
        let mut events = Vec::new();
        while events.len() < limit {
            let records = self.ledger.events(position, CHUNK).await?;
            let Some(last) = records.last().map(|last| last.record.seq) else { break };
            let is_last = records.len() < CHUNK;
            let told = self.told(records).await?;
            events.extend(told.into_iter().take(limit - events.len()));
            position = last;
            if is_last {
                break;
            }
        }
        if events.is_empty() && position > after {
            self.fed.put(after, position);
        }
        Ok(events)
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
