//! Moving stock, and looking at it.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::{Amount, Metadata, Problem, SignedAmount};
use ledger::engine::{Extra, NewTransfer, TransferStatus};
use ledger::{AccountKey, EntriesQuery, Entry, Order};
use serde_json::json;

use super::{
    ChangeKind, ChangedItem, DoneItem, Levels, Name, NewStockChange, StockedVariant, store,
};
use crate::books::goods::Goods;
use crate::books::{Refusal, code};
use crate::error::{Result, ShopError};
use crate::ids::transfer_id;
use crate::locations::{self, Location};
use crate::shop::Shop;

/// What there is of a variant, by place.
#[derive(Clone, Debug)]
pub(crate) struct StockOf {
    pub(crate) variant: StockedVariant,
    pub(crate) name: Name,
    pub(crate) levels: Levels,
}

/// A line of the history of a place.
#[derive(Clone, Debug)]
pub(crate) struct StockEntry {
    pub(crate) seq: i64,
    pub(crate) entry: Entry,
    pub(crate) account: u128,
}

impl Shop {
    /// Receives, moves, adjusts or counts: all items or none. The same id again changes nothing.
    pub(crate) async fn change_stock(
        &self,
        actor: &Actor,
        change: NewStockChange,
    ) -> Result<Vec<DoneItem>, Problem> {
        actor.require(Permission::StockWrite)?;
        let places = locations::store::list(&self.database.client().await?).await?;
        require_place(&places, &change.location)?;
        if let ChangeKind::Move { to } = &change.kind {
            require_place(&places, to)?;
        }
        let entry = NewEntry::new(actor.audit(), "shop.stock.changed").object(change.id);
        let mut entry = entry.data(json!({
            "kind": change.kind.as_str(), "location": change.location, "items": change.items.len(),
        }));
        entry.reason.clone_from(&change.reason);
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(self.carry_out(&change).await?)
    }

    /// The same without asking who does it.
    pub(crate) async fn carry_out(&self, change: &NewStockChange) -> Result<Vec<DoneItem>> {
        let variants = self.stocked(&change.items).await?;
        let mut opened = Vec::with_capacity(variants.len());
        for variant in &variants {
            let open = |place| self.books.open_goods(&variant.asset, place, variant.backorder_max);
            opened.push(open(&change.location).await?);
            if let ChangeKind::Move { to } = &change.kind {
                open(to).await?;
            }
        }
        let done = self.differences(change, &variants).await?;
        let metadata = metadata(change);
        let transfers = variants.iter().zip(&opened).zip(&done).enumerate();
        let transfers: Vec<NewTransfer> = transfers
            .filter(|(_, (_, done))| done.change != SignedAmount::ZERO)
            .map(|(index, ((variant, asset), done))| NewTransfer {
                id: transfer_id(change.id.as_u128(), change.kind.as_str(), index as u64),
                asset: *asset,
                extra: Some(Box::new(extra(change, metadata.as_deref()))),
                ..movement(change, Goods::of(&variant.asset), done.change)
            })
            .collect();
        match self.books.make_all(transfers).await? {
            Ok(()) => Ok(done),
            Err(refusal) => Err(self.too_little(change, &variants, &done, refusal).await?),
        }
    }

    /// The variants of the items, each at the place of its item.
    async fn stocked(&self, items: &[ChangedItem]) -> Result<Vec<StockedVariant>> {
        let skus: Vec<&str> = items.iter().map(|item| &*item.sku).collect();
        let found = store::by_skus(&self.database.client().await?, &skus).await?;
        let found: BTreeMap<&str, &StockedVariant> =
            found.iter().map(|variant| (&*variant.sku, variant)).collect();
        let variant = |item: &ChangedItem| match found.get(&*item.sku) {
            None => Err(ShopError::SkuUnknown(item.sku.clone())),
            Some(variant) if !variant.tracks_stock => {
                Err(ShopError::StockNotTracked(item.sku.clone()))
            }
            Some(variant) => Ok((*variant).clone()),
        };
        items.iter().map(variant).collect()
    }

    /// By how much each item changes at the place.
    async fn differences(
        &self,
        change: &NewStockChange,
        variants: &[StockedVariant],
    ) -> Result<Vec<DoneItem>> {
        let counted = match change.kind {
            ChangeKind::Count => {
                let client = self.database.client().await?;
                self.levels_of(&client, variants, &[&change.location]).await?
            }
            _ => Vec::new(),
        };
        let change_of = |(index, item): (usize, &ChangedItem)| {
            let change = match counted.get(index) {
                None => item.quantity,
                Some(levels) => {
                    let there = SignedAmount::difference(levels.places[0].on_hand, Amount::ZERO);
                    let difference = there.and_then(|there| item.quantity.checked_sub(there));
                    difference.ok_or(ShopError::Corrupt("more stock than can be counted"))?
                }
            };
            Ok(DoneItem { sku: item.sku.clone(), change })
        };
        change.items.iter().enumerate().map(change_of).collect()
    }

    async fn too_little(
        &self,
        change: &NewStockChange,
        variants: &[StockedVariant],
        done: &[DoneItem],
        refusal: Refusal,
    ) -> Result<ShopError> {
        if refusal.status != TransferStatus::ExceedsFloor {
            return Ok(ShopError::LedgerRefused(refusal.status));
        }
        let moved = done.iter().enumerate().filter(|(_, item)| item.change != SignedAmount::ZERO);
        let index = moved.map(|(index, _)| index).nth(refusal.index).unwrap_or(0);
        let client = self.database.client().await?;
        let refused = &variants[index..=index];
        let levels = self.levels_of(&client, refused, &[&change.location]).await?;
        let available = Amount::new(levels[0].places[0].free());
        Ok(ShopError::StockInsufficient { sku: variants[index].sku.clone(), available })
    }

    async fn levels_of(
        &self,
        client: &impl GenericClient,
        variants: &[StockedVariant],
        places: &[&str],
    ) -> Result<Vec<Levels>> {
        let asked: Vec<(&str, u64)> =
            variants.iter().map(|it| (&*it.asset, it.backorder_max)).collect();
        self.books.levels(client, &asked, places).await
    }

    /// Stock of the variants after a SKU, and the handles of all places.
    pub(crate) async fn stock(
        &self,
        actor: &Actor,
        after: Option<&str>,
        limit: i64,
    ) -> Result<(Vec<Location>, Vec<StockOf>), Problem> {
        actor.require(Permission::StockRead)?;
        let client = self.database.client().await?;
        let places = locations::store::list(&client).await?;
        let variants = store::list(&client, after, limit).await?;
        let found = self.with_levels(&client, &places, variants).await?;
        Ok((places, found))
    }

    /// Stock of one variant.
    pub(crate) async fn stock_of(
        &self,
        actor: &Actor,
        sku: &str,
    ) -> Result<(Vec<Location>, StockOf), Problem> {
        actor.require(Permission::StockRead)?;
        let client = self.database.client().await?;
        let places = locations::store::list(&client).await?;
        let variants = store::by_skus(&client, &[sku]).await?;
        let mut found = self.with_levels(&client, &places, variants).await?;
        Ok((places, found.pop().ok_or(ShopError::VariantNotFound)?))
    }

    async fn with_levels(
        &self,
        client: &impl GenericClient,
        places: &[Location],
        variants: Vec<StockedVariant>,
    ) -> Result<Vec<StockOf>> {
        let handles: Vec<&str> = places.iter().map(|place| &*place.handle).collect();
        let mut names = store::names(client, &variants).await?;
        let levels = self.levels_of(client, &variants, &handles).await?;
        let all = variants.into_iter().zip(levels);
        let stock = |(variant, levels): (StockedVariant, Levels)| {
            let name = names.remove(&variant.id);
            let name = name.ok_or(ShopError::Corrupt("the product of a variant"))?;
            Ok(StockOf { variant, name, levels })
        };
        all.map(stock).collect()
    }

    /// What happened to a variant in a place, newest first.
    pub(crate) async fn stock_history(
        &self,
        actor: &Actor,
        (sku, place): (&str, &str),
        cursor: Option<i64>,
        limit: usize,
    ) -> Result<Vec<StockEntry>, Problem> {
        actor.require(Permission::StockRead)?;
        let variants = store::by_skus(&self.database.client().await?, &[sku]).await?;
        let variant = variants.first().ok_or(ShopError::VariantNotFound)?;
        let account = Goods::of(&variant.asset).stock(place);
        let Some(found) = self.ledger.account(AccountKey::Id(account)).await? else {
            return Ok(Vec::new());
        };
        let query =
            EntriesQuery { order: Order::NewestFirst, cursor, from: None, before: None, limit };
        let entries = self.ledger.entries(&found, &query).await?.into_iter();
        let entry = |entry: Entry| StockEntry { seq: entry.transfer.record.seq, entry, account };
        Ok(entries.map(entry).collect())
    }
}

fn require_place(places: &[Location], handle: &str) -> Result<()> {
    let is_there = places.iter().any(|place| place.handle == handle);
    if is_there { Ok(()) } else { Err(ShopError::LocationNotFound) }
}

/// From where to where: what is below zero goes the other way.
fn movement(change: &NewStockChange, goods: Goods<'_>, by: SignedAmount) -> NewTransfer {
    let here = goods.stock(&change.location);
    let (from, to, code) = match &change.kind {
        ChangeKind::Receive => (goods.supplier(), here, code::RECEIPT),
        ChangeKind::Move { to } => (here, goods.stock(to), code::MOVE),
        ChangeKind::Adjust | ChangeKind::Count => (goods.adjusted(), here, code::ADJUSTMENT),
    };
    let (from, to) = if by.is_negative() { (to, from) } else { (from, to) };
    let amount = by.get().unsigned_abs();
    NewTransfer { debit_account: from, credit_account: to, amount, code, ..NewTransfer::default() }
}

fn extra(change: &NewStockChange, metadata: Option<&str>) -> Extra {
    Extra {
        reference: change.reference.as_deref().map(Box::from),
        metadata: metadata.map(Box::from),
        effective_at: change.effective_at.map(|at| at.as_micros()),
        ..Extra::default()
    }
}

/// Why, as the ledger keeps it.
fn metadata(change: &NewStockChange) -> Option<String> {
    let mut metadata = Metadata::new();
    metadata.insert("reason".to_owned(), change.reason.clone()?).ok()?;
    serde_json::to_string(&metadata).ok()
}
