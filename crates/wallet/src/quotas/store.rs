//! SQL of quotas.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;

use crate::error::Result;

pub(super) async fn requests_since_in_tx(
    tx: &Transaction<'_>,
    payee: UserId,
    since: Timestamp,
) -> Result<i64> {
    let sql = "select count(*) from wallet.requests where payee = $1 and created_at > $2";
    Ok(tx.query_one_prepared(sql, &[&payee, &since]).await?.get(0))
}

pub(super) async fn invitations_since_in_tx(
    tx: &Transaction<'_>,
    sender: UserId,
    since: Timestamp,
) -> Result<i64> {
    let sql = "select count(*) from wallet.invitations where sender = $1 and created_at > $2";
    Ok(tx.query_one_prepared(sql, &[&sender, &since]).await?.get(0))
}

/// Schedules that are neither over nor cancelled.
pub(super) async fn schedules_in_tx(tx: &Transaction<'_>, owner: UserId) -> Result<i64> {
    let sql = "select count(*) from wallet.schedules \
               where owner = $1 and state in ('active', 'paused')";
    Ok(tx.query_one_prepared(sql, &[&owner]).await?.get(0))
}
