//! SQL of limits.

use deadpool_postgres::{GenericClient, Object, Transaction};
use hashbrown::HashMap;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;

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
    Ok(client.query_one_prepared("select version from wallet.limits_version", &[]).await?.get(0))
}

pub(super) async fn defaults(client: &Object) -> Result<HashMap<String, Limits>> {
    let sql = "select asset, per_transfer, per_day from wallet.default_limits";
    let rows = client.query_prepared(sql, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), limits(row, 1))).collect())
}

/// Limits of a user's own, by asset.
pub(super) async fn of_user(client: &Object, user: UserId) -> Result<HashMap<String, Limits>> {
    let sql = "select asset, per_transfer, per_day from wallet.user_limits where user_id = $1";
    let rows = client.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(|row| (row.get(0), limits(row, 1))).collect())
}

/// Within a change, `begin_change` keeps them as they are.
pub(super) async fn one(
    client: &impl GenericClient,
    user: Option<UserId>,
    asset: &str,
) -> Result<StoredLimits> {
    let row = match user {
        Some(user) => {
            let sql = "select per_transfer, per_day, version from wallet.user_limits \
                       where user_id = $1 and asset = $2";
            client.query_opt_prepared(sql, &[&user, &asset]).await?
        }
        None => {
            let sql = "select per_transfer, per_day, version from wallet.default_limits \
                       where asset = $1";
            client.query_opt_prepared(sql, &[&asset]).await?
        }
    };
    Ok(stored(row))
}

/// Counts the change. Its lock makes changes wait for each other.
pub(super) async fn begin_change(tx: &Transaction<'_>) -> Result<()> {
    tx.execute_prepared("update wallet.limits_version set version = version + 1", &[]).await?;
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
            tx.execute_prepared(sql, &[&user, &asset, &per_transfer, &per_day, &version, &now])
                .await?;
        }
        None => {
            let sql = "insert into wallet.default_limits \
                       (asset, per_transfer, per_day, version, changed_at) \
                       values ($1, $2, $3, $4, $5) on conflict (asset) do update \
                       set per_transfer = $2, per_day = $3, version = $4, changed_at = $5";
            tx.execute_prepared(sql, &[&asset, &per_transfer, &per_day, &version, &now]).await?;
        }
    }
    Ok(())
}
