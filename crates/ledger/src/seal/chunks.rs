//! The history of accounts in a sealed range: chunks of at most [`CHUNK`] entries, each with the
//! balances after its last one. Any position of an account's history is near known balances, and
//! the journal needs no index by account.

use bytes::{BufMut, BytesMut};
use futures_util::{SinkExt, pin_mut};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::engine::{Balances, Record, Time};
use crate::error::StoreError;
use crate::journal::numeric::put_numeric;
use crate::journal::ranges::Ranges;
use crate::journal::read;
use crate::journal::row::{HEADER, TRAILER, put_i64, put_time};
use crate::view::{Entries, Tail};

/// Entries of a full chunk.
pub(crate) const CHUNK: usize = 256;
/// Accounts whose balances are asked of the database at once.
const ACCOUNTS: usize = 10_000;

/// A row of `ledger.account_chunks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) account_no: i64,
    pub(crate) range_no: i64,
    pub(crate) first_seq: i64,
    pub(crate) last_seq: i64,
    pub(crate) balances: Balances,
    pub(crate) effective_min: Time,
    pub(crate) effective_max: Time,
    pub(crate) offsets: Vec<u32>,
}

/// Chunks of every account that a range touched, by account and sequence.
pub(super) async fn build(
    client: &Client,
    tail: &Tail,
    ranges: Ranges,
) -> Result<Vec<Chunk>, StoreError> {
    let mut unknown: Vec<i64> = Vec::new();
    let mut chunks = Vec::new();
    for (no, entries) in &tail.touched {
        match entries.balances {
            Some(balances) => split(*no, entries, balances, tail, &mut chunks),
            None => unknown.push(*no),
        }
    }
    // After a restart the balances of accounts that nobody asked for are not in memory.
    for numbers in unknown.chunks(ACCOUNTS) {
        for stored in
            read::accounts(client, "a.no = any($1)", &[(&numbers, Type::INT8_ARRAY)]).await?
        {
            let no = stored.account.no;
            let mut balances = stored.account.balances;
            let entries = &tail.touched[&no];
            for offset in &entries.offsets {
                balances.apply(record(tail, *offset), no);
            }
            split(no, entries, balances, tail, &mut chunks);
        }
    }
    debug_assert_eq!(ranges.start(tail.no), tail.start);
    chunks.sort_unstable_by_key(|chunk| (chunk.account_no, chunk.last_seq));
    Ok(chunks)
}

fn record(tail: &Tail, offset: u32) -> &Record {
    tail.record(tail.start + i64::from(offset)).expect("the range holds its entries")
}

/// Splits an account's entries, from the last one backwards, because the balances at the end
/// are the ones that are known.
fn split(no: i64, entries: &Entries, end: Balances, tail: &Tail, chunks: &mut Vec<Chunk>) {
    let mut balances = end;
    for offsets in entries.offsets.chunks(CHUNK).rev() {
        let at_end = balances;
        let (mut effective_min, mut effective_max) = (Time::MAX, Time::MIN);
        for offset in offsets.iter().rev() {
            let record = record(tail, *offset);
            balances.unapply(record, no);
            let effective = record.extra().effective_at.unwrap_or(record.at);
            effective_min = effective_min.min(effective);
            effective_max = effective_max.max(effective);
        }
        chunks.push(Chunk {
            account_no: no,
            range_no: tail.no,
            first_seq: tail.start + i64::from(offsets[0]),
            last_seq: tail.start + i64::from(offsets[offsets.len() - 1]),
            balances: at_end,
            effective_min,
            effective_max,
            offsets: offsets.to_vec(),
        });
    }
}

/// Writes chunks within the transaction at hand.
pub(super) async fn copy(client: &Client, chunks: &[Chunk]) -> Result<(), StoreError> {
    const ROWS: usize = 4_096;
    let sql = "copy ledger.account_chunks (account_no, last_seq, range_no, first_seq, \
               debits_pending, debits_posted, credits_pending, credits_posted, \
               effective_min, effective_max, offsets) from stdin binary";
    let sink = client.copy_in(sql).await?;
    pin_mut!(sink);
    let mut data = BytesMut::from(HEADER);
    for rows in chunks.chunks(ROWS) {
        rows.iter().for_each(|chunk| put_chunk(&mut data, chunk));
        sink.feed(data.split().freeze()).await?;
    }
    data.put_i16(TRAILER);
    sink.feed(data.freeze()).await?;
    sink.finish().await?;
    Ok(())
}

fn put_chunk(data: &mut BytesMut, chunk: &Chunk) {
    data.put_i16(11);
    put_i64(data, chunk.account_no);
    put_i64(data, chunk.last_seq);
    put_i64(data, chunk.range_no);
    put_i64(data, chunk.first_seq);
    put_numeric(data, chunk.balances.debits_pending);
    put_numeric(data, chunk.balances.debits_posted);
    put_numeric(data, chunk.balances.credits_pending);
    put_numeric(data, chunk.balances.credits_posted);
    put_time(data, chunk.effective_min);
    put_time(data, chunk.effective_max);
    put_integers(data, &chunk.offsets);
}

/// An `integer[]` in binary form: dimensions, flags, element type, then length and lower bound.
fn put_integers(data: &mut BytesMut, values: &[u32]) {
    const INT4: i32 = 23;
    let length = i32::try_from(values.len()).expect("chunks are small");
    data.put_i32(20 + 8 * length);
    data.put_i32(1);
    data.put_i32(0);
    data.put_i32(INT4);
    data.put_i32(length);
    data.put_i32(1);
    for value in values {
        data.put_i32(4);
        data.put_u32(*value);
    }
}
