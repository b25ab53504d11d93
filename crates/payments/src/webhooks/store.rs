//! SQL of webhooks.

use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

/// Stores what came; false if it came before.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    provider: &str,
    event_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.webhooks (provider, event_id, body, received_at)
        values ($1, $2, $3, $4) on conflict (provider, event_id) do nothing";
    Ok(tx.execute_prepared(sql, &[&provider, &event_id, &body, &now]).await? == 1)
}

/// The body of an event that was not processed yet.
pub(super) async fn unprocessed(
    database: &Database,
    provider: &str,
    event_id: &str,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "select body from payments.webhooks
        where provider = $1 and event_id = $2 and processed_at is null";
    let row = database.client().await?.query_opt_prepared(sql, &[&provider, &event_id]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn set_processed(
    database: &Database,
    provider: &str,
    event_id: &str,
    outcome: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.webhooks set processed_at = $3, outcome = $4
        where provider = $1 and event_id = $2 and processed_at is null";
    database.client().await?.execute_prepared(sql, &[&provider, &event_id, &now, &outcome]).await?;
    Ok(())
}

/// Deletes what was processed before; a few at a time, so that nobody waits.
pub(super) async fn forget(database: &Database, before: Timestamp) -> Result<u64, DatabaseError> {
    let sql = "delete from payments.webhooks where (provider, event_id) in
        (select provider, event_id from payments.webhooks where processed_at < $1 limit 1000)";
    let mut forgotten = 0;
    loop {
        let client = database.client().await?;
        match client.execute_prepared(sql, &[&before]).await? {
            0 => return Ok(forgotten),
            count => forgotten += count,
        }
    }
}
