use deadpool_postgres::Transaction;

use super::{DatabaseError, Statements as _};

/// Lets those who lock the same name wait for each other until the transaction ends. For what has
/// no row of its own that could be locked, such as how many of something a user has.
pub async fn lock_name_in_tx(tx: &Transaction<'_>, name: &str) -> Result<(), DatabaseError> {
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
    tx.execute_prepared(sql, &[&name]).await?;
    Ok(())
}
