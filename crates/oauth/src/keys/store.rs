use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{KeyRow, PublicKey};

/// One at a time makes keys: otherwise two first starts would make two.
pub(super) async fn lock(tx: &Transaction<'_>) -> Result<(), DatabaseError> {
    let sql = "lock table oauth.signing_keys in share row exclusive mode";
    Ok(tx.batch_execute(sql).await?)
}

/// When the newest key signs from; none if there is no key.
pub(super) async fn newest(tx: &Transaction<'_>) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = "select max(signs_from) from oauth.signing_keys";
    Ok(tx.query_one_prepared(sql, &[]).await?.get(0))
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    key: &KeyRow,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.signing_keys (kid, x, y, sealed_secret, created_at, signs_from) \
               values ($1, $2, $3, $4, $5, $6)";
    let PublicKey { kid, x, y } = &key.public;
    tx.execute_prepared(sql, &[kid, x, y, &key.sealed_secret, &now, &key.signs_from]).await?;
    Ok(())
}

/// All keys that there are end then.
pub(super) async fn retire(tx: &Transaction<'_>, at: Timestamp) -> Result<(), DatabaseError> {
    let sql = "update oauth.signing_keys set retires_at = $1 where retires_at is null";
    tx.execute_prepared(sql, &[&at]).await?;
    Ok(())
}

pub(super) async fn delete_retired(
    tx: &Transaction<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.signing_keys where retires_at <= $1", &[&now]).await?;
    Ok(())
}

/// The key that signs now: the latest of those whose time has come.
pub(super) async fn signing(
    client: &impl GenericClient,
    now: Timestamp,
) -> Result<Option<KeyRow>, DatabaseError> {
    let sql = "select kid, x, y, sealed_secret, signs_from from oauth.signing_keys \
               where signs_from <= $1 order by signs_from desc limit 1";
    let row = client.query_opt_prepared(sql, &[&now]).await?;
    Ok(row.map(|row| KeyRow {
        public: public(&row),
        sealed_secret: row.get(3),
        signs_from: row.get(4),
    }))
}

/// Those that are published.
pub(super) async fn published(
    database: &Database,
    now: Timestamp,
) -> Result<Vec<PublicKey>, DatabaseError> {
    let sql = "select kid, x, y from oauth.signing_keys \
               where retires_at is null or retires_at > $1 order by signs_from desc";
    let rows = database.client().await?.query_prepared(sql, &[&now]).await?;
    Ok(rows.iter().map(public).collect())
}

fn public(row: &Row) -> PublicKey {
    PublicKey { kid: row.get(0), x: row.get(1), y: row.get(2) }
}
