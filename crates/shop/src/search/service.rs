//! Finding products.

use std::path::PathBuf;
use std::sync::Arc;

use moka::sync::Cache;
use parking_lot::RwLock;
use tantivy::TantivyError;
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

use super::index::SearchIndex;
use super::parameters::Parameters;
use super::{Asked, Chosen, Facets, Hit, Place, Sort, store};
use crate::collections::{self, Collection};
use crate::error::{Result, ShopError};
use crate::ids::CategoryId;
use crate::languages::Wanted;
use crate::products::ProductStatus;
use crate::products::changes::CONTEXT;
use crate::shop::Shop;

/// Searches at the same time: each has a thread while it works.
const SEARCHES_MAX: usize = 8;
/// Answers of one state of the index that are kept.
const KEPT: u64 = 2_000;

type FoundKey = (u64, Asked, Option<Place>, usize);

/// The index of this process, and what it answered lately.
pub(crate) struct Search {
    pub(super) folder: Option<PathBuf>,
    pub(super) own_language: String,
    ready: RwLock<Option<Arc<SearchIndex>>>,
    /// Up to which change the index is.
    position: watch::Sender<i64>,
    permits: Semaphore,
    found: Cache<FoundKey, Arc<Vec<Hit>>>,
    counted: Cache<(u64, Asked), Arc<Facets>>,
}

/// What was found.
pub(crate) struct Found {
    pub(crate) hits: Arc<Vec<Hit>>,
}

impl Search {
    pub(crate) fn new(folder: Option<PathBuf>, own_language: String) -> Self {
        Self {
            folder,
            own_language,
            ready: RwLock::default(),
            position: watch::Sender::new(-1),
            permits: Semaphore::new(SEARCHES_MAX),
            found: Cache::new(KEPT),
            counted: Cache::new(KEPT / 10),
        }
    }

    pub(super) fn set_ready(&self, index: Option<Arc<SearchIndex>>) {
        *self.ready.write() = index;
    }

    pub(super) fn set_position(&self, position: i64) {
        self.position.send_if_modified(|known| std::mem::replace(known, position) != position);
    }

    fn ready(&self) -> Option<Arc<SearchIndex>> {
        self.ready.read().clone()
    }

    /// Works with the index: with a small one at once, with a large one on a thread, so that requests
    /// that don't search aren't kept waiting.
    async fn with_index<T: Send + 'static>(
        &self,
        index: Arc<SearchIndex>,
        work: impl FnOnce(&SearchIndex) -> std::result::Result<T, TantivyError> + Send + 'static,
    ) -> Result<T> {
        let worked = if index.is_small() {
            work(&index)
        } else {
            let _permit = self.permits.acquire().await.map_err(|_| ShopError::SearchNotReady)?;
            let worked = spawn_blocking(move || work(&index)).await;
            worked.map_err(|_| ShopError::Corrupt("a search that ended"))?
        };
        worked.map_err(|error| {
            tracing::error!(%error, "the search index failed");
            ShopError::SearchNotReady
        })
    }
}

impl Shop {
    /// The language of products' own texts.
    pub(crate) fn own_language(&self) -> &str {
        &self.search.own_language
    }

    /// What a request asks for.
    pub(crate) async fn asked(&self, parameters: &Parameters, wanted: &Wanted) -> Result<Asked> {
        let mut asked = parameters.asked(wanted.first(), self.own_language());
        let ids = self.category_ids(&parameters.categories).await?;
        asked.filters.categories = ids.into_iter().map(CategoryId::as_uuid).collect();
        if !parameters.collections.is_empty() {
            asked.filters.collections = self.chosen(&parameters.collections).await?;
        }
        Ok(asked)
    }

    /// What the collections with these ids or handles hold.
    async fn chosen(&self, names: &[String]) -> Result<Vec<Chosen>> {
        let found = collections::store::named(&self.database.client().await?, names).await?;
        let is_known = |name: &&String| {
            found.iter().any(|it| it.handle == **name || it.id.to_string() == **name)
        };
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(ShopError::CollectionUnknown(unknown.clone()));
        }
        let chosen = |it: Collection| match it.rules {
            Some(rules) => Chosen::ByRules(rules),
            None => Chosen::ByHand(it.id.as_uuid()),
        };
        Ok(found.into_iter().map(chosen).collect())
    }

    /// What somebody finds, behind a place. What isn't for sale is in no index: staff gets it from
    /// the database.
    pub(crate) async fn find_products(
        &self,
        asked: &Asked,
        status: ProductStatus,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Found> {
        let index = self.search.ready().filter(|_| status == ProductStatus::Active);
        if let Some(index) = index.filter(|_| !asked.is_plain()) {
            let key = (index.generation(), asked.clone(), after.cloned(), limit);
            if let Some(hits) = self.search.found.get(&key) {
                return Ok(Found { hits });
            }
            let (asked, after) = (asked.clone(), after.cloned());
            let search = move |index: &SearchIndex| index.search(&asked, after.as_ref(), limit);
            let hits = Arc::new(self.search.with_index(index, search).await?);
            self.search.found.insert(key, Arc::clone(&hits));
            return Ok(Found { hits });
        }
        // By itself the database knows one order only.
        let by_rules = asked.filters.collections.iter().any(|it| it.by_hand().is_none());
        if by_rules || !matches!(asked.sort, Sort::Newest | Sort::Relevance) {
            return Err(ShopError::SearchNotReady);
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        if asked.is_plain() {
            let newest = |client| async move { store::newest(&client, status, after, limit).await };
            let hits = self.read_catalogue(status != ProductStatus::Active, newest).await?;
            return Ok(Found { hits: Arc::new(hits) });
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::limit_time(&tx).await?;
        let hits = store::matching(&tx, asked, status, after, limit).await?;
        tx.commit().await?;
        Ok(Found { hits: Arc::new(hits) })
    }

    pub(crate) async fn count_products(&self, asked: &Asked) -> Result<Arc<Facets>> {
        let index = self.search.ready().ok_or(ShopError::SearchNotReady)?;
        let key = (index.generation(), asked.clone());
        if let Some(facets) = self.search.counted.get(&key) {
            return Ok(facets);
        }
        let asked = asked.clone();
        let facets = self.search.with_index(index, move |index| index.facets(&asked)).await?;
        let facets = Arc::new(facets);
        self.search.counted.insert(key, Arc::clone(&facets));
        Ok(facets)
    }

    /// Waits until the search knows of everything that is committed now: for tests and tools.
    pub async fn search_caught_up(&self) -> Result<()> {
        kernel::bus::sequence(&self.database).await?;
        let last = kernel::bus::last_position(&self.database, CONTEXT).await?;
        let mut position = self.search.position.subscribe();
        let waited = position.wait_for(|position| *position >= last).await;
        waited.map(|_| ()).map_err(|_| ShopError::SearchNotReady)
    }
}
