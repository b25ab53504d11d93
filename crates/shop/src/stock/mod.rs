//! Stock: how much of a variant lies where, and how it gets there.
//!
//! Nothing of it is stored here: what lies somewhere is a balance in the ledger, and what happened
//! to it is that account's history. A reservation is a pending transfer, so what is free to be sold
//! is what is there less what is held, less what was sold without being there.

pub(crate) mod http;
pub(crate) mod levels;
mod service;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use kernel::{Amount, SignedAmount, Timestamp};

use crate::ids::{ProductId, StockChangeId, VariantId};

/// A movement of stock by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewStockChange {
    pub(crate) id: StockChangeId,
    pub(crate) kind: ChangeKind,
    /// Handle of the place.
    pub(crate) location: String,
    pub(crate) reason: Option<String>,
    /// A delivery note, say.
    pub(crate) reference: Option<String>,
    /// When it happened, if not now.
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) items: Vec<ChangedItem>,
}

/// What is done to stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// It came from a supplier.
    Receive,
    /// It is brought to the place with this handle.
    Move { to: String },
    /// It is found (above zero) or missing (below).
    Adjust,
    /// So much is there: what the books say otherwise is adjusted.
    Count,
}

impl ChangeKind {
    /// In metadata of the transfers.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Move { .. } => "move",
            Self::Adjust => "adjust",
            Self::Count => "count",
        }
    }
}

/// How many pieces of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangedItem {
    pub(crate) sku: String,
    pub(crate) quantity: SignedAmount,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoneItem {
    pub(crate) sku: String,
    /// By how much it changed at the place.
    pub(crate) change: SignedAmount,
}

/// A variant as stock knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockedVariant {
    pub(crate) id: VariantId,
    pub(crate) sku: String,
    pub(crate) asset: String,
    pub(crate) tracks_stock: bool,
    pub(crate) backorder_max: u64,
}

/// What staff calls a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) product: ProductId,
    /// The product's, as it is written.
    pub(crate) title: String,
    pub(crate) variant_title: Option<String>,
}

/// What lies in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: Amount,
    /// For carts and orders.
    pub(crate) reserved: Amount,
}

impl Level {
    pub(crate) const fn free(self) -> u128 {
        self.on_hand.get().saturating_sub(self.reserved.get())
    }
}

impl Level {
    /// As if so many pieces weren't held any more.
    pub(crate) fn release(&mut self, pieces: u128) {
        self.reserved = Amount::new(self.reserved.get().saturating_sub(pieces));
    }
}

/// What there is of a variant in all places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Levels {
    /// In the order of the places that were asked for.
    pub(crate) places: Vec<Level>,
    /// Sold without being there.
    pub(crate) backordered: Amount,
    pub(crate) backorder_max: u128,
}

impl Levels {
    /// What can be sold from the shelves: goods that others wait for are theirs.
    pub(crate) fn free(&self) -> u128 {
        let free: u128 = self.places.iter().map(|place| place.free()).sum();
        free.saturating_sub(self.backordered.get())
    }

    /// What can be sold although it isn't there.
    pub(crate) const fn backorder_room(&self) -> u128 {
        self.backorder_max.saturating_sub(self.backordered.get())
    }

    /// What can be sold.
    pub(crate) fn sellable(&self) -> u128 {
        self.free().saturating_add(self.backorder_room())
    }

    /// As if so many pieces weren't backordered any more.
    pub(crate) fn release_backorder(&mut self, pieces: u128) {
        self.backordered = Amount::new(self.backordered.get().saturating_sub(pieces));
    }

    /// As if so many pieces were held in a place, or backordered.
    pub(crate) fn take(&mut self, place: Option<usize>, pieces: u128) {
        let held = match place {
            Some(index) => &mut self.places[index].reserved,
            None => &mut self.backordered,
        };
        *held = Amount::new(held.get().saturating_add(pieces));
    }

    /// From where so many pieces are taken: from the first place that has all of them, or else from
    /// one after the other, and what is missing from nowhere (`None`). `None` if there are too few.
    pub(crate) fn allocate(&self, pieces: u128) -> Option<Vec<(Option<usize>, u128)>> {
        if pieces > self.sellable() {
            return None;
        }
        let from_shelves = pieces.min(self.free());
        let mut taken = Vec::new();
        let whole = self.places.iter().position(|place| place.free() >= from_shelves);
        if let Some(index) = whole.filter(|_| from_shelves > 0) {
            taken.push((Some(index), from_shelves));
        } else {
            let mut left = from_shelves;
            for (index, place) in self.places.iter().enumerate() {
                let here = place.free().min(left);
                if here > 0 {
                    taken.push((Some(index), here));
                    left -= here;
                }
            }
        }
        if pieces > from_shelves {
            taken.push((None, pieces - from_shelves));
        }
        Some(taken)
    }
}
