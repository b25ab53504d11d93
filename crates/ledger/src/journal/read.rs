//! Reading the journal back: whole ranges as a stream, single records by id or sequence, and
//! the facts that the engine asks for.

use deadpool_postgres::GenericClient;
use futures_util::{StreamExt, pin_mut};
use kernel::db::Statements as _;
use kernel::{Amount, SignedAmount};
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::ranges::{self, Ranges};
use super::row::{self, RowReader};
use crate::engine::{
    Account, AccountDetails, AccountFlags, Balances, IdFilter, IdSpan, Limits, PendingStatus,
    RangeIds, Record, SealedIds, Time, TransferFlags, TransferState, TransferStatus,
};
use crate::error::StoreError;

/// A `timestamptz` in microseconds of the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(pub(crate) Time);

type SqlError = Box<dyn std::error::Error + Sync + Send>;

impl FromSql<'_> for At {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, SqlError> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(micros.saturating_add(row::POSTGRES_EPOCH)))
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

impl ToSql for At {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, SqlError> {
        bytes::BufMut::put_i64(out, self.0.saturating_sub(row::POSTGRES_EPOCH));
        Ok(tokio_postgres::types::IsNull::No)
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
    tokio_postgres::types::to_sql_checked!();
}

/// Columns of a journal row for [`record`].
pub(crate) const RECORD: &str = row::COLUMNS_FULL;

/// A record from a row that starts with the columns [`RECORD`].
pub(crate) fn record(row: &Row) -> Result<Record, StoreError> {
    let number = |index: usize| -> Result<u128, StoreError> {
        Ok(row.try_get::<_, Option<Amount>>(index)?.map_or(0, |value| value.get()))
    };
    let uuid = |index: usize| -> Result<u128, StoreError> {
        Ok(row.try_get::<_, Option<Uuid>>(index)?.map_or(0, |id| id.as_u128()))
    };
    let small = |index: usize| -> Result<u32, StoreError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(index)?.unwrap_or(0))?)
    };
    let text = |index: usize| -> Result<Option<Box<str>>, StoreError> {
        Ok(row.try_get::<_, Option<RawText<'_>>>(index)?.map(|text| text.0.into()))
    };
    let extra = crate::engine::Extra {
        pending_id: uuid(8)?,
        released: row.try_get::<_, Option<Amount>>(9)?.map(|value| value.get()),
        timeout_s: small(10)?,
        user_data_128: number(11)?,
        user_data_64: u64::try_from(number(12)?)?,
        user_data_32: small(13)?,
        group: uuid(14)?,
        reverses: uuid(15)?,
        effective_at: row.try_get::<_, Option<At>>(16)?.map(|at| at.0),
        reference: text(17)?,
        metadata: text(18)?,
    };
    Ok(Record {
        seq: row.try_get(0)?,
        id: uuid(1)?,
        debit: row.try_get(2)?,
        credit: row.try_get(3)?,
        at: row.try_get::<_, At>(4)?.0,
        code: u16::try_from(row.try_get::<_, i32>(5)?)?,
        flags: TransferFlags(u16::try_from(row.try_get::<_, i32>(6)?)?),
        amount: row.try_get::<_, Amount>(7)?.get(),
        extra: (extra != crate::engine::Extra::default()).then(|| Box::new(extra)),
    })
}

/// Text or JSON, exactly as stored.
pub(crate) struct RawText<'a>(pub(crate) &'a str);

impl<'a> FromSql<'a> for RawText<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, SqlError> {
        Ok(Self(std::str::from_utf8(raw)?))
    }
    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT || *ty == Type::JSON
    }
}

/// Reads a whole range in the order of its sequences.
pub(crate) async fn range(client: &Client, no: i64) -> Result<Vec<Record>, StoreError> {
    let sql = format!("copy {} ({}) to stdout binary", ranges::table(no), row::COLUMNS_FULL);
    let stream = client.copy_out(&sql).await?;
    pin_mut!(stream);
    let mut reader = RowReader::default();
    let mut records = Vec::new();
    while let Some(bytes) = stream.next().await {
        reader.feed(&bytes?);
        while let Some(record) = reader.next_row()? {
            records.push(record);
        }
    }
    // Batches are written over several connections, so rows need not lie in order.
    records.sort_unstable_by_key(|record| record.seq);
    Ok(records)
}

/// Records of one sealed range by sequence, in the order of their sequences.
pub(crate) async fn by_seq(
    client: &Client,
    range_no: i64,
    seqs: &[i64],
) -> Result<Vec<Record>, StoreError> {
    let sql = format!(
        "select {RECORD} from {} where seq = any($1) order by seq",
        ranges::table(range_no)
    );
    client.query_typed(&sql, &[(&seqs, Type::INT8_ARRAY)]).await?.iter().map(record).collect()
}

/// Records by id, looked for in these sealed ranges.
pub(crate) async fn by_id(
    client: &Client,
    ids: &[Uuid],
    ranges: impl IntoIterator<Item = i64>,
) -> Result<Vec<Record>, StoreError> {
    let mut records: Vec<Record> = Vec::new();
    for no in ranges {
        let sql = format!("select {RECORD} from {} where id = any($1)", ranges::table(no));
        let rows = client.query_typed(&sql, &[(&ids, Type::UUID_ARRAY)]).await?;
        for row in &rows {
            records.push(record(row)?);
        }
        if records.len() == ids.len() {
            break;
        }
    }
    Ok(records)
}

/// Ids that failed for good, with their status.
pub(crate) async fn failed(
    client: &Client,
    ids: &[Uuid],
) -> Result<Vec<(u128, TransferStatus)>, StoreError> {
    let sql = "select id, status from ledger.failed_transfers where id = any($1)";
    client.query(sql, &[&ids]).await?.iter().map(failure).collect()
}

/// Ids that failed since a sequence, each with the sequence that was next then.
pub(crate) async fn failed_since(
    client: &Client,
    seq: i64,
) -> Result<Vec<(u128, TransferStatus, i64)>, StoreError> {
    let sql = "select id, status, seq from ledger.failed_transfers where seq >= $1";
    let rows = client.query(sql, &[&seq]).await?;
    let failure = |row| failure(row).and_then(|(id, status)| Ok((id, status, row.try_get(2)?)));
    rows.iter().map(failure).collect()
}

fn failure(row: &Row) -> Result<(u128, TransferStatus), StoreError> {
    let status = u8::try_from(row.try_get::<_, i16>(1)?)?;
    let status = TransferStatus::from_code(status).ok_or(StoreError::Corrupt("a status"))?;
    Ok((row.try_get::<_, Uuid>(0)?.as_u128(), status))
}

/// Which stored states to read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StatesOf<'a> {
    Transfers(&'a [Uuid]),
    Groups(&'a [Uuid]),
    /// Open, with a time limit.
    Expiring,
    All,
}

/// States as of the last sealed range.
pub(crate) async fn states(
    client: &Client,
    of: StatesOf<'_>,
) -> Result<Vec<(u128, TransferState)>, StoreError> {
    let select = "select id, seq, status, remaining, reversed, expires_at, group_id, changed_seq \
                  from ledger.transfer_states";
    let rows = match of {
        StatesOf::Transfers(ids) => {
            client.query(&format!("{select} where id = any($1)"), &[&ids]).await?
        }
        StatesOf::Groups(ids) => {
            client.query(&format!("{select} where group_id = any($1)"), &[&ids]).await?
        }
        StatesOf::All => client.query(select, &[]).await?,
        StatesOf::Expiring => {
            let sql = format!("{select} where status = 1 and expires_at is not null");
            client.query(&sql, &[]).await?
        }
    };
    rows.iter().map(state).collect()
}

fn state(row: &Row) -> Result<(u128, TransferState), StoreError> {
    let status = u8::try_from(row.try_get::<_, i16>(2)?)?;
    let state = TransferState {
        seq: row.try_get(1)?,
        status: PendingStatus::from_code(status).ok_or(StoreError::Corrupt("a status"))?,
        remaining: row.try_get::<_, Amount>(3)?.get(),
        reversed: row.try_get::<_, Amount>(4)?.get(),
        expires_at: row.try_get::<_, Option<At>>(5)?.map(|at| at.0),
        group: row.try_get::<_, Option<Uuid>>(6)?.map_or(0, |id| id.as_u128()),
        changed_seq: row.try_get(7)?,
    };
    Ok((row.try_get::<_, Uuid>(0)?.as_u128(), state))
}

/// An account with its balances as of the last sealed range.
#[derive(Clone, Debug)]
pub(crate) struct StoredAccount {
    pub(crate) account: Account,
    /// The last sealed transfer that the balances include; zero if there is none.
    pub(crate) last_seq: i64,
    pub(crate) digest: Vec<u8>,
}

/// Columns for [`account`], from `ledger.accounts a` and its last chunk `c`.
const ACCOUNT: &str = "a.no, a.id, a.asset, a.code, a.flags, a.closed, a.version, a.floor, \
     a.ceiling, a.user_data_128, a.user_data_64, a.user_data_32, a.address, a.metadata, \
     a.created_at, a.digest, c.last_seq, c.debits_pending, c.debits_posted, c.credits_pending, \
     c.credits_posted";
const LAST_CHUNK: &str = "left join lateral (select * from ledger.account_chunks c \
     where c.account_no = a.no order by c.last_seq desc limit 1) c on true";

/// Accounts by a condition on `a`, such as `a.no = any($1)`.
pub(crate) async fn accounts(
    client: &Client,
    condition: &str,
    parameters: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Vec<StoredAccount>, StoreError> {
    let sql = format!("select {ACCOUNT} from ledger.accounts a {LAST_CHUNK} where {condition}");
    accounts_in(&client.query_typed(&sql, parameters).await?)
}

/// The statement for accounts with these ids.
pub(crate) fn accounts_by_id() -> String {
    let each = kernel::each!(1, "uuid");
    format!("select {ACCOUNT} from ledger.accounts a {LAST_CHUNK} where a.id = any({each})")
}

/// The statement for accounts with these addresses.
pub(crate) fn accounts_by_address() -> String {
    let each = kernel::each!(1, "text");
    format!("select {ACCOUNT} from ledger.accounts a {LAST_CHUNK} where a.address = any({each})")
}

/// What one of these statements found.
pub(crate) fn accounts_in(rows: &[Row]) -> Result<Vec<StoredAccount>, StoreError> {
    rows.iter().map(account).collect()
}

/// Those with these ids.
pub(crate) async fn accounts_of(
    client: &impl GenericClient,
    ids: &[Uuid],
) -> Result<Vec<StoredAccount>, StoreError> {
    accounts_in(&client.query_prepared(&accounts_by_id(), &[&ids]).await?)
}

fn account(row: &Row) -> Result<StoredAccount, StoreError> {
    let natural = |index: usize| -> Result<u128, StoreError> {
        Ok(row.try_get::<_, Option<Amount>>(index)?.map_or(0, |value| value.get()))
    };
    let limit = |index: usize| -> Result<Option<i128>, StoreError> {
        Ok(row.try_get::<_, Option<SignedAmount>>(index)?.map(|value| value.get()))
    };
    let text = |index: usize| -> Result<Option<Box<str>>, StoreError> {
        Ok(row.try_get::<_, Option<RawText<'_>>>(index)?.map(|text| text.0.into()))
    };
    let details = AccountDetails {
        user_data_128: natural(9)?,
        user_data_64: u64::try_from(natural(10)?)?,
        user_data_32: u32::try_from(row.try_get::<_, Option<i64>>(11)?.unwrap_or(0))?,
        address: text(12)?,
        metadata: text(13)?,
    };
    let account = Account {
        no: row.try_get(0)?,
        id: row.try_get::<_, Uuid>(1)?.as_u128(),
        asset: row.try_get::<_, i32>(2)?.cast_unsigned(),
        code: u16::try_from(row.try_get::<_, i32>(3)?)?,
        flags: AccountFlags(u16::try_from(row.try_get::<_, i32>(4)?)?),
        closed: row.try_get(5)?,
        version: row.try_get::<_, i32>(6)?.cast_unsigned(),
        limits: Limits { floor: limit(7)?, ceiling: limit(8)? },
        created_at: row.try_get::<_, At>(14)?.0,
        balances: Balances {
            debits_pending: natural(17)?,
            debits_posted: natural(18)?,
            credits_pending: natural(19)?,
            credits_posted: natural(20)?,
        },
        details: (details != AccountDetails::default()).then(|| Box::new(details)),
    };
    let last_seq = row.try_get::<_, Option<i64>>(16)?.unwrap_or(0);
    Ok(StoredAccount { account, last_seq, digest: row.try_get(15)? })
}

/// Numbers of all assets.
pub(crate) async fn assets(client: &Client) -> Result<Vec<u32>, StoreError> {
    let rows = client.query("select no from ledger.assets", &[]).await?;
    rows.iter().map(|row| Ok(row.try_get::<_, i32>(0)?.cast_unsigned())).collect()
}

/// How the ledger's numbers stand.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    pub(crate) ranges: Ranges,
    /// The first range that is not sealed.
    pub(crate) open_range: i64,
    /// Highest number of an existing partition, if there is one.
    pub(crate) last_range: Option<i64>,
    pub(crate) next_account_no: i64,
    pub(crate) last_account_at: Time,
    pub(crate) last_sealed_at: Time,
    /// By number of the sealed range.
    pub(crate) sealed: Vec<SealedIds>,
}

/// Reads the counters; creates the settings of a new ledger.
pub(crate) async fn counters(client: &Client, range_size: i64) -> Result<Counters, StoreError> {
    let sql = "insert into ledger.settings (range_size) values ($1) on conflict do nothing";
    client.execute(sql, &[&range_size]).await?;
    let size = client.query_one("select range_size from ledger.settings", &[]).await?.try_get(0)?;
    let sql = "select count(*) filter (where sealed), max(no), max(last_at) from ledger.ranges";
    let row = client.query_one(sql, &[]).await?;
    let (open_range, last_range) = (row.try_get(0)?, row.try_get(1)?);
    let last_sealed_at = row.try_get::<_, Option<At>>(2)?.map_or(0, |at| at.0);
    let sql = "select coalesce(max(no), 0) + 1, max(created_at) from ledger.accounts";
    let row = client.query_one(sql, &[]).await?;
    let next_account_no = row.try_get(0)?;
    let last_account_at = row.try_get::<_, Option<At>>(1)?.map_or(0, |at| at.0);
    let sealed = sealed_ids(client, Ranges { size }).await?;
    let ranges = Ranges { size };
    Ok(Counters {
        ranges,
        open_range,
        last_range,
        next_account_no,
        last_account_at,
        last_sealed_at,
        sealed,
    })
}

/// What is remembered of the ids of each sealed range.
async fn sealed_ids(client: &Client, ranges: Ranges) -> Result<Vec<SealedIds>, StoreError> {
    let sql = "select no, id_min, id_max, id_filter from ledger.ranges where sealed order by no";
    let mut sealed = Vec::new();
    for row in client.query(sql, &[]).await? {
        let no: i64 = row.try_get(0)?;
        sealed.push(match row.try_get::<_, Option<&[u8]>>(3)? {
            Some(filter) => stored_ids(&row, filter)?,
            None => older_ids(client, ranges, no).await?,
        });
    }
    Ok(sealed)
}

fn stored_ids(row: &Row, filter: &[u8]) -> Result<SealedIds, StoreError> {
    let span = match (row.try_get::<_, Option<Uuid>>(1)?, row.try_get::<_, Option<Uuid>>(2)?) {
        (Some(min), Some(max)) => Some(IdSpan { min: min.as_u128(), max: max.as_u128() }),
        _ => None,
    };
    let filter = match filter {
        [] => None,
        bytes => {
            let filter =
                IdFilter::from_bytes(bytes).ok_or(StoreError::Corrupt("a filter of ids"))?;
            Some(std::sync::Arc::new(filter))
        }
    };
    Ok(SealedIds { span, filter })
}

/// A range that was sealed before there were filters gets its own now.
async fn older_ids(client: &Client, ranges: Ranges, no: i64) -> Result<SealedIds, StoreError> {
    tracing::info!(range = no, "making the filter of a range's ids");
    let seqs = ranges.seqs(no);
    let sql = format!(
        "select id from {} union all \
         select id from ledger.failed_transfers where seq >= $1 and seq < $2",
        ranges::table(no)
    );
    let mut ids = RangeIds::default();
    for row in client.query(&sql, &[&seqs.start, &seqs.end]).await? {
        ids.note(row.try_get::<_, Uuid>(0)?.as_u128());
    }
    let sealed = SealedIds::of(&ids);
    store_ids(client, no, &sealed).await?;
    Ok(sealed)
}

/// Writes what is remembered of a sealed range's ids.
pub(crate) async fn store_ids(client: &Client, no: i64, ids: &SealedIds) -> Result<(), StoreError> {
    let min = ids.span.map(|span| Uuid::from_u128(span.min));
    let max = ids.span.map(|span| Uuid::from_u128(span.max));
    let filter = ids.filter.as_ref().map_or_else(Vec::new, |filter| filter.to_bytes());
    let sql = "update ledger.ranges set id_min = $2, id_max = $3, id_filter = $4 where no = $1";
    client.execute(sql, &[&no, &min, &max, &filter]).await?;
    Ok(())
}
