//! Price lists: prices that hold beside those of variants, for a time, or for a group of customers.
//! What applies at a moment is the lowest price that holds then.
//!
//! Carts and the page of a product work that out from the lists each time, so a list holds from its
//! first moment to its last. What one piece costs everybody is also written down with each change,
//! in `shop.price_history`: lists, searches and the lowest price of 30 days read it there, and a job
//! (`jobs`) writes it when a list begins or ends.

pub(crate) mod http;
pub(crate) mod jobs;
mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kernel::{Amount, Timestamp};

use crate::ids::{PriceListId, VariantId};
use crate::products::past_prices::PastPrice;
use crate::products::{Tiers, Variant};

pub(crate) const LISTS_MAX: i64 = 1_000;
/// Variants whose prices are set at once.
pub(crate) const PRICES_MAX: usize = 500;

/// Prices of one currency, for a time or for a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PriceList {
    pub(crate) id: PriceListId,
    pub(crate) title: String,
    pub(crate) currency: String,
    /// For whom it is; `None`: for everybody.
    pub(crate) customer_group: Option<String>,
    pub(crate) from: Option<Timestamp>,
    /// At this moment it holds no longer.
    pub(crate) until: Option<Timestamp>,
    pub(crate) is_active: bool,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct PriceListPatch {
    pub(crate) title: Option<String>,
    pub(crate) customer_group: Option<Option<String>>,
    pub(crate) from: Option<Option<Timestamp>>,
    pub(crate) until: Option<Option<Timestamp>>,
    pub(crate) is_active: Option<bool>,
}

/// What a variant costs in a list, from quantities on; without any it isn't in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedPrices {
    pub(crate) sku: String,
    pub(crate) tiers: Vec<(u32, Amount)>,
}

/// What lists say of a variant at a moment, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) variant: VariantId,
    pub(crate) currency: String,
    /// Only some may buy for it.
    pub(crate) is_for_group: bool,
    /// The smallest quantity first.
    pub(crate) tiers: Vec<(u32, Amount)>,
}

impl PriceListPatch {
    pub(crate) fn apply(self, it: &mut PriceList) {
        it.title = self.title.unwrap_or_else(|| it.title.clone());
        it.customer_group = self.customer_group.unwrap_or_else(|| it.customer_group.clone());
        it.from = self.from.unwrap_or(it.from);
        it.until = self.until.unwrap_or(it.until);
        it.is_active = self.is_active.unwrap_or(it.is_active);
    }
}

impl PriceList {
    /// It begins before it ends.
    pub(crate) fn has_time(&self) -> bool {
        self.from.zip(self.until).is_none_or(|(from, until)| from < until)
    }

    /// The moments still to come at which prices change by it.
    pub(crate) fn turns(&self, now: Timestamp) -> Vec<Timestamp> {
        let moments = [self.from, self.until].into_iter().flatten();
        moments.filter(|moment| *moment > now).collect()
    }
}

/// What a piece costs if so many are bought, by the tiers of one list.
pub(crate) fn reached(tiers: &[(u32, Amount)], quantity: u32) -> Option<Amount> {
    let reached = tiers.iter().rev().find(|(from, _)| *from <= quantity);
    reached.map(|(_, amount)| *amount)
}

/// The lowest of several lists, from quantity to quantity.
pub(crate) fn lowest(lists: &[&[(u32, Amount)]]) -> Vec<(u32, Amount)> {
    let mut quantities: Vec<u32> = lists.iter().flat_map(|it| it.iter().map(|(q, _)| *q)).collect();
    quantities.sort_unstable();
    quantities.dedup();
    let mut tiers: Vec<(u32, Amount)> = Vec::with_capacity(quantities.len());
    for quantity in quantities {
        let amounts = lists.iter().filter_map(|tiers| reached(tiers, quantity));
        let Some(amount) = amounts.min() else { continue };
        if tiers.last().is_none_or(|(_, before)| *before != amount) {
            tiers.push((quantity, amount));
        }
    }
    tiers
}

impl Variant {
    /// Puts the prices that hold for somebody in the place of its own, and keeps those beside them
    /// that they are lower than.
    pub(crate) fn apply_lists(&mut self, listed: &[Listed]) {
        let own: Vec<&Listed> = listed.iter().filter(|it| it.variant == self.id).collect();
        let mut by_currency: BTreeMap<String, Vec<&[(u32, Amount)]>> = BTreeMap::new();
        for it in &own {
            by_currency.entry(it.currency.clone()).or_default().push(&it.tiers);
        }
        for (currency, mut lists) in by_currency {
            let before = self.prices.get(&currency).cloned();
            lists.extend(before.as_ref().map(|it| it.0.as_slice()));
            let tiers = lowest(&lists);
            // What has no price for a single piece is only sold in a cart.
            if tiers.first().is_none_or(|(from, _)| *from > 1) {
                continue;
            }
            let one = Tiers(tiers);
            if let (Some(before), Some(now)) = (before.and_then(|it| it.one()), one.one())
                && now < before
            {
                self.compare_at.insert(currency.clone(), before);
            }
            self.prices.insert(currency, one);
        }
    }

    /// What one piece costs everybody in a currency.
    pub(crate) fn public_price(&self, listed: &[Listed], currency: &str) -> Option<Amount> {
        let public = listed
            .iter()
            .filter(|it| it.variant == self.id && it.currency == currency && !it.is_for_group);
        let own = self.prices.get(currency).and_then(Tiers::one);
        public.filter_map(|it| reached(&it.tiers, 1)).chain(own).min()
    }
}

/// Past prices with the one that everybody pays at this moment, which the job may not have written
/// down yet. All are of one variant and currency.
pub(crate) fn up_to_date(past: Vec<PastPrice>, public: Amount, now: Timestamp) -> Vec<PastPrice> {
    let Some(open) = past.iter().position(|it| it.until.is_none() && it.amount != public) else {
        return past;
    };
    let mut past = past;
    let next = PastPrice { amount: public, from: now, until: None, ..past[open].clone() };
    past[open].until = Some(now);
    past.push(next);
    past
}
