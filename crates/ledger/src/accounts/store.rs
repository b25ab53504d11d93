//! SQL of accounts and their history.

use deadpool_postgres::Object;
use hashbrown::HashMap;
use kernel::Amount;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::AccountFilter;
use crate::engine::{Balances, Time};
use crate::error::StoreError;
use crate::journal::ranges::{Ranges, table};
use crate::journal::read::{self, At, StoredAccount};

/// A stored chunk of an account's history.
#[derive(Clone, Debug)]
pub(crate) struct StoredChunk {
    pub(crate) range_no: i64,
    pub(crate) first_seq: i64,
    pub(crate) last_seq: i64,
    /// After the chunk's last entry.
    pub(crate) balances: Balances,
    pub(crate) effective_min: Time,
    pub(crate) effective_max: Time,
    /// Sequences less the range's first one.
    pub(crate) offsets: Vec<i32>,
}

const CHUNK: &str = "range_no, first_seq, last_seq, debits_pending, debits_posted, \
     credits_pending, credits_posted, effective_min, effective_max, offsets";

fn chunk(row: &Row) -> Result<StoredChunk, StoreError> {
    let amount = |index: usize| Ok::<u128, StoreError>(row.try_get::<_, Amount>(index)?.get());
    Ok(StoredChunk {
        range_no: row.try_get(0)?,
        first_seq: row.try_get(1)?,
        last_seq: row.try_get(2)?,
        balances: Balances {
            debits_pending: amount(3)?,
            debits_posted: amount(4)?,
            credits_pending: amount(5)?,
            credits_posted: amount(6)?,
        },
        effective_min: row.try_get::<_, At>(7)?.0,
        effective_max: row.try_get::<_, At>(8)?.0,
        offsets: row.try_get(9)?,
    })
}

/// The newest chunk that begins before a sequence.
pub(crate) async fn chunk_before(
    client: &Client,
    account_no: i64,
    before: i64,
) -> Result<Option<StoredChunk>, StoreError> {
    // Chunks don't overlap: it is the last one that ends before, or the one after that.
    let sql = format!(
        "(select {CHUNK} from ledger.account_chunks where account_no = $1 and last_seq >= $2 \
          order by last_seq limit 1) \
         union all \
         (select {CHUNK} from ledger.account_chunks where account_no = $1 and last_seq < $2 \
          order by last_seq desc limit 1)"
    );
    let rows =
        client.query_typed(&sql, &[(&account_no, Type::INT8), (&before, Type::INT8)]).await?;
    for row in &rows {
        let chunk = chunk(row)?;
        if chunk.first_seq < before {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

/// The oldest chunk that ends at or after a sequence.
pub(crate) async fn chunk_from(
    client: &Client,
    account_no: i64,
    from: i64,
) -> Result<Option<StoredChunk>, StoreError> {
    let sql = format!(
        "select {CHUNK} from ledger.account_chunks where account_no = $1 and last_seq >= $2 \
         order by last_seq limit 1"
    );
    let rows = client.query_typed(&sql, &[(&account_no, Type::INT8), (&from, Type::INT8)]).await?;
    rows.first().map(chunk).transpose()
}

/// All chunks of an account, oldest first.
pub(crate) async fn chunks(
    client: &Client,
    account_no: i64,
) -> Result<Vec<StoredChunk>, StoreError> {
    let sql = format!(
        "select {CHUNK} from ledger.account_chunks where account_no = $1 order by last_seq"
    );
    client.query_typed(&sql, &[(&account_no, Type::INT8)]).await?.iter().map(chunk).collect()
}

/// The last sequence below `end` whose time is before `time`; zero if there is none. Everything
/// below `end` is sealed, and so under the hash chain, whose blocks know their times.
pub(crate) async fn sealed_seq_before(
    client: &Client,
    time: Time,
    ranges: Ranges,
    end: i64,
) -> Result<i64, StoreError> {
    let sql = "select last_seq from ledger.blocks where last_at < $1 and last_seq < $2 \
               order by last_at desc, last_seq desc limit 1";
    let rows =
        client.query_typed(sql, &[(&At(time), Type::TIMESTAMPTZ), (&end, Type::INT8)]).await?;
    let whole: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    let sql = "select last_seq from ledger.blocks where first_seq = $1";
    let rows = client.query_typed(sql, &[(&(whole + 1), Type::INT8)]).await?;
    let next_last = rows.first().map_or(Ok(whole), |row| row.try_get::<_, i64>(0))?;
    // The moment lies within the next block, which may lie in two ranges.
    let last = next_last.min(end - 1);
    let mut seq = whole;
    for no in ranges.of(whole + 1)..=ranges.of(last.max(whole + 1)) {
        if ranges.start(no) >= end {
            break;
        }
        let sql =
            format!("select max(seq) from {} where seq > $1 and seq <= $2 and at < $3", table(no));
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(&whole, Type::INT8), (&last, Type::INT8), (&At(time), Type::TIMESTAMPTZ)];
        let rows = client.query_typed(&sql, &parameters).await?;
        let found: Option<i64> = rows.first().map_or(Ok(None), |row| row.try_get(0))?;
        seq = seq.max(found.unwrap_or(0));
    }
    Ok(seq)
}

/// The same for many times at once. Each lies within one block, where it is searched for in halves:
/// one statement for each step, for all of them.
pub(crate) async fn sealed_seqs_before(
    client: &Client,
    times: &[Time],
    ranges: Ranges,
    end: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut bounds = block_bounds(client, times, end).await?;
    loop {
        let middle = |(low, high): &(i64, i64)| *low + (*high - *low + 1) / 2;
        let open = bounds.iter().filter(|(low, high)| low < high);
        let mut probes: Vec<i64> = open.map(middle).collect();
        probes.dedup();
        if probes.is_empty() {
            return Ok(bounds.into_iter().map(|(low, _)| low).collect());
        }
        let at = times_of(client, &probes, ranges).await?;
        for (bound, time) in bounds.iter_mut().zip(times).filter(|((low, high), _)| low < high) {
            let middle = middle(bound);
            let at = at.get(&middle).ok_or(StoreError::Corrupt("a gap in the journal"))?;
            *bound = if at < time { (middle, bound.1) } else { (bound.0, middle - 1) };
        }
    }
}

/// For each time the last sequence of the blocks that end before it, and of the block after those.
async fn block_bounds(
    client: &Client,
    times: &[Time],
    end: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = "select coalesce(whole.last_seq, 0), coalesce(next.last_seq, whole.last_seq, 0) \
               from unnest($1::timestamptz[]) with ordinality moment (at, no) \
               left join lateral (select last_seq from ledger.blocks \
                   where last_at < moment.at and last_seq < $2 \
                   order by last_at desc, last_seq desc limit 1) whole on true \
               left join ledger.blocks next on next.first_seq = coalesce(whole.last_seq, 0) + 1 \
               order by moment.no";
    let times: Vec<At> = times.iter().map(|time| At(*time)).collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&times, Type::TIMESTAMPTZ_ARRAY), (&end, Type::INT8)];
    let rows = client.query_typed(sql, &parameters).await?;
    let bounds = |row: &Row| Ok((row.try_get(0)?, row.try_get::<_, i64>(1)?.min(end - 1)));
    rows.iter().map(bounds).collect()
}

/// Times of records by sequence, one statement for each range.
async fn times_of(
    client: &Client,
    seqs: &[i64],
    ranges: Ranges,
) -> Result<HashMap<i64, Time>, StoreError> {
    let mut times = HashMap::with_capacity(seqs.len());
    for seqs in seqs.chunk_by(|one, next| ranges.of(*one) == ranges.of(*next)) {
        let sql = format!("select seq, at from {} where seq = any($1)", table(ranges.of(seqs[0])));
        for row in client.query_typed(&sql, &[(&seqs, Type::INT8_ARRAY)]).await? {
            times.insert(row.try_get(0)?, row.try_get::<_, At>(1)?.0);
        }
    }
    Ok(times)
}

/// What chunks know of an account around a sequence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// Before the first of `seqs`.
    pub(crate) before: Balances,
    /// The chunk that begins at or before the sequence and ends after it, if there is one.
    pub(crate) seqs: Vec<i64>,
    /// After the last of `seqs`.
    pub(crate) after: Balances,
}

/// What chunks know of an account around each of the sequences.
pub(crate) async fn chunks_around(
    client: &Client,
    account_no: i64,
    seqs: &[i64],
    ranges: Ranges,
) -> Result<Vec<Around>, StoreError> {
    let sql = format!(
        "select {CHUNK}, wanted.no from unnest($2::bigint[]) with ordinality wanted (seq, no) \
         cross join lateral ( \
             (select range_no, first_seq, last_seq, debits_pending, debits_posted, \
                  credits_pending, credits_posted, effective_min, effective_max, \
                  '{{}}'::integer[] as offsets from ledger.account_chunks \
              where account_no = $1 and last_seq <= wanted.seq order by last_seq desc limit 1) \
             union all \
             (select * from (select {CHUNK} from ledger.account_chunks \
                  where account_no = $1 and last_seq > wanted.seq order by last_seq limit 1) next \
              where next.first_seq <= wanted.seq)) chunks"
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&account_no, Type::INT8), (&seqs, Type::INT8_ARRAY)];
    let mut around = vec![Around::default(); seqs.len()];
    for row in client.query_typed(&sql, &parameters).await? {
        let index = usize::try_from(row.try_get::<_, i64>(10)? - 1)?;
        let (chunk, around) = (chunk(&row)?, &mut around[index]);
        if chunk.last_seq <= seqs[index] {
            around.before = chunk.balances;
            continue;
        }
        let start = ranges.start(chunk.range_no);
        around.seqs = chunk.offsets.iter().map(|offset| start + i64::from(*offset)).collect();
        around.after = chunk.balances;
    }
    Ok(around)
}

/// One account by id.
pub(crate) async fn one(client: &Client, id: u128) -> Result<Option<StoredAccount>, StoreError> {
    let parameter = (&Uuid::from_u128(id) as &(dyn ToSql + Sync), Type::UUID);
    let accounts = read::accounts(client, "a.id = $1", &[parameter]).await?;
    Ok(accounts.into_iter().next())
}

/// Ids of accounts whose address begins with a text, by number. It is asked all the time, so it is
/// planned once.
pub(crate) async fn ids_below(client: &Object, prefix: &str) -> Result<Vec<u128>, StoreError> {
    let sql = "select id from ledger.accounts where address >= $1 and address < $2 order by no";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&prefix, &prefix_end(prefix)]).await?;
    rows.iter().map(|row| Ok(row.try_get::<_, Uuid>(0)?.as_u128())).collect()
}

/// Behind all texts that begin with this one.
fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

/// Ids of accounts by address, in no order.
pub(crate) async fn ids_of_addresses(
    client: &Client,
    addresses: &[&str],
) -> Result<Vec<(Box<str>, u128)>, StoreError> {
    let sql = "select address, id from ledger.accounts where address = any($1)";
    let rows = client.query_typed(sql, &[(&addresses, Type::TEXT_ARRAY)]).await?;
    let pair =
        |row: &Row| Ok((row.try_get::<_, &str>(0)?.into(), row.try_get::<_, Uuid>(1)?.as_u128()));
    rows.iter().map(pair).collect()
}

/// Id and asset of accounts by number.
pub(crate) async fn names(
    client: &Client,
    numbers: &[i64],
) -> Result<Vec<(i64, u128, u32)>, StoreError> {
    let sql = "select no, id, asset from ledger.accounts where no = any($1)";
    let rows = client.query_typed(sql, &[(&numbers, Type::INT8_ARRAY)]).await?;
    let name = |row: &Row| {
        let id = row.try_get::<_, Uuid>(1)?.as_u128();
        Ok((row.try_get(0)?, id, row.try_get::<_, i32>(2)?.cast_unsigned()))
    };
    rows.iter().map(name).collect()
}

/// Accounts that a filter lets through, by number.
pub(crate) async fn list(
    client: &Client,
    filter: &AccountFilter,
    after_no: i64,
    limit: i64,
) -> Result<Vec<StoredAccount>, StoreError> {
    let asset = filter.asset.map(u32::cast_signed);
    let code = filter.code.map(i32::from);
    let (from, before) = (filter.created_from.map(At), filter.created_before.map(At));
    let (key, value) = filter.metadata.clone().unzip();
    let prefix_end = filter.address_prefix.as_deref().map(prefix_end);
    let parameters: [(&(dyn ToSql + Sync), Type); 11] = [
        (&after_no, Type::INT8),
        (&asset, Type::INT4),
        (&code, Type::INT4),
        (&filter.address_prefix, Type::TEXT),
        (&prefix_end, Type::TEXT),
        (&filter.closed, Type::BOOL),
        (&from, Type::TIMESTAMPTZ),
        (&before, Type::TIMESTAMPTZ),
        (&key, Type::TEXT),
        (&value, Type::TEXT),
        (&limit, Type::INT8),
    ];
    let condition = "a.no > $1 \
        and ($2::int is null or a.asset = $2) and ($3::int is null or a.code = $3) \
        and ($4::text is null or (a.address >= $4 and a.address < $5)) \
        and ($6::bool is null or a.closed = $6) \
        and ($7::timestamptz is null or a.created_at >= $7) \
        and ($8::timestamptz is null or a.created_at < $8) \
        and ($9::text is null or a.metadata ->> $9 = $10) order by a.no limit $11";
    read::accounts(client, condition, &parameters).await
}
