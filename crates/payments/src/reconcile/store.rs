//! SQL of the reconciliation.

use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Transaction;
use tokio_postgres::types::FromSqlOwned;

use super::Flow;
use crate::ids::{DepositId, RefundId, WithdrawalId};

/// When flows are asked for again.
pub(super) struct Times {
    pub(super) now: Timestamp,
    pub(super) open: Timestamp,
    pub(super) ended_s: f64,
    pub(super) ended_checks: i32,
}

pub(super) async fn take_deposits(
    tx: &Transaction<'_>,
    times: &Times,
    limit: i64,
) -> Result<Vec<DepositId>, DatabaseError> {
    take(tx, "deposits", times, limit).await
}

pub(super) async fn take_refunds(
    tx: &Transaction<'_>,
    times: &Times,
    limit: i64,
) -> Result<Vec<RefundId>, DatabaseError> {
    take(tx, "refunds", times, limit).await
}

pub(super) async fn take_withdrawals(
    tx: &Transaction<'_>,
    times: &Times,
    limit: i64,
) -> Result<Vec<WithdrawalId>, DatabaseError> {
    take(tx, "withdrawals", times, limit).await
}

/// The flow isn't asked for any more.
pub(super) async fn stop(database: &Database, flow: Flow) -> Result<(), DatabaseError> {
    let (table, id) = match flow {
        Flow::Deposit(id) => ("deposits", id.as_uuid()),
        Flow::Refund(id) => ("refunds", id.as_uuid()),
        Flow::Withdrawal(id) => ("withdrawals", id.as_uuid()),
    };
    let sql = format!("update payments.{table} set check_at = null where id = $1");
    database.client().await?.execute(&sql, &[&id]).await?;
    Ok(())
}

/// Takes the flows of a table that are due, and sets when they are due again.
async fn take<I: FromSqlOwned>(
    tx: &Transaction<'_>,
    table: &'static str,
    times: &Times,
    limit: i64,
) -> Result<Vec<I>, DatabaseError> {
    let sql = format!(
        "update payments.{table} as flow
            set checks = flow.checks + 1,
                check_at = case
                    when flow.status in ('pending', 'requires_action', 'processing') then $2
                    when flow.checks < $3
                        then $1 + make_interval(secs => $4 * power(2, flow.checks + 1))
                end
           from (select id from payments.{table} where check_at <= $1
                  order by check_at limit $5 for update skip locked) as due
          where flow.id = due.id
         returning flow.id"
    );
    let Times { now, open, ended_s, ended_checks } = times;
    let rows = tx.query(&sql, &[now, open, ended_checks, ended_s, &limit]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
