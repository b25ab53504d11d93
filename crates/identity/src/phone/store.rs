use std::collections::HashMap;

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use uuid::Uuid;

use super::{CodesOfADay, Phone};
use crate::challenges::Purpose;
use crate::ids::UserId;

/// A user's number, and the one whose code was sent last and may still be answered.
pub(super) async fn get(
    client: &impl GenericClient,
    user: UserId,
    now: Timestamp,
) -> Result<Phone, DatabaseError> {
    let sql = "select number, confirmed_at from identity.phones where user_id = $1";
    let confirmed = client.query_opt_prepared(sql, &[&user]).await?;
    let sql = "select email, code_expires_at from identity.challenges \
               where user_id = $1 and purpose = $2 and used_at is null and code_expires_at > $3 \
               order by id desc limit 1";
    let purpose = Purpose::VerifyPhone.as_str();
    let waiting = client.query_opt_prepared(sql, &[&user, &purpose, &now]).await?;
    let pair = |row: tokio_postgres::Row| (row.get(0), row.get(1));
    Ok(Phone { confirmed: confirmed.map(pair), waiting: waiting.map(pair) })
}

/// The numbers of those users who have one.
pub(super) async fn of_users(
    client: &impl GenericClient,
    users: &[Uuid],
) -> Result<HashMap<UserId, String>, DatabaseError> {
    let sql = "select user_id, number from identity.phones where user_id = any($1)";
    let rows = client.query_prepared(sql, &[&users]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Sets the number of a user.
pub(super) async fn put(
    tx: &Transaction<'_>,
    user: UserId,
    number: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.phones (user_id, number, confirmed_at) values ($1, $2, $3) \
               on conflict (user_id) do update \
               set number = excluded.number, confirmed_at = excluded.confirmed_at";
    tx.execute_prepared(sql, &[&user, &number, &now]).await?;
    Ok(())
}

/// Answers with the number that was there.
pub(crate) async fn delete(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<Option<String>, DatabaseError> {
    let sql = "delete from identity.phones where user_id = $1 returning number";
    Ok(tx.query_opt_prepared(sql, &[&user]).await?.map(|row| row.get(0)))
}

/// Counts the codes of the last day; nobody else counts before this transaction ends.
pub(super) async fn count_codes(
    tx: &Transaction<'_>,
    user: UserId,
    number_hash: &[u8],
    since: Timestamp,
) -> Result<CodesOfADay, DatabaseError> {
    tx.execute_prepared("lock table identity.phone_codes in share row exclusive mode", &[]).await?;
    let sql = "select \
         (select count(*) from identity.phone_codes where number_hash = $2 and at > $3), \
         (select count(*) from identity.phone_codes where user_id = $1 and at > $3), \
         (select count(*) from identity.phone_codes where at > $3)";
    let row = tx.query_one_prepared(sql, &[&user, &number_hash, &since]).await?;
    Ok(CodesOfADay { to_number: row.get(0), for_user: row.get(1), to_all: row.get(2) })
}

pub(super) async fn note_code(
    tx: &Transaction<'_>,
    user: UserId,
    number_hash: &[u8],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.phone_codes (user_id, number_hash, at) values ($1, $2, $3)";
    tx.execute_prepared(sql, &[&user, &number_hash, &now]).await?;
    Ok(())
}

/// Removes what no limit counts any more, some at a time.
pub(crate) async fn delete_codes_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.phone_codes where id in \
               (select id from identity.phone_codes where at < $1 limit $2)";
    let client = database.client().await?;
    Ok(client.execute_prepared(sql, &[&moment, &limit]).await?)
}
