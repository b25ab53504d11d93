//! Reading what a statement says.

use futures_util::Stream;
use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::engine::{Account, Balances};
use ledger::{AccountId, Asset, EntriesQuery, Moment, Order};
use tokio_stream::wrappers::ReceiverStream;

use super::{Format, StatementMonth, Summary, months, writer};
use crate::error::{Result, WalletError};
use crate::fields::Month;
use crate::history::has_moved;
use crate::people::Party;
use crate::wallet::Wallet;

/// Entries that are in memory at a time.
const CHUNK: usize = 500;

impl Wallet {
    /// Months of which an account has statements, newest first.
    pub(crate) async fn statement_months(
        &self,
        user: UserId,
        account: AccountId,
    ) -> Result<Vec<StatementMonth>> {
        let (account, _) = self.own_account(user, account).await?;
        Ok(months(Timestamp::from_micros(account.created_at), self.clock.now()))
    }

    /// A statement: its summary, and the whole of it in pieces.
    pub(crate) async fn statement(
        &self,
        user: UserId,
        account: AccountId,
        month: Month,
        format: Format,
    ) -> Result<(Summary, impl Stream<Item = Result<Vec<u8>>> + Send + use<>)> {
        let (account, asset) = self.own_account(user, account).await?;
        let summary = self.statement_summary(user, &account, &asset, month).await?;
        let (sender, receiver) = tokio::sync::mpsc::channel(2);
        let (wallet, told) = (self.clone(), summary.clone());
        tokio::spawn(async move {
            let written = wallet.write_statement(&account, &told, format, &sender).await;
            if let Err(error) = written {
                // The reader sees that the body breaks off.
                drop(sender.send(Err(error)).await);
            }
        });
        Ok((summary, ReceiverStream::new(receiver)))
    }

    async fn statement_summary(
        &self,
        user: UserId,
        account: &Account,
        asset: &Asset,
        month: Month,
    ) -> Result<Summary> {
        let now = self.clock.now();
        let first = Month::of(Timestamp::from_micros(account.created_at));
        if month < first || month > Month::of(now) {
            return Err(WalletError::StatementNotFound);
        }
        let (from, end) = (month.start(), month.next().start());
        let before = end.min(now);
        let start = self.balances_before(account, from).await?;
        let close = self.balances_before(account, before).await?;
        let owner = self.identity.user(user).await?;
        let total = |after: u128, before: u128| Amount::new(after.saturating_sub(before));
        Ok(Summary {
            account_id: AccountId::from_u128(account.id),
            owner: owner.map_or_else(String::new, |owner| Party::of(&owner).label()),
            asset: asset.code.to_string(),
            scale: asset.scale,
            month: month.to_string(),
            from,
            before,
            is_complete: end <= now,
            opening_balance: total(start.credits_posted, start.debits_posted),
            closing_balance: total(close.credits_posted, close.debits_posted),
            total_in: total(close.credits_posted, start.credits_posted),
            total_out: total(close.debits_posted, start.debits_posted),
        })
    }

    async fn balances_before(&self, account: &Account, at: Timestamp) -> Result<Balances> {
        let moment = Moment::At(at.as_micros() - 1);
        Ok(self.ledger.balances_at(account, moment).await?)
    }

    async fn write_statement(
        &self,
        account: &Account,
        summary: &Summary,
        format: Format,
        out: &tokio::sync::mpsc::Sender<Result<Vec<u8>>>,
    ) -> Result<()> {
        let mut writer = writer(format);
        // Nobody reads on: then nothing more is written.
        if out.send(Ok(writer.begin(summary))).await.is_err() {
            return Ok(());
        }
        let mut cursor = None;
        loop {
            let query = EntriesQuery {
                order: Order::OldestFirst,
                cursor,
                from: Some(summary.from.as_micros()),
                before: Some(summary.before.as_micros()),
                limit: CHUNK,
            };
            let mut entries = self.ledger.entries(account, &query).await?;
            let is_last = entries.len() < CHUNK;
            cursor = entries.last().map_or(cursor, |last| Some(last.transfer.record.seq));
            entries.retain(has_moved);
            let shown = self.shown_entries(account, entries).await?;
            let piece = writer.entries(&shown);
            if !piece.is_empty() && out.send(Ok(piece)).await.is_err() {
                return Ok(());
            }
            if is_last {
                break;
            }
        }
        drop(out.send(Ok(writer.end())).await);
        Ok(())
    }
}
