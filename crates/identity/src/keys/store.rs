use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

use super::KeyRow;

/// One at a time makes keys: otherwise two first starts would make two.
pub(super) async fn lock(tx: &Transaction<'_>) -> Result<(), DatabaseError> {
    let sql = "lock table identity.signing_keys in share row exclusive mode";
    Ok(tx.batch_execute(sql).await?)
}

pub(super) async fn all(client: &impl GenericClient) -> Result<Vec<KeyRow>, DatabaseError> {
    let sql = "select kid, public_key, sealed_secret, signs_from, retires_at \
               from identity.signing_keys order by signs_from, kid";
    let rows = client.query_prepared(sql, &[]).await?;
    let key = |row: &tokio_postgres::Row| KeyRow {
        kid: row.get(0),
        public_key: row.get(1),
        sealed_secret: row.get(2),
        signs_from: row.get(3),
        retires_at: row.get(4),
    };
    Ok(rows.iter().map(key).collect())
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    key: &KeyRow,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.signing_keys \
               (kid, public_key, sealed_secret, created_at, signs_from) \
               values ($1, $2, $3, $4, $5)";
    let (public, secret) = (&key.public_key, &key.sealed_secret);
    tx.execute_prepared(sql, &[&key.kid, public, secret, &now, &key.signs_from]).await?;
    Ok(())
}

/// All keys that there are end then.
pub(super) async fn retire(tx: &Transaction<'_>, at: Timestamp) -> Result<(), DatabaseError> {
    let sql = "update identity.signing_keys set retires_at = $1 where retires_at is null";
    tx.execute_prepared(sql, &[&at]).await?;
    Ok(())
}

pub(super) async fn delete_before(
    database: &Database,
    moment: Timestamp,
) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from identity.signing_keys where retires_at < $1";
    Ok(client.execute_prepared(sql, &[&moment]).await?)
}
