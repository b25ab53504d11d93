//! SQL of verification.

use futures_util::{StreamExt, pin_mut};
use kernel::Amount;
use tokio_postgres::{Client, Row};

use crate::engine::{Record, TransferState};
use crate::error::StoreError;
use crate::journal::ranges::Ranges;
use crate::journal::read::{self, StoredAccount};
use crate::journal::row::{self, RowReader};

/// A range and whether it is sealed.
pub(super) async fn ranges(client: &Client) -> Result<(Ranges, Vec<(i64, bool)>), StoreError> {
    let rows = client.query("select range_size from ledger.settings", &[]).await?;
    let size = rows.first().map_or(Ok(1), |row| row.try_get(0))?;
    let rows = client.query("select no, sealed from ledger.ranges order by no", &[]).await?;
    let range = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
    let list = rows.iter().map(range).collect::<Result<_, StoreError>>()?;
    Ok((Ranges { size }, list))
}

/// Rows of a range in order; an unreadable one ends the stream with its error.
pub(super) async fn range(client: &Client, no: i64) -> Result<Vec<Record>, StoreError> {
    read::range(client, no).await
}

/// A block of the hash chain.
pub(super) struct Block {
    pub(super) first_seq: i64,
    pub(super) last_seq: i64,
    pub(super) hash: Vec<u8>,
    pub(super) tags: Vec<u8>,
}

/// Blocks that begin in a range of sequences, in order.
pub(super) async fn blocks(
    client: &Client,
    seqs: std::ops::Range<i64>,
) -> Result<Vec<Block>, StoreError> {
    let sql = "select first_seq, last_seq, hash, tags from ledger.blocks \
               where first_seq >= $1 and first_seq < $2 order by first_seq";
    let rows = client.query(sql, &[&seqs.start, &seqs.end]).await?;
    let block = |row: &Row| {
        Ok(Block {
            first_seq: row.try_get(0)?,
            last_seq: row.try_get(1)?,
            hash: row.try_get(2)?,
            tags: row.try_get(3)?,
        })
    };
    rows.iter().map(block).collect()
}

/// A stored chunk: account, last sequence, range, offsets, the four balances.
pub(super) struct StoredChunk {
    pub(super) account_no: i64,
    pub(super) last_seq: i64,
    pub(super) first_seq: i64,
    pub(super) balances: crate::engine::Balances,
    pub(super) offsets: Vec<i32>,
}

/// All chunks of a range, by account and sequence.
pub(super) async fn chunks(client: &Client, no: i64) -> Result<Vec<StoredChunk>, StoreError> {
    let sql = "select account_no, last_seq, first_seq, debits_pending, debits_posted, \
               credits_pending, credits_posted, offsets from ledger.account_chunks \
               where range_no = $1 order by account_no, last_seq";
    let rows = client.query(sql, &[&no]).await?;
    let amount =
        |row: &Row, index: usize| Ok::<u128, StoreError>(row.try_get::<_, Amount>(index)?.get());
    let chunk = |row: &Row| {
        Ok(StoredChunk {
            account_no: row.try_get(0)?,
            last_seq: row.try_get(1)?,
            first_seq: row.try_get(2)?,
            balances: crate::engine::Balances {
                debits_pending: amount(row, 3)?,
                debits_posted: amount(row, 4)?,
                credits_pending: amount(row, 5)?,
                credits_posted: amount(row, 6)?,
            },
            offsets: row.try_get(7)?,
        })
    };
    rows.iter().map(chunk).collect()
}

/// All stored states.
pub(super) async fn states(client: &Client) -> Result<Vec<(u128, TransferState)>, StoreError> {
    read::states(client, read::StatesOf::All).await
}

/// Accounts after a number, with their digests.
pub(super) async fn accounts(
    client: &Client,
    after_no: i64,
) -> Result<Vec<StoredAccount>, StoreError> {
    let parameter = (
        &after_no as &(dyn tokio_postgres::types::ToSql + Sync),
        tokio_postgres::types::Type::INT8,
    );
    read::accounts(client, "a.no > $1 order by a.no limit 20000", &[parameter]).await
}

/// Numbers of assets.
pub(super) async fn assets(client: &Client) -> Result<i64, StoreError> {
    Ok(client.query_one("select count(*) from ledger.assets", &[]).await?.try_get(0)?)
}

/// Sequences of the rows of a range that can't be read as journal rows.
pub(super) async fn unreadable(client: &Client, no: i64) -> Result<Option<i64>, StoreError> {
    let table = crate::journal::ranges::table(no);
    let sql = format!("copy {table} ({}) to stdout binary", row::COLUMNS_FULL);
    let stream = client.copy_out(&sql).await?;
    pin_mut!(stream);
    let mut reader = RowReader::default();
    let mut last = None;
    while let Some(bytes) = stream.next().await {
        reader.feed(&bytes?);
        loop {
            match reader.next_row() {
                Ok(Some(record)) => last = Some(record.seq),
                Ok(None) => break,
                Err(_) => return Ok(Some(last.map_or(0, |seq: i64| seq + 1))),
            }
        }
    }
    Ok(None)
}
