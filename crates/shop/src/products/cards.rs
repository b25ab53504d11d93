//! Products as lists show them. A card is kept in memory as long as the product has the version
//! that it was made from: a list asks the database for versions, and for what has changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::Object;
use hashbrown::HashMap;
use kernel::{Amount, Timestamp};
use moka::sync::Cache;
use uuid::Uuid;

use super::{ProductStatus, store};
use crate::availability::Availability;
use crate::error::Result;
use crate::ids::ProductId;
use crate::images::{self, Image};
use crate::languages::Wanted;
use crate::search::Hit;
use crate::shop::Shop;

/// What the cards in memory may take.
const BYTES_MAX: u64 = 16 << 20;

/// A product as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Card {
    pub(crate) id: ProductId,
    pub(crate) handle: String,
    pub(crate) status: ProductStatus,
    pub(crate) title: String,
    /// By language.
    pub(crate) titles: BTreeMap<String, String>,
    pub(crate) vendor: Option<String>,
    pub(crate) tags: Vec<String>,
    /// What one piece costs at least and at most, by currency.
    pub(crate) prices: BTreeMap<String, (Amount, Amount)>,
    pub(crate) availability: Availability,
    pub(crate) image: Option<Image>,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
}

/// What a product is at the moment: another card is another value of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fresh {
    pub(crate) id: Uuid,
    pub(crate) version: u32,
    pub(crate) availability: Availability,
    pub(crate) status: ProductStatus,
}

/// The cards that were shown lately.
pub(crate) struct Cards(Cache<Uuid, Arc<Card>>);

impl Card {
    fn is_of(&self, fresh: &Fresh) -> bool {
        (self.version, self.availability) == (fresh.version, fresh.availability)
    }

    /// Its title for somebody who reads these languages.
    pub(crate) fn title_in(&self, wanted: &Wanted, own: &str) -> &str {
        let language = wanted.pick(own, self.titles.keys().map(String::as_str));
        language.and_then(|language| self.titles.get(language)).unwrap_or(&self.title)
    }

    fn bytes(&self) -> u32 {
        let texts = self.titles.iter().map(|(language, title)| language.len() + title.len() + 64);
        let tags = self.tags.iter().map(|tag| tag.len() + 32);
        let sum =
            texts.chain(tags).sum::<usize>() + self.title.len() + self.prices.len() * 96 + 512;
        u32::try_from(sum).unwrap_or(u32::MAX)
    }
}

impl Default for Cards {
    fn default() -> Self {
        let kept = Cache::builder().weigher(|_, card: &Arc<Card>| card.bytes());
        Self(kept.max_capacity(BYTES_MAX).build())
    }
}

impl Shop {
    /// The cards of what was found, in its order. What isn't there any more, or no longer has the
    /// status, is left out.
    pub(crate) async fn cards(
        &self,
        hits: &[Hit],
        status: ProductStatus,
    ) -> Result<Vec<Arc<Card>>> {
        let ids: Vec<Uuid> = hits.iter().map(|hit| hit.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.as_slice();
        let is_staff = status != ProductStatus::Active;
        let fresh = |client| async move { store::fresh(&client, ids).await };
        let fresh = self.read_catalogue(is_staff, fresh).await?;
        let mut cards: HashMap<Uuid, Arc<Card>> = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for fresh in fresh.iter().filter(|it| it.status == status) {
            match self.cards.0.get(&fresh.id).filter(|card| card.is_of(fresh)) {
                Some(card) => drop(cards.insert(fresh.id, card)),
                None => missing.push(fresh.id),
            }
        }
        if !missing.is_empty() {
            let missing = missing.as_slice();
            let read = |client: Object| async move {
                let images = images::store::first_of(&client, missing).await?;
                Ok((images, store::cards(&client, missing).await?))
            };
            let (images, read) = self.read_catalogue(is_staff, read).await?;
            let mut images: HashMap<ProductId, Image> =
                images.into_iter().map(|image| (image.product, image)).collect();
            for mut card in read {
                card.image = images.remove(&card.id);
                let (id, card) = (card.id.as_uuid(), Arc::new(card));
                self.cards.0.insert(id, Arc::clone(&card));
                if card.status == status {
                    cards.insert(id, card);
                }
            }
        }
        Ok(ids.iter().filter_map(|id| cards.get(id).cloned()).collect())
    }
}
