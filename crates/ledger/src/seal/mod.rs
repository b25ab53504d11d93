//! What is done with full ranges, beside the load: the hash chain, the indexes in bulk, the
//! history of the touched accounts, the states of transfers.
//!
//! It runs on a thread of its own and writes with the leader's epoch. A range's seal is one
//! commit; until then the range stays in memory, so a crash at any line loses nothing: the next
//! leader finds a full range without its seal and does it again.

mod chain;
mod chunks;
mod indexes;
mod states;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use kernel::db::Database;
use tokio::sync::mpsc;
use tokio_postgres::Client;

pub(crate) use chain::{BlockHasher, ChainHash};
pub(crate) use chunks::CHUNK;

use crate::engine::{RangeIds, SealedIds};
use crate::error::StoreError;
use crate::journal::ranges::{self, Ranges};
use crate::journal::read::{self, At};
use crate::view::{FullRange, View};

/// How often rows that no full block holds yet are put under the hash chain.
const CHAIN_EVERY: Duration = Duration::from_secs(1);

/// A range to seal.
#[derive(Debug)]
pub(crate) struct SealJob {
    pub(crate) tail: FullRange,
    pub(crate) ids: RangeIds,
}

/// A range whose seal is committed.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) no: i64,
    pub(crate) ids: SealedIds,
}

enum Order {
    Seal(SealJob),
    Free(
        #[expect(dead_code, reason = "held only to be dropped on this thread")] Box<dyn Any + Send>,
    ),
    Stop,
}

/// A handle to the sealing thread.
pub(crate) struct Sealer {
    orders: mpsc::UnboundedSender<Order>,
    results: mpsc::UnboundedReceiver<Result<Sealed, StoreError>>,
}

impl Sealer {
    /// Starts the thread for one term of leadership.
    pub(crate) fn start(database: Database, view: Arc<View>, ranges: Ranges, epoch: i64) -> Self {
        let (orders, order_receiver) = mpsc::unbounded_channel();
        let (result_sender, results) = mpsc::unbounded_channel();
        let worker = Worker { database, view, ranges, epoch, results: result_sender };
        std::thread::Builder::new()
            .name("ledger-sealer".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime needs nothing but a thread");
                runtime.block_on(worker.run(order_receiver));
            })
            .expect("the process may start a thread");
        Self { orders, results }
    }

    /// Asks for a range's seal.
    pub(crate) fn seal(&self, job: SealJob) {
        let _ = self.orders.send(Order::Seal(job));
    }

    /// Frees something large on the sealing thread.
    pub(crate) fn free(&self, garbage: Box<dyn Any + Send>) {
        let _ = self.orders.send(Order::Free(garbage));
    }

    /// The next range that was sealed, or what went wrong.
    pub(crate) async fn next(&mut self) -> Result<Sealed, StoreError> {
        self.results.recv().await.unwrap_or(Err(StoreError::Aborted))
    }

    /// Ends the thread after it has put everything committed under the hash chain.
    pub(crate) async fn stop(mut self) {
        let _ = self.orders.send(Order::Stop);
        while self.results.recv().await.is_some() {}
    }
}

struct Worker {
    database: Database,
    view: Arc<View>,
    ranges: Ranges,
    epoch: i64,
    results: mpsc::UnboundedSender<Result<Sealed, StoreError>>,
}

impl Worker {
    async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        if let Err(error) = self.serve(&mut orders).await {
            let _ = self.results.send(Err(error));
        }
    }

    async fn serve(&self, orders: &mut mpsc::UnboundedReceiver<Order>) -> Result<(), StoreError> {
        let client = self.database.dedicated_client().await?;
        client
            .batch_execute(
                "set maintenance_work_mem = '128MB'; set max_parallel_maintenance_workers = 0",
            )
            .await?;
        let mut chain = chain::Chain::load(&client, self.epoch).await?;
        let mut tick = tokio::time::interval(CHAIN_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(Order::Seal(job)) => {
                        let ids = self.seal(&client, &mut chain, &job).await?;
                        let _ = self.results.send(Ok(Sealed { no: job.tail.no, ids }));
                    }
                    Some(Order::Free(_)) => {}
                    Some(Order::Stop) => return chain.extend(&client, &self.view).await,
                    None => return Ok(()),
                },
                _ = tick.tick() => chain.extend(&client, &self.view).await?,
            }
        }
    }

    async fn seal(
        &self,
        client: &Client,
        chain: &mut chain::Chain,
        job: &SealJob,
    ) -> Result<SealedIds, StoreError> {
        let started = std::time::Instant::now();
        let no = job.tail.no;
        chain.extend(client, &self.view).await?;
        indexes::create(client, &job.tail, self.ranges).await?;
        let ids = SealedIds::of(&job.ids);
        let chunks = chunks::build(client, &job.tail, self.ranges).await?;
        client.batch_execute(&format!("begin; select ledger.fence({})", self.epoch)).await?;
        chunks::copy(client, &chunks).await?;
        let states = self.view.states_changed(self.ranges.start(no));
        states::upsert(client, &states).await?;
        let last = job.tail.record(self.ranges.start(no + 1) - 1);
        let last_at = At(last.expect("the range is full").at);
        let sql = "update ledger.ranges set sealed = true, last_at = $2 where no = $1";
        client.execute(sql, &[&no, &last_at]).await?;
        read::store_ids(client, no, &ids).await?;
        client.batch_execute("commit").await?;
        tracing::debug!(
            range = no,
            accounts = job.tail.touched.len(),
            states = states.len(),
            elapsed_ms = started.elapsed().as_millis(),
            "sealed a range"
        );
        // The leader is in the next range by now; the one after is made ahead of need.
        ranges::ensure(client, self.ranges, no + 2).await?;
        Ok(ids)
    }
}
