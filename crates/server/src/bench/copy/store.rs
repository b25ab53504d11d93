use anyhow::Context as _;
use bytes::Bytes;
use futures_util::SinkExt as _;
use kernel::Database;
use tokio_postgres::Client;

use super::row::COLUMNS;

/// Bytes sent at once, as the ledger does.
const CHUNK: usize = 256 * 1024;

/// A journal like the ledger's, in a schema of its own.
pub(super) async fn create(database: &Database) -> anyhow::Result<()> {
    let sql = "drop schema if exists bench_copy cascade; create schema bench_copy; \
               create table bench_copy.transfers (like ledger.transfers including defaults) \
               partition by range (seq)";
    Ok(database.client().await?.batch_execute(sql).await?)
}

pub(super) async fn drop_all(database: &Database) -> anyhow::Result<()> {
    Ok(database.client().await?.batch_execute("drop schema bench_copy cascade").await?)
}

pub(super) async fn create_range(database: &Database, no: i64, size: i64) -> anyhow::Result<()> {
    let (from, to) = (no * size + 1, (no + 1) * size + 1);
    let sql = format!(
        "create table bench_copy.transfers_{no} (like ledger.transfers including defaults) \
             with (autovacuum_enabled = false); \
         alter table bench_copy.transfers attach partition bench_copy.transfers_{no} \
             for values from ({from}) to ({to})"
    );
    Ok(database.client().await?.batch_execute(&sql).await?)
}

/// The indexes that the ledger gives to a full range.
pub(super) async fn index_range(database: Database, no: i64) -> anyhow::Result<()> {
    let client = database.dedicated_client().await?;
    let sql = format!(
        "create unique index on bench_copy.transfers_{no} (id); \
         create unique index on bench_copy.transfers_{no} (seq)"
    );
    Ok(client.batch_execute(&sql).await?)
}

/// One batch in one transaction.
pub(super) async fn copy_in(client: &Client, range: i64, mut bytes: Bytes) -> anyhow::Result<()> {
    let sql = format!("copy bench_copy.transfers_{range} ({COLUMNS}) from stdin binary");
    let sink = client.copy_in(&sql).await.context("COPY could not begin")?;
    futures_util::pin_mut!(sink);
    while bytes.len() > CHUNK {
        sink.feed(bytes.split_to(CHUNK)).await?;
    }
    sink.feed(bytes).await?;
    sink.finish().await.context("COPY could not be committed")?;
    Ok(())
}
