//! A user's transfers over all of their accounts, newest first.
//!
//! Each account's history comes from the ledger in the order of the journal, so the accounts are
//! merged by sequence. The ledger seeks period and asset; everything else is looked at one by one, and
//! how much is looked at for one page is bounded: it may come back with few transfers, or none, and
//! still have a next one.

use std::collections::VecDeque;

use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::engine::Account;
use ledger::{EntriesQuery, Entry, Order};

use super::{Direction, Status, Transfer, view};
use crate::books;
use crate::error::Result;
use crate::people::is_found;
use crate::wallet::Wallet;

/// Entries that one request looks at.
pub(crate) const SCAN_MAX: usize = 5_000;
const CHUNK: usize = 200;

/// Which transfers to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TransferQuery {
    pub(crate) direction: Option<Direction>,
    pub(crate) status: Option<Status>,
    pub(crate) asset: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
    /// The other side's handle.
    pub(crate) counterparty: Option<String>,
    pub(crate) amount_min: Option<Amount>,
    pub(crate) amount_max: Option<Amount>,
    /// Part of the message, the reference, or the other side's name, handle or address.
    pub(crate) text: Option<String>,
    /// Go on after this sequence.
    pub(crate) cursor: Option<i64>,
    pub(crate) limit: usize,
}

/// An account's history, chunk by chunk.
struct Source {
    account: Account,
    entries: VecDeque<Entry>,
    cursor: Option<i64>,
    is_begun: bool,
    is_at_end: bool,
}

impl Wallet {
    /// A page, and where the next one goes on.
    pub(crate) async fn transfers(
        &self,
        user: UserId,
        query: &TransferQuery,
    ) -> Result<(Vec<Transfer>, Option<i64>)> {
        let mut accounts = self.ledger_accounts(user).await?;
        if let Some(asset) = &query.asset {
            accounts.retain(|account| account.id == user.account_id(asset));
        }
        let sources = accounts.into_iter().map(|account| Source::new(account, query.cursor));
        let mut sources: Vec<Source> = sources.collect();
        let (mut page, mut scanned) = (Vec::new(), 0);
        let mut cursor = query.cursor;
        loop {
            let mut found = Vec::new();
            while found.len() < query.limit - page.len() && scanned < SCAN_MAX {
                let Some((account, entry)) = self.next_entry(&mut sources, query).await? else {
                    page.extend(self.matching(user, found, query).await?);
                    return Ok((page, None));
                };
                scanned += 1;
                cursor = Some(entry.transfer.record.seq);
                if is_listed(account, &entry, query) {
                    found.push(entry.transfer);
                }
            }
            page.extend(self.matching(user, found, query).await?);
            if page.len() >= query.limit || scanned >= SCAN_MAX {
                let is_more = self.next_entry(&mut sources, query).await?.is_some();
                return Ok((page, cursor.filter(|_| is_more)));
            }
        }
    }

    async fn matching(
        &self,
        user: UserId,
        found: Vec<ledger::Transfer>,
        query: &TransferQuery,
    ) -> Result<Vec<Transfer>> {
        let mut shown = self.views(user, found).await?;
        shown.retain(|it| query.lets_through(it));
        Ok(shown)
    }

    /// The user's accounts, in the order of their creation.
    pub(crate) async fn ledger_accounts(&self, user: UserId) -> Result<Vec<Account>> {
        let mut accounts = self.ledger.accounts_below(&user.account_address("")).await?;
        accounts.retain(|account| account.code == books::USER_ACCOUNT);
        Ok(accounts)
    }

    /// The newest entry that wasn't taken yet, with the id of its account.
    async fn next_entry(
        &self,
        sources: &mut [Source],
        query: &TransferQuery,
    ) -> Result<Option<(u128, Entry)>> {
        for source in sources.iter_mut() {
            if source.entries.is_empty() && !source.is_at_end {
                source.fill(self, query).await?;
            }
        }
        let head = |source: &Source| source.entries.front().map(|it| it.transfer.record.seq);
        let newest = sources.iter_mut().max_by_key(|source| head(source));
        let Some(source) = newest else { return Ok(None) };
        let id = source.account.id;
        Ok(source.entries.pop_front().map(|entry| (id, entry)))
    }
}

impl Source {
    fn new(account: Account, cursor: Option<i64>) -> Self {
        Self { account, entries: VecDeque::new(), cursor, is_begun: false, is_at_end: false }
    }

    async fn fill(&mut self, wallet: &Wallet, query: &TransferQuery) -> Result<()> {
        // Few are wanted in most cases; who needs a second helping gets a large one.
        let limit = if self.is_begun { CHUNK } else { CHUNK.min(2 * query.limit) };
        self.is_begun = true;
        let query = EntriesQuery {
            order: Order::NewestFirst,
            cursor: self.cursor,
            from: query.from.map(Timestamp::as_micros),
            before: query.before.map(Timestamp::as_micros),
            limit,
        };
        let entries = wallet.ledger.entries(&self.account, &query).await?;
        self.is_at_end = entries.len() < limit;
        self.cursor = entries.last().map_or(self.cursor, |last| Some(last.transfer.record.seq));
        self.entries = entries.into();
        Ok(())
    }
}

/// Whether an entry of an account is a transfer to list. What an invited person got is the
/// sender's hold, so the sender sees only that.
fn is_listed(account: u128, entry: &Entry, query: &TransferQuery) -> bool {
    let record = &entry.transfer.record;
    let direction =
        if entry.transfer.debit_account == account { Direction::Out } else { Direction::In };
    let is_received_claim = view::is_claim(record) && direction == Direction::In;
    books::is_between_people(record.code)
        && (view::is_root(record) || is_received_claim)
        && query.direction.is_none_or(|wanted| wanted == direction)
        && query.amount_min.is_none_or(|min| record.amount >= min.get())
        && query.amount_max.is_none_or(|max| record.amount <= max.get())
}

impl TransferQuery {
    /// Conditions on what became of it, what people wrote and who they are.
    fn lets_through(&self, it: &Transfer) -> bool {
        let other = if it.direction == Direction::Out { &it.to } else { &it.from };
        let words = [it.message.as_deref(), it.reference.as_deref()];
        self.status.is_none_or(|status| it.status == status)
            && self.counterparty.as_ref().is_none_or(|handle| other.has_handle(handle))
            && self.text.as_ref().is_none_or(|text| is_found(text, Some(other), words))
    }
}
