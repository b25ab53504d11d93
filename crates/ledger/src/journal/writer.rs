//! A connection that writes batches: each in one transaction, with as few round trips as the
//! protocol allows. Statements are sent without waiting for the answers of those before.

use std::pin::Pin;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{SinkExt, TryFutureExt, future::try_join};
use hashbrown::HashMap;
use tokio_postgres::{Client, CopyInSink, Error, Statement};

use super::account_row::{self, put_account};
use super::ranges::{self, Ranges};
use super::row::{self, HEADER, TRAILER};
use crate::engine::{Account, Effects, Record, TransferStatus};

/// Bytes sent at once: large enough to be cheap, small enough to overlap with the server's work.
const CHUNK: usize = 256 * 1024;

/// One COPY of a batch, encoded.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    statement: String,
    data: Bytes,
}

/// A batch, encoded and ready to be written. Writing it again is harmless until it is committed.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    copies: Vec<Copy>,
    changed: Vec<Account>,
}

impl Encoded {
    /// Encodes what a batch leaves behind.
    pub(crate) fn new(effects: &Effects, ranges: Ranges) -> Self {
        let mut copies = Vec::new();
        if !effects.accounts_created.is_empty() {
            copies.push(encode_accounts(&effects.accounts_created));
        }
        let parts = ranges.split(&effects.records);
        copies.extend(parts.iter().map(|(no, records)| encode_records(*no, records)));
        if !effects.failed.is_empty() {
            copies.push(encode_failed(effects));
        }
        let is_older = |account: &&Account| {
            // The engine gives them in the order of their numbers.
            effects
                .accounts_created
                .binary_search_by_key(&account.no, |created| created.no)
                .is_err()
        };
        Self {
            copies,
            changed: effects.accounts_changed.iter().filter(is_older).cloned().collect(),
        }
    }
}

fn encode_records(no: i64, records: &[Record]) -> Copy {
    let full = records.iter().any(row::has_extra);
    let mut data = BytesMut::with_capacity(records.len() * 112 + 64);
    data.put_slice(HEADER);
    for record in records {
        if full { row::put_full(&mut data, record) } else { row::put_short(&mut data, record) }
    }
    data.put_i16(TRAILER);
    let columns = if full { row::COLUMNS_FULL } else { row::COLUMNS_SHORT };
    let statement = format!("copy {} ({columns}) from stdin binary", ranges::table(no));
    Copy { statement, data: data.freeze() }
}

fn encode_accounts(accounts: &[Account]) -> Copy {
    let mut data = BytesMut::from(HEADER);
    accounts.iter().for_each(|account| put_account(&mut data, account));
    data.put_i16(TRAILER);
    let statement = format!("copy ledger.accounts ({}) from stdin binary", account_row::COLUMNS);
    Copy { statement, data: data.freeze() }
}

fn encode_failed(effects: &Effects) -> Copy {
    let seq = effects.next_seq;
    let mut data = BytesMut::from(HEADER);
    for (id, status) in &effects.failed {
        put_failed(&mut data, *id, *status, seq, effects.at);
    }
    data.put_i16(TRAILER);
    let statement = "copy ledger.failed_transfers (id,status,seq,at) from stdin binary".to_owned();
    Copy { statement, data: data.freeze() }
}

fn put_failed(data: &mut BytesMut, id: u128, status: TransferStatus, seq: i64, at: i64) {
    data.put_i16(4);
    row::put_uuid(data, id);
    data.put_i32(2);
    data.put_i16(status.code().into());
    row::put_i64(data, seq);
    row::put_time(data, at);
}

/// When a batch is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// It is its turn: right behind what is written.
    AtOnce,
    /// When its turn comes.
    Later,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Writer {
    client: Client,
    fence: String,
    statements: HashMap<String, Statement>,
}

impl Writer {
    /// A writer for one epoch.
    pub(crate) fn new(client: Client, epoch: i64) -> Self {
        let fence = format!("begin; select ledger.fence({epoch})");
        Self { client, fence, statements: HashMap::new() }
    }

    /// Writes a batch. Each step is sent behind the one before it, without waiting for its end: if
    /// that fails, Postgres refuses what follows, and a commit becomes a rollback.
    pub(crate) async fn write(&mut self, batch: &Encoded, commit: Commit) -> Result<(), Error> {
        let mut statements = Vec::with_capacity(batch.copies.len());
        for copy in &batch.copies {
            statements.push(self.prepare(&copy.statement).await?);
        }
        let mut open = None;
        for (copy, statement) in batch.copies.iter().zip(&statements) {
            let next = self.client.copy_in(statement);
            let ((), sink) = try_join(self.end(open.take()), next).await?;
            open = Some(feed(sink, copy).await?);
        }
        let is_last = batch.changed.is_empty();
        match commit {
            Commit::AtOnce if is_last => {
                return try_join(self.end(open), self.commit()).map_ok(|_| ()).await;
            }
            _ => self.end(open).await?,
        }
        for account in &batch.changed {
            self.update_account(account).await?;
        }
        match commit {
            Commit::AtOnce => self.commit().await,
            Commit::Later => Ok(()),
        }
    }

    /// Ends the COPY that is open; begins the transaction if there was none.
    async fn end(&self, open: Option<Sink>) -> Result<(), Error> {
        match open {
            Some(mut sink) => sink.as_mut().finish().await.map(|_| ()),
            None => self.client.batch_execute(&self.fence).await,
        }
    }

    /// Commits what was written.
    pub(crate) async fn commit(&self) -> Result<(), Error> {
        self.client.batch_execute("commit").await
    }

    /// Statements are prepared once for each range.
    async fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        const STATEMENTS_MAX: usize = 16;
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    async fn update_account(&self, account: &Account) -> Result<(), Error> {
        let metadata = account.details.as_ref().and_then(|details| details.metadata.as_deref());
        let sql = "update ledger.accounts set closed = $2, version = $3, \
             floor = $4::text::numeric, ceiling = $5::text::numeric, \
             metadata = $6::text::json, digest = $7 where no = $1";
        let statement = self.client.prepare(sql).await?;
        let text = |limit: Option<i128>| limit.map(|limit| limit.to_string());
        let digest = account_row::account_digest(account);
        self.client
            .execute(
                &statement,
                &[
                    &account.no,
                    &account.closed,
                    &account.version.cast_signed(),
                    &text(account.limits.floor),
                    &text(account.limits.ceiling),
                    &metadata,
                    &digest.as_slice(),
                ],
            )
            .await
            .map(|_| ())
    }
}

/// A COPY whose data is sent.
type Sink = Pin<Box<CopyInSink<Bytes>>>;

async fn feed(sink: CopyInSink<Bytes>, copy: &Copy) -> Result<Sink, Error> {
    let mut sink = Box::pin(sink);
    let mut data = copy.data.clone();
    while data.len() > CHUNK {
        sink.feed(data.split_to(CHUNK)).await?;
    }
    sink.feed(data).await?;
    Ok(sink)
}
