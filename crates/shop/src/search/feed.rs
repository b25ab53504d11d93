//! Keeps the index up with the products: builds it where it is missing, then follows the changes
//! in order. Everything is put from what the database holds at that moment, so doing it twice is
//! harmless.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::bus::{self, Event};
use kernel::{DatabaseError, DomainError as _};
use tantivy::TantivyError;
use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

use super::index::{Position, SearchIndex};
use super::store;
use crate::error::ShopError;
use crate::products::changes::{CONTEXT, Changed};
use crate::shop::{Parts, Shop};

/// Changes of one look; each may name 500 products.
const EVENTS: usize = 20;
/// Products whose documents are read at once.
const CHUNK: usize = 1_000;
/// What is built is made durable each time so many products are in it.
const DURABLE_EVERY: usize = 100_000;
/// How often it looks when there was nothing.
const IDLE: Duration = Duration::from_millis(300);
/// After a look at something it pauses three times as long as that took, within these: who searches
/// comes first.
const PAUSE_FACTOR: u32 = 3;
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// After so many looks at nothing the writer is let go.
const RESTING_AFTER: u32 = 30;
/// How long it waits after a failure.
const FAILED: Duration = Duration::from_secs(5);

/// Why the index doesn't follow.
#[derive(Debug, thiserror::Error)]
enum FeedError {
    #[error(transparent)]
    Index(#[from] TantivyError),
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the thread that writes the index ended")]
    Thread,
}

/// The task; dropping it ends it.
pub(crate) struct RunningFeed(JoinHandle<()>);

impl Drop for RunningFeed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts the loop. It ends when this is dropped, or the last of `shop`.
pub(crate) fn start(shop: &Shop) -> RunningFeed {
    let parts = Arc::downgrade(&shop.0);
    RunningFeed(tokio::spawn(async move {
        let mut feed = Feed::default();
        while let Some(parts) = parts.upgrade() {
            let pause = feed.step(&parts).await;
            drop(parts);
            tokio::time::sleep(pause).await;
        }
    }))
}

#[derive(Default)]
struct Feed {
    open: Option<(Arc<SearchIndex>, Position)>,
    idle: u32,
}

/// Runs what writes the index on a thread of its own: it waits for files and for merges.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TantivyError> + Send + 'static,
) -> Result<T, FeedError> {
    spawn_blocking(work).await.map_err(|_| FeedError::Thread)?.map_err(FeedError::from)
}

impl Feed {
    async fn step(&mut self, parts: &Parts) -> Duration {
        let began = Instant::now();
        match self.look(parts).await {
            Ok(true) => {
                self.idle = 0;
                (began.elapsed() * PAUSE_FACTOR).clamp(PAUSE_MIN, PAUSE_MAX)
            }
            Ok(false) => {
                self.idle = self.idle.saturating_add(1);
                self.rest().await;
                IDLE
            }
            Err(error) => {
                let is_outage = matches!(&error, FeedError::Shop(it) if !it.kind().is_server_fault())
                    || matches!(&error, FeedError::Database(it) if it.is_transient());
                if !is_outage {
                    tracing::warn!(%error, "the search index doesn't follow; the database answers");
                }
                parts.search.set_ready(None);
                self.open = None;
                FAILED
            }
        }
    }

    async fn rest(&self) {
        if self.idle == RESTING_AFTER
            && let Some((index, _)) = &self.open
            && let Err(error) = rest(index).await
        {
            tracing::warn!(%error, "segments of the search index were not merged");
        }
    }

    /// Whether there was something.
    async fn look(&mut self, parts: &Parts) -> Result<bool, FeedError> {
        let (index, mut position) = match self.open.take() {
            Some(open) => open,
            None => open(parts).await?,
        };
        if !position.is_built {
            position = build(parts, &index, position).await?;
        }
        parts.search.set_ready(Some(Arc::clone(&index)));
        let events = bus::events(&parts.database, CONTEXT, position.position, EVENTS).await?;
        let Some(last) = events.last() else {
            parts.search.set_position(position.position);
            self.open = Some((index, position));
            return Ok(false);
        };
        let next =
            Position { position: last.position, event: Some(Uuid::from_u128(last.id)), ..position };
        apply(parts, &index, &events).await?;
        commit(&index, &next).await?;
        parts.answers.forget().await;
        parts.search.set_position(next.position);
        self.open = Some((index, next));
        Ok(true)
    }
}

async fn commit(index: &Arc<SearchIndex>, position: &Position) -> Result<(), FeedError> {
    let (index, position) = (Arc::clone(index), position.clone());
    on_thread(move || index.commit(&position)).await
}

async fn rest(index: &Arc<SearchIndex>) -> Result<(), FeedError> {
    let index = Arc::clone(index);
    on_thread(move || index.rest()).await
}

/// Opens the index. If it isn't one of this database, it begins anew.
async fn open(parts: &Parts) -> Result<(Arc<SearchIndex>, Position), FeedError> {
    let (folder, language) = (parts.search.folder.clone(), parts.search.own_language.clone());
    let index = on_thread(move || SearchIndex::open(folder.as_deref(), &language)).await?;
    let (index, position) = {
        let position = index.position()?;
        (Arc::new(index), position)
    };
    if position.event.is_some() && change_at(parts, position.position).await? == position.event {
        return Ok((index, position));
    }
    let cleared = Arc::clone(&index);
    on_thread(move || cleared.clear()).await?;
    let position = bus::last_position(&parts.database, CONTEXT).await?;
    let event = change_at(parts, position).await?;
    Ok((index, Position { position, event, ..Position::default() }))
}

/// The id of the change at a position.
async fn change_at(parts: &Parts, position: i64) -> Result<Option<Uuid>, FeedError> {
    let events = bus::events(&parts.database, CONTEXT, position - 1, 1).await?;
    let found = events.into_iter().find(|event| event.position == position);
    Ok(found.map(|event| Uuid::from_u128(event.id)))
}

/// Puts all products into the index. What changes meanwhile comes again afterwards, by its
/// position.
async fn build(
    parts: &Parts,
    index: &Arc<SearchIndex>,
    mut position: Position,
) -> Result<Position, FeedError> {
    let began = Instant::now();
    let (mut count, mut unsaved) = (0_usize, 0);
    loop {
        let after = position.built_to.unwrap_or(Uuid::nil());
        let client = parts.database.client().await?;
        let ids = store::ids_after(&client, after, CHUNK as i64).await?;
        let Some(last) = ids.last().copied() else { break };
        drop(client);
        count += ids.len();
        unsaved += ids.len();
        put(parts, index, ids).await?;
        position.built_to = Some(last);
        if unsaved >= DURABLE_EVERY {
            unsaved = 0;
            commit(index, &position).await?;
            let seconds = began.elapsed().as_secs();
            tracing::info!(products = count, seconds, "the search index is being built");
        }
    }
    position.built_to = None;
    position.is_built = true;
    commit(index, &position).await?;
    if count > 0 {
        // Merging what many left takes a processor for a while: before anybody searches in it.
        rest(index).await?;
        let milliseconds = began.elapsed().as_millis() as u64;
        tracing::info!(products = count, milliseconds, "the search index is built");
    }
    Ok(position)
}

async fn apply(parts: &Parts, index: &Arc<SearchIndex>, events: &[Event]) -> Result<(), FeedError> {
    let changed = events.iter().filter_map(|event| event.parse::<Changed>().ok());
    let mut ids: Vec<Uuid> = changed.flat_map(|changed| changed.ids).collect();
    ids.sort_unstable();
    ids.dedup();
    for chunk in ids.chunks(CHUNK) {
        put(parts, index, chunk.to_vec()).await?;
    }
    Ok(())
}

async fn put(parts: &Parts, index: &Arc<SearchIndex>, ids: Vec<Uuid>) -> Result<(), FeedError> {
    let client = parts.database.client().await?;
    let documents = store::documents(&client, &ids, &parts.search.own_language).await?;
    drop(client);
    let index = Arc::clone(index);
    on_thread(move || index.put(&ids, &documents)).await
}
