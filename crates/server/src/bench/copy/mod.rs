//! The limit: the same rows into tables of the same layout, by COPY alone. As many connections,
//! batches of the same size, a commit for each, fresh ranges, and the ranges' two indexes built
//! in the background when a range is full. No engine, no order, no checks.

mod row;
mod store;

use std::time::Instant;

use anyhow::Context as _;
use kernel::Database;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::load::Load;
use super::report::rate;

/// What is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) rows: u64,
    pub(super) batch: usize,
    pub(super) connections: usize,
    pub(super) range_size: i64,
}

/// How it went.
#[derive(Debug, Serialize)]
pub(super) struct Copied {
    pub(super) rows: u64,
    pub(super) rows_per_second: u64,
    /// Until the last commit.
    pub(super) seconds: f64,
    /// Until the last index, too.
    pub(super) seconds_with_indexes: f64,
}

/// A COPY of one batch into one range.
struct Batch {
    range: i64,
    bytes: bytes::Bytes,
}

/// Copies and drops everything again.
pub(super) async fn run(database: &Database, plan: Plan, load: Load) -> anyhow::Result<Copied> {
    store::create(database).await?;
    let copied = copy(database, plan, load).await;
    store::drop_all(database).await?;
    copied
}

async fn copy(database: &Database, plan: Plan, load: Load) -> anyhow::Result<Copied> {
    let began = Instant::now();
    let mut writers = JoinSet::new();
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        let (queue, batches) = mpsc::channel(2);
        let client = database.dedicated_client().await?;
        writers.spawn(write(client, batches));
        queues.push(queue);
    }
    let mut indexes = JoinSet::new();
    feed(database, plan, load, queues, &mut indexes).await?;
    while let Some(written) = writers.join_next().await {
        written.context("a writer panicked")??;
    }
    let committed = began.elapsed();
    while let Some(built) = indexes.join_next().await {
        built.context("building an index panicked")??;
    }
    Ok(Copied {
        rows: plan.rows,
        rows_per_second: rate(plan.rows, committed),
        seconds: committed.as_secs_f64(),
        seconds_with_indexes: began.elapsed().as_secs_f64(),
    })
}

/// Makes the batches and hands them out in turn.
async fn feed(
    database: &Database,
    plan: Plan,
    mut load: Load,
    queues: Vec<mpsc::Sender<Batch>>,
    indexes: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let (mut seq, mut left, mut turn, mut range) = (1_i64, plan.rows, 0, -1_i64);
    while left > 0 {
        let now = (seq - 1) / plan.range_size;
        if now > range {
            store::create_range(database, now, plan.range_size).await?;
            if range >= 0 {
                indexes.spawn(store::index_range(database.clone(), range));
            }
            range = now;
        }
        let room = usize::try_from((now + 1) * plan.range_size + 1 - seq)?;
        let size = plan.batch.min(room).min(usize::try_from(left)?);
        let bytes = row::encode(&load.batch(size), seq);
        queues[turn % queues.len()]
            .send(Batch { range: now, bytes })
            .await
            .ok()
            .context("a writer has ended")?;
        turn += 1;
        seq += i64::try_from(size)?;
        left -= size as u64;
    }
    Ok(())
}

async fn write(
    client: tokio_postgres::Client,
    mut batches: mpsc::Receiver<Batch>,
) -> anyhow::Result<()> {
    while let Some(Batch { range, bytes }) = batches.recv().await {
        store::copy_in(&client, range, bytes).await?;
    }
    Ok(())
}
