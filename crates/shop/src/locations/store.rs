//! SQL of locations.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::Location;
use crate::error::Result;
use crate::ids::LocationId;

const COLUMNS: &str = "id, handle, title, country, priority, is_active, version, created_at";

fn location(row: &Row) -> Location {
    Location {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        country: row.get(3),
        priority: row.get(4),
        is_active: row.get(5),
        version: row.get::<_, i32>(6).cast_unsigned(),
        created_at: row.get(7),
    }
}

/// False if its handle or id is taken.
pub(super) async fn insert(client: &impl GenericClient, new: &Location) -> Result<bool> {
    let sql = format!(
        "insert into shop.locations ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict do nothing"
    );
    let version = new.version.cast_signed();
    let written = client
        .execute_prepared(
            &sql,
            &[
                &new.id,
                &new.handle,
                &new.title,
                &new.country,
                &new.priority,
                &new.is_active,
                &version,
                &new.created_at,
            ],
        )
        .await?;
    Ok(written == 1)
}

/// All, in the order in which orders are sent from them.
pub(crate) async fn list(client: &impl GenericClient) -> Result<Vec<Location>> {
    let sql = format!("select {COLUMNS} from shop.locations order by priority, handle");
    Ok(client.query_prepared(&sql, &[]).await?.iter().map(location).collect())
}

/// Those from which orders are sent, in that order.
pub(crate) async fn active(client: &impl GenericClient) -> Result<Vec<Location>> {
    let sql =
        format!("select {COLUMNS} from shop.locations where is_active order by priority, handle");
    Ok(client.query_prepared(&sql, &[]).await?.iter().map(location).collect())
}

/// The location, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: LocationId) -> Result<Option<Location>> {
    let sql = format!("select {COLUMNS} from shop.locations where id = $1 for update");
    Ok(tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(location))
}

pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &Location) -> Result<()> {
    let sql = "update shop.locations \
        set title = $2, country = $3, priority = $4, is_active = $5, version = $6 where id = $1";
    let version = it.version.cast_signed();
    tx.execute_prepared(
        sql,
        &[&it.id, &it.title, &it.country, &it.priority, &it.is_active, &version],
    )
    .await?;
    Ok(())
}
