use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::Enrolment;
use crate::error::IdentityError;
use crate::ids::UserId;

pub(super) async fn is_confirmed(
    client: &impl GenericClient,
    user: UserId,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from identity.totps \
               where user_id = $1 and confirmed_at is not null)";
    Ok(client.query_one_prepared(sql, &[&user]).await?.get(0))
}

/// Locked, so that two requests can't use one code.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<Option<Enrolment>, IdentityError> {
    let sql = "select secret, created_at, confirmed_at, last_step, failures, failed_at \
               from identity.totps where user_id = $1 for update";
    Ok(tx.query_opt_prepared(sql, &[&user]).await?.map(|row| enrolment(&row)))
}

fn enrolment(row: &Row) -> Enrolment {
    Enrolment {
        secret: row.get(0),
        created_at: row.get(1),
        confirmed_at: row.get(2),
        last_step: row.get(3),
        failures: u32::try_from(row.get::<_, i32>(4)).expect("the table checks the number"),
        failed_at: row.get(5),
    }
}

/// A new secret takes the place of one that was never confirmed, but not of its failures: else
/// each new secret would give new tries.
pub(super) async fn start(
    tx: &Transaction<'_>,
    user: UserId,
    secret: &[u8],
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let sql = "insert into identity.totps (user_id, secret, created_at) values ($1, $2, $3) \
               on conflict (user_id) do update set secret = excluded.secret, \
               created_at = excluded.created_at where totps.confirmed_at is null";
    Ok(tx.execute_prepared(sql, &[&user, &secret, &now]).await? == 1)
}

pub(super) async fn confirm(
    tx: &Transaction<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.totps set confirmed_at = $2 where user_id = $1";
    tx.execute_prepared(sql, &[&user, &now]).await?;
    Ok(())
}

pub(super) async fn use_step(
    tx: &Transaction<'_>,
    user: UserId,
    step: i64,
) -> Result<(), IdentityError> {
    let sql = "update identity.totps set last_step = $2, failures = 0, failed_at = null \
               where user_id = $1";
    tx.execute_prepared(sql, &[&user, &step]).await?;
    Ok(())
}

pub(super) async fn count_failure(
    tx: &Transaction<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.totps set failures = failures + 1, failed_at = $2 \
               where user_id = $1 and failures < 2147483647";
    tx.execute_prepared(sql, &[&user, &now]).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Transaction<'_>, user: UserId) -> Result<(), IdentityError> {
    tx.execute_prepared("delete from identity.totps where user_id = $1", &[&user]).await?;
    Ok(())
}
