use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::Suppression;
use crate::ids::MailId;

pub(crate) async fn is_suppressed(
    database: &Database,
    address: &str,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "select exists (select from notifications.suppressions where address = lower($1))";
    Ok(client.query_one_prepared(sql, &[&address]).await?.get(0))
}

pub(crate) async fn add(
    database: &Database,
    now: Timestamp,
    address: &str,
    reply: &str,
    message: MailId,
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let sql = "insert into notifications.suppressions (address, reply, message_id, created_at)
        values (lower($1), $2, $3, $4)
            on conflict (address) do update
           set reply = excluded.reply, message_id = excluded.message_id";
    client.execute_prepared(sql, &[&address, &reply, &message, &now]).await?;
    Ok(())
}

/// Answers with the mail for which it was there.
pub(crate) async fn remove(
    client: &impl GenericClient,
    address: &str,
) -> Result<Option<MailId>, DatabaseError> {
    // Postgres has no text with a zero in it, so no address has one.
    if address.contains('\0') {
        return Ok(None);
    }
    let sql = "delete from notifications.suppressions where address = lower($1)
        returning message_id";
    Ok(client.query_opt_prepared(sql, &[&address]).await?.map(|row| row.get(0)))
}

/// In the order of addresses.
pub(super) async fn list(
    database: &Database,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Suppression>, DatabaseError> {
    let client = database.client().await?;
    // A cursor with a zero, which Postgres can't read, was not made here: it goes on from before it.
    let after = after.map(|after| after.split('\0').next().unwrap_or_default());
    let sql = "select address, reply, message_id, created_at from notifications.suppressions
         where $1::text is null or address > $1 order by address limit $2";
    let rows = client.query_prepared(sql, &[&after, &limit]).await?;
    Ok(rows.iter().map(to_suppression).collect())
}

fn to_suppression(row: &Row) -> Suppression {
    Suppression {
        address: row.get(0),
        reply: row.get(1),
        message: row.get(2),
        created_at: row.get(3),
    }
}
