//! SQL of the feed.

use deadpool_postgres::Object;
use kernel::db::Statements as _;

use super::service::Gap;
use crate::error::Result;

pub(super) async fn gap(client: &Object) -> Result<Option<Gap>> {
    let sql = "select from_seq, to_seq from wallet.feed_gap";
    let row = client.query_opt_prepared(sql, &[]).await?;
    Ok(row.map(|row| Gap { from: row.get(0), to: row.get(1) }))
}

/// Writes it unless there is one that goes further.
pub(super) async fn put_gap(client: &Object, gap: Gap) -> Result<()> {
    let sql = "insert into wallet.feed_gap (from_seq, to_seq) values ($1, $2) \
               on conflict (only_row) do update set from_seq = $1, to_seq = $2 \
               where feed_gap.to_seq < $2";
    client.execute_prepared(sql, &[&gap.from, &gap.to]).await?;
    Ok(())
}
