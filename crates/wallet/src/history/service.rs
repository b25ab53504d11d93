//! Reading a history.

use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::engine::Account;
use ledger::{AccountId, EntriesQuery, Entry, Order, TransferId};

use super::{EntryKind, HistoryEntry, HistoryPage, HistoryQuery};
use crate::books;
use crate::error::Result;
use crate::people::{Party, party};
use crate::transfers::{Direction, public_id};
use crate::wallet::Wallet;

/// Entries that one request looks at.
const SCAN_MAX: usize = 5_000;
const CHUNK: usize = 500;

impl Wallet {
    /// A page of the history of a user's account, newest first.
    pub async fn history(
        &self,
        user: UserId,
        account: AccountId,
        query: &HistoryQuery,
    ) -> Result<HistoryPage> {
        let (account, _) = self.own_account(user, account).await?;
        let (mut page, mut scanned) = (HistoryPage::default(), 0);
        let mut cursor = query.cursor;
        while scanned < SCAN_MAX {
            let wanted = if query.is_selective() { CHUNK } else { (query.limit + 1).min(CHUNK) };
            let chunk = EntriesQuery {
                order: Order::NewestFirst,
                cursor,
                from: query.from.map(Timestamp::as_micros),
                before: query.before.map(Timestamp::as_micros),
                limit: wanted.min(SCAN_MAX - scanned),
            };
            let entries = self.ledger.entries(&account, &chunk).await?;
            scanned += entries.len();
            let is_last = entries.len() < chunk.limit;
            cursor = entries.last().map_or(cursor, |last| Some(last.transfer.record.seq));
            let matching = entries.into_iter().filter(|entry| moves(entry, account.id, query));
            for entry in self.shown_entries(&account, matching.collect()).await? {
                if !query.lets_through(&entry) {
                    continue;
                }
                if page.entries.len() == query.limit {
                    page.next = page.entries.last().map(|last| last.sequence);
                    return Ok(page);
                }
                page.entries.push(entry);
            }
            if is_last {
                return Ok(page);
            }
        }
        page.next = cursor;
        Ok(page)
    }

    /// Entries of one account with everything that people see of them.
    pub(crate) async fn shown_entries(
        &self,
        account: &Account,
        entries: Vec<Entry>,
    ) -> Result<Vec<HistoryEntry>> {
        let other = |entry: &Entry| other_side(entry, account.id);
        self.learn_owners(entries.iter().map(other)).await?;
        let mut owners: Vec<Option<UserId>> = Vec::with_capacity(entries.len());
        for entry in &entries {
            owners.push(self.owner_of(other(entry)).await?);
        }
        let users = self.users(owners.iter().flatten().copied()).await?;
        let has_message =
            |entry: &&Entry| entry.transfer.record.extra().user_data_32 & books::HAS_MESSAGE != 0;
        let with_message: Vec<u128> = entries
            .iter()
            .filter(has_message)
            .map(|entry| public_id(&entry.transfer.record))
            .collect();
        let messages = self.messages(&with_message).await?;
        let shown = entries.iter().zip(owners).map(|(entry, owner)| {
            let id = public_id(&entry.transfer.record);
            let counterparty = owner.map(|owner| party(&users, owner));
            HistoryEntry::new(account.id, entry, counterparty, messages.get(&id).cloned())
        });
        Ok(shown.collect())
    }
}

/// Whether an entry moves value and meets the conditions that its record tells.
fn moves(entry: &Entry, account: u128, query: &HistoryQuery) -> bool {
    let record = &entry.transfer.record;
    let posted = record.effect().posted;
    posted > 0
        && query.lets_record_through(EntryKind::of(record.code), direction(entry, account), posted)
}

/// Whether an entry moved value at all.
pub(crate) fn has_moved(entry: &Entry) -> bool {
    entry.transfer.record.effect().posted > 0
}

fn direction(entry: &Entry, account: u128) -> Direction {
    if entry.transfer.debit_account == account { Direction::Out } else { Direction::In }
}

fn other_side(entry: &Entry, account: u128) -> u128 {
    match direction(entry, account) {
        Direction::Out => entry.transfer.credit_account,
        Direction::In => entry.transfer.debit_account,
    }
}

impl HistoryEntry {
    fn new(
        account: u128,
        entry: &Entry,
        counterparty: Option<Party>,
        message: Option<String>,
    ) -> Self {
        let record = &entry.transfer.record;
        let balances = &entry.balances;
        let balance = balances.credits_posted.saturating_sub(balances.debits_posted);
        Self {
            transfer_id: TransferId::from_u128(public_id(record)),
            at: Timestamp::from_micros(record.at),
            kind: EntryKind::of(record.code),
            direction: direction(entry, account),
            amount: Amount::new(record.effect().posted),
            balance: Amount::new(balance),
            counterparty,
            message,
            reference: record.extra().reference.as_deref().map(str::to_owned),
            sequence: record.seq,
        }
    }
}
