use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;

use super::Remaining;
use crate::error::IdentityError;
use crate::ids::UserId;

pub(crate) async fn remaining(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Remaining, IdentityError> {
    let sql = "select count(*) filter (where used_at is null), max(created_at) \
               from identity.recovery_codes where user_id = $1";
    let row = client.query_one_prepared(sql, &[&user]).await?;
    let left = u32::try_from(row.get::<_, i64>(0)).expect("nobody has that many codes");
    Ok(Remaining { left, created_at: row.get(1) })
}

pub(super) async fn replace(
    tx: &Transaction<'_>,
    user: UserId,
    hashes: &[&[u8]],
    now: Timestamp,
) -> Result<(), IdentityError> {
    delete(tx, user).await?;
    let sql = "insert into identity.recovery_codes (user_id, hash, created_at) \
               select $1, hash, $3 from unnest($2::bytea[]) as hash";
    tx.execute_prepared(sql, &[&user, &hashes, &now]).await?;
    Ok(())
}

/// Of two requests with one code, the second finds it used.
pub(super) async fn mark_used(
    tx: &Transaction<'_>,
    user: UserId,
    hash: &[u8],
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let sql = "update identity.recovery_codes set used_at = $3 \
               where user_id = $1 and hash = $2 and used_at is null";
    Ok(tx.execute_prepared(sql, &[&user, &hash, &now]).await? == 1)
}

pub(crate) async fn delete(tx: &Transaction<'_>, user: UserId) -> Result<u64, IdentityError> {
    let sql = "delete from identity.recovery_codes where user_id = $1";
    Ok(tx.execute_prepared(sql, &[&user]).await?)
}
