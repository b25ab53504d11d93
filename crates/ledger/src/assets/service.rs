//! Creating and finding assets. Assets never change, so what was read once is kept.

use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::RwLock;

use super::{Asset, AssetStatus, NewAsset, check, repeated, store};
use crate::error::LedgerError;
use crate::ledger::Ledger;

/// Assets that were read before.
#[derive(Debug, Default)]
pub(crate) struct AssetCache(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    by_code: HashMap<Box<str>, Arc<Asset>>,
    by_no: HashMap<u32, Arc<Asset>>,
}

impl AssetCache {
    fn put(&self, asset: Asset) -> Arc<Asset> {
        const ASSETS_MAX: usize = 100_000;
        let asset = Arc::new(asset);
        let mut known = self.0.write();
        if known.by_no.len() >= ASSETS_MAX {
            *known = Known::default();
        }
        known.by_code.insert(asset.code.clone(), Arc::clone(&asset));
        known.by_no.insert(asset.no, Arc::clone(&asset));
        asset
    }
}

impl Ledger {
    /// Creates an asset. Repeating it is harmless; the status says what is different.
    pub async fn create_asset(
        &self,
        new: NewAsset,
    ) -> Result<(AssetStatus, Option<Arc<Asset>>), LedgerError> {
        if let Some(status) = check(&new) {
            return Ok((status, None));
        }
        if let Some(existing) = self.asset(&new.code).await? {
            return Ok((repeated(&new, &existing), Some(existing)));
        }
        let client = self.client().await?;
        let inserted = store::insert(&client, &new, self.clock.now().as_micros()).await?;
        drop(client);
        let Some(asset) = inserted else {
            let existing = self.asset(&new.code).await?.ok_or(LedgerError::Unavailable)?;
            return Ok((repeated(&new, &existing), Some(existing)));
        };
        self.handle.learn_asset(asset.no).await?;
        Ok((AssetStatus::Created, Some(self.assets.put(asset))))
    }

    /// An asset by its code.
    pub async fn asset(&self, code: &str) -> Result<Option<Arc<Asset>>, LedgerError> {
        if let Some(asset) = self.assets.0.read().by_code.get(code) {
            return Ok(Some(Arc::clone(asset)));
        }
        let client = self.client().await?;
        let asset = store::by_code(&client, code).await?;
        Ok(asset.map(|asset| self.assets.put(asset)))
    }

    /// Numbers of assets by code: what is not known is asked for at once.
    pub async fn asset_numbers(&self, codes: &[&str]) -> Result<Vec<Option<u32>>, LedgerError> {
        let known = |code: &&str| self.assets.0.read().by_code.get(*code).map(|asset| asset.no);
        let mut numbers: Vec<Option<u32>> = codes.iter().map(known).collect();
        let missing = codes.iter().zip(&numbers).filter(|(_, no)| no.is_none());
        let missing: Vec<&str> = missing.map(|(code, _)| *code).collect();
        if missing.is_empty() {
            return Ok(numbers);
        }
        let client = self.client().await?;
        let found = store::by_codes(&client, &missing).await?;
        let found: HashMap<Box<str>, u32> = found
            .into_iter()
            .map(|asset| (asset.code.clone(), self.assets.put(asset).no))
            .collect();
        for (code, no) in codes.iter().zip(&mut numbers) {
            *no = no.or_else(|| found.get(*code).copied());
        }
        Ok(numbers)
    }

    /// An asset by its number.
    pub async fn asset_by_no(&self, no: u32) -> Result<Option<Arc<Asset>>, LedgerError> {
        if let Some(asset) = self.assets.0.read().by_no.get(&no) {
            return Ok(Some(Arc::clone(asset)));
        }
        let client = self.client().await?;
        let asset = store::by_no(&client, no).await?;
        Ok(asset.map(|asset| self.assets.put(asset)))
    }

    /// Assets in the order of their codes.
    pub async fn assets(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Arc<Asset>>, LedgerError> {
        let client = self.client().await?;
        let assets = store::list(&client, after, limit as i64).await?;
        Ok(assets.into_iter().map(|asset| self.assets.put(asset)).collect())
    }
}
