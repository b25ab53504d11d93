//! SQL of flows of which nothing was heard.

use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

use crate::flows::{Flow, FlowKind};

/// When flows are asked for again.
pub(super) struct Times {
    pub(super) now: Timestamp,
    pub(super) open: Timestamp,
    pub(super) ended_s: f64,
    pub(super) ended_checks: i32,
}

/// The flow isn't asked for any more.
pub(super) async fn stop(database: &Database, flow: Flow) -> Result<(), DatabaseError> {
    let (table, id) = (flow.kind().table(), flow.id());
    let sql = format!("update payments.{table} set check_at = null where id = $1");
    database.client().await?.execute_prepared(&sql, &[&id]).await?;
    Ok(())
}

/// Takes the flows of a kind that are due, and sets when they are due again.
pub(super) async fn take(
    tx: &Transaction<'_>,
    kind: FlowKind,
    times: &Times,
    limit: usize,
) -> Result<Vec<Flow>, DatabaseError> {
    let table = kind.table();
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
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let Times { now, open, ended_s, ended_checks } = times;
    let rows = tx.query_prepared(&sql, &[now, open, ended_checks, ended_s, &limit]).await?;
    Ok(rows.iter().map(|row| kind.flow(row.get(0))).collect())
}
