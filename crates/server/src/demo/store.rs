//! SQL of the mark, and of taking everything away.

use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

/// What a database says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) begun_at: Timestamp,
    pub(crate) is_finished: bool,
}

/// The mark, if there is a demo world.
pub(crate) async fn mark(database: &Database) -> Result<Option<Mark>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select begun_at, finished_at is not null from operator.demo";
    let row = client.query_opt_prepared(sql, &[]).await?;
    Ok(row.map(|row| Mark { begun_at: row.get(0), is_finished: row.get(1) }))
}

/// Marks a database; false if it is marked already.
pub(super) async fn begin(database: &Database, now: Timestamp) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "insert into operator.demo (begun_at) values ($1) on conflict do nothing";
    Ok(client.execute_prepared(sql, &[&now]).await? == 1)
}

pub(super) async fn finish(database: &Database, now: Timestamp) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    client.execute_prepared("update operator.demo set finished_at = $1", &[&now]).await?;
    Ok(())
}

/// Until when some process leads the ledger, in milliseconds from now; none if none does.
pub(super) async fn lease_ms(database: &Database) -> Result<Option<i64>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select case when lease_until > clock_timestamp() \
               then ceil(extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint end \
               from ledger.leader";
    Ok(client.query_one_prepared(sql, &[]).await?.get(0))
}

/// Takes schemas away with all that is in them, and the mark with them.
pub(super) async fn drop_all(database: &Database, schemas: &[&str]) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    for schema in schemas {
        // A name of our own, from the migrations.
        tx.batch_execute(&format!("drop schema if exists {schema} cascade")).await?;
    }
    tx.execute_prepared("delete from operator.demo", &[]).await?;
    Ok(tx.commit().await?)
}
