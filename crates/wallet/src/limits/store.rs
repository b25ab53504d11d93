//! SQL of limits.

use deadpool_postgres::Object;
use hashbrown::HashMap;
use identity::UserId;
use kernel::{Amount, Timestamp};
use tokio_postgres::{Row, Transaction};

use super::{Limits, StoredLimits};
use crate::error::Result;

fn limits(row: &Row, at: usize) -> Limits {
    let amount = |index: usize| row.get::<_, Option<Amount>>(index);
    Limits { per_transfer: amount(at), per_day: amount(at + 1) }
}

fn stored(row: Option<Row>) -> StoredLimits {
    let read = |row: Row| StoredLimits {
        limits: limits(&row, 0),
        version: row.get::<_, i32>(2).cast_unsigned(),
    };
    row.map(read).unwrap_or_default()
}

/// How often limits were changed.
pub(super) async fn version(client: &Object) -> Result<i64> {
    let statement = client.prepare_cached("select version from wallet.limits_version").await?;
    Ok(client.query_one(&statement, &[]).await?.get(0))
}

pub(super) async fn defaults(client: &Object) -> Result<HashMap<String, Limits>> {
    let sql = "select asset, per_transfer, per_day from wallet.default_limits";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), limits(row, 1))).collect())
}

/// Limits of a user's own, by asset.
pub(super) async fn of_user(client: &Object, user: UserId) -> Result<HashMap<String, Limits>> {
    let sql = "select asset, per_transfer, per_day from wallet.user_limits where user_id = $1";
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&user]).await?;
    Ok(rows.iter().map(|row| (row.get(0), limits(row, 1))).collect())
}

pub(super) async fn one(
    client: &Object,
    user: Option<UserId>,
    asset: &str,
) -> Result<StoredLimits> {
    let row = match user {
        Some(user) => {
            let sql = "select per_transfer, per_day, version from wallet.user_limits \
                       where user_id = $1 and asset = $2";
            let statement = client.prepare_cached(sql).await?;
            client.query_opt(&statement, &[&user, &asset]).await?
        }
        None => {
            let sql = "select per_transfer, per_day, version from wallet.default_limits \
                       where asset = $1";
            let statement = client.prepare_cached(sql).await?;
            client.query_opt(&statement, &[&asset]).await?
        }
    };
    Ok(stored(row))
}

/// Counts the change. Its lock makes changes wait for each other.
pub(super) async fn begin_change(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("update wallet.limits_version set version = version + 1", &[]).await?;
    Ok(())
}

pub(super) async fn put_in_tx(
    tx: &Transaction<'_>,
    user: Option<UserId>,
    asset: &str,
    new: &StoredLimits,
    now: Timestamp,
) -> Result<()> {
    let Limits { per_transfer, per_day } = new.limits;
    let version = new.version.cast_signed();
    match user {
        Some(user) => {
            let sql = "insert into wallet.user_limits \
                       (user_id, asset, per_transfer, per_day, version, changed_at) \
                       values ($1, $2, $3, $4, $5, $6) on conflict (user_id, asset) do update \
                       set per_transfer = $3, per_day = $4, version = $5, changed_at = $6";
            tx.execute(sql, &[&user, &asset, &per_transfer, &per_day, &version, &now]).await?;
        }
        None => {
            let sql = "insert into wallet.default_limits \
                       (asset, per_transfer, per_day, version, changed_at) \
                       values ($1, $2, $3, $4, $5) on conflict (asset) do update \
                       set per_transfer = $2, per_day = $3, version = $4, changed_at = $5";
            tx.execute(sql, &[&asset, &per_transfer, &per_day, &version, &now]).await?;
        }
    }
    Ok(())
}

/// The limits within a change.
pub(super) async fn one_in_tx(
    tx: &Transaction<'_>,
    user: Option<UserId>,
    asset: &str,
) -> Result<StoredLimits> {
    let row = match user {
        Some(user) => {
            let sql = "select per_transfer, per_day, version from wallet.user_limits \
                       where user_id = $1 and asset = $2 for update";
            tx.query_opt(sql, &[&user, &asset]).await?
        }
        None => {
            let sql = "select per_transfer, per_day, version from wallet.default_limits \
                       where asset = $1 for update";
            tx.query_opt(sql, &[&asset]).await?
        }
    };
    Ok(stored(row))
}
