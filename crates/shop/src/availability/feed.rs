//! Keeps the pictures of what can be had up with the ledger's journal. It works where this process
//! leads the ledger; elsewhere it waits. What it finds is looked up anew in the ledger, so reading
//! a part of the journal twice is harmless. Under a backlog it pauses nine times as long as a batch
//! took: transfers of people who wait come first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::Timestamp;
use ledger::LedgerError;
use tokio::task::JoinHandle;

use super::store;
use crate::error::{Result, ShopError};
use crate::shop::{Parts, Shop};

/// Records that are read at a time.
const BATCH: usize = 1_000;
/// How often it looks when there was nothing.
const IDLE: Duration = Duration::from_millis(300);
/// How often a process that doesn't lead looks whether it does.
const NOT_LEADING: Duration = Duration::from_secs(1);
/// How many times as long as a part took it pauses when there may be more.
pub(super) const PAUSE_FACTOR: u32 = 9;
/// A position without anything to do is stored each time so many records have passed.
const STORED_EVERY: i64 = 10_000;
/// How often it looks for what isn't a preorder any more.
const PREORDERS_EVERY: Duration = Duration::from_secs(20);

/// The task; dropping it ends it.
pub(crate) struct RunningFeed(JoinHandle<()>);

impl Drop for RunningFeed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What came of a look at the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// There may be more.
    More,
    Nothing,
}

/// Where it is. In memory, because most records are about money and change nothing here.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    position: i64,
    stored: i64,
    preorders_at: Option<Timestamp>,
}

/// Starts the loop. It ends when this is dropped, or the last of `shop`.
pub(crate) fn start(shop: &Shop) -> RunningFeed {
    let parts = Arc::downgrade(&shop.0);
    RunningFeed(tokio::spawn(async move {
        let mut place = None;
        while let Some(parts) = parts.upgrade() {
            let pause = step(&Shop(parts), &mut place).await;
            tokio::time::sleep(pause).await;
        }
    }))
}

/// One look, and how long to wait after it.
async fn step(shop: &Shop, place: &mut Option<Place>) -> Duration {
    let began = Instant::now();
    match look(shop, place).await {
        Ok(Progress::More) => began.elapsed() * PAUSE_FACTOR,
        Ok(Progress::Nothing) => IDLE,
        Err(error) => {
            *place = None;
            if !matches!(error, ShopError::Ledger(LedgerError::NotLeader(_))) {
                tracing::warn!(%error, "what can be had doesn't follow the ledger");
            }
            NOT_LEADING
        }
    }
}

async fn look(shop: &Shop, known: &mut Option<Place>) -> Result<Progress> {
    let mut place = match *known {
        Some(place) => place,
        None => begin(shop).await?,
    };
    preorders(shop, &mut place).await?;
    let progress = read(shop, &mut place).await?;
    *known = Some(place);
    Ok(progress)
}

/// Where it was. A shop that is new, or whose journal is older than this reader, begins at the end,
/// and looks at everything once.
async fn begin(shop: &Parts) -> Result<Place> {
    let client = shop.database.client().await?;
    let committed = *shop.ledger.watch_committed()?.borrow();
    let position = match store::position(&client).await? {
        Some(position) => position,
        None => {
            drop(client);
            super::service::refresh_all(shop).await?;
            store::put_position(&shop.database.client().await?, committed).await?;
            committed
        }
    };
    Ok(Place { position, stored: position, preorders_at: None })
}

async fn read(shop: &Parts, place: &mut Place) -> Result<Progress> {
    let records = shop.ledger.events(place.position, BATCH).await?;
    let Some(last) = records.last().map(|last| last.record.seq) else {
        return Ok(Progress::Nothing);
    };
    let is_goods = |code: &str| code.starts_with(crate::books::goods::PREFIX);
    let assets = records.iter().map(|it| &it.asset.code).filter(|code| is_goods(code));
    let mut assets: Vec<String> = assets.map(ToString::to_string).collect();
    assets.sort_unstable();
    assets.dedup();
    if !assets.is_empty() {
        super::service::refresh_assets(shop, &assets).await?;
    }
    place.position = last;
    if !assets.is_empty() || last - place.stored >= STORED_EVERY {
        store::put_position(&shop.database.client().await?, last).await?;
        place.stored = last;
    }
    Ok(if records.len() < BATCH { Progress::Nothing } else { Progress::More })
}

/// Looks at what can be had from now on.
async fn preorders(shop: &Parts, place: &mut Place) -> Result<()> {
    let now = shop.clock.now();
    if place.preorders_at.is_some_and(|at| now.since(at) < PREORDERS_EVERY) {
        return Ok(());
    }
    super::service::refresh_arrived(shop).await?;
    place.preorders_at = Some(now);
    Ok(())
}

impl Shop {
    /// Waits until what is committed now is known to everything that follows products and stock: for
    /// tests and tools. It has to be where the ledger is led.
    pub async fn caught_up(&self) -> Result<()> {
        let mut place = None;
        while look(self, &mut place).await? == Progress::More {}
        self.search_caught_up().await
    }
}
