//! SQL of the list of transfers, range by range.

use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::TransferFilter;
use crate::accounts::Order;
use crate::engine::Record;
use crate::error::StoreError;
use crate::journal::ranges::table;
use crate::journal::read::{self, At, RECORD};

/// Records of one sealed range between two sequences (both exclusive) that a filter lets
/// through. `account` and `asset` of the filter are handled by the caller.
pub(super) async fn range(
    client: &Client,
    range_no: i64,
    filter: &TransferFilter,
    order: Order,
    (low, high): (i64, i64),
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    let direction = match order {
        Order::NewestFirst => "desc",
        Order::OldestFirst => "asc",
    };
    let sql = format!(
        "select {RECORD} from {} where seq > $1 and seq < $2 \
         and ($3::int is null or code = $3) and (flags & $4) = $4 \
         and ($5::text is null or reference = $5) and ($6::uuid is null or group_id = $6) \
         and ($7::uuid is null or pending_id = $7) and ($8::uuid is null or reverses = $8) \
         and ($9::timestamptz is null or at >= $9) and ($10::timestamptz is null or at < $10) \
         and ($11::text is null or amount >= $11::numeric) \
         and ($12::text is null or amount <= $12::numeric) \
         and ($13::text is null or metadata ->> $13 = $14) \
         and ($15::int is null or debit_account in (select no from ledger.accounts where asset = $15)) \
         order by seq {direction} limit $16",
        table(range_no)
    );
    let uuid = |id: Option<u128>| id.map(Uuid::from_u128);
    let code = filter.code.map(i32::from);
    let flags = i32::from(filter.flags_all);
    let (group, pending_id, reverses) =
        (uuid(filter.group), uuid(filter.pending_id), uuid(filter.reverses));
    let (from, before) = (filter.from.map(At), filter.before.map(At));
    let text = |amount: Option<u128>| amount.map(|amount| amount.to_string());
    let (amount_min, amount_max) = (text(filter.amount_min), text(filter.amount_max));
    let (key, value) = filter.metadata.clone().unzip();
    let asset = filter.asset.map(u32::cast_signed);
    let parameters: [(&(dyn ToSql + Sync), Type); 16] = [
        (&low, Type::INT8),
        (&high, Type::INT8),
        (&code, Type::INT4),
        (&flags, Type::INT4),
        (&filter.reference, Type::TEXT),
        (&group, Type::UUID),
        (&pending_id, Type::UUID),
        (&reverses, Type::UUID),
        (&from, Type::TIMESTAMPTZ),
        (&before, Type::TIMESTAMPTZ),
        (&amount_min, Type::TEXT),
        (&amount_max, Type::TEXT),
        (&key, Type::TEXT),
        (&value, Type::TEXT),
        (&asset, Type::INT4),
        (&limit, Type::INT8),
    ];
    client.query_typed(&sql, &parameters).await?.iter().map(read::record).collect()
}

/// Ranges that hold rows with a given optional column: only those have an index on it.
pub(super) async fn ranges_with(client: &Client, column: &str) -> Result<Vec<i64>, StoreError> {
    let sql = "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace \
               where n.nspname = 'ledger' and c.relkind = 'i' \
               and c.relname like 'transfers\\_%\\_' || $1";
    let rows = client.query_typed(sql, &[(&column, Type::TEXT)]).await?;
    let mut ranges = Vec::with_capacity(rows.len());
    for row in &rows {
        let name: &str = row.try_get(0)?;
        let no = name.trim_start_matches("transfers_").split('_').next();
        ranges.extend(no.and_then(|no| no.parse::<i64>().ok()));
    }
    Ok(ranges)
}
