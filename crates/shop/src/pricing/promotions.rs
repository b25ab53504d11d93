//! Promotions: what they take off a basket.
//!
//! Those that combine are applied one after the other by priority, each to what the ones before left.
//! One that doesn't combine is applied alone. The buyer gets whichever comes to more: all that
//! combine, or one that doesn't.

use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::split::{by_largest_remainder, rounded};
use super::{Basket, Discount, Item};
use crate::ids::{ProductId, PromotionId};

/// A reduction of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promotion {
    pub(crate) id: PromotionId,
    pub(crate) title: String,
    /// Upper case. Without one it applies by itself.
    pub(crate) code: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) conditions: Conditions,
    pub(crate) combines: bool,
    /// The lower, the earlier.
    pub(crate) priority: i32,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) uses_max: Option<u64>,
    pub(crate) uses_max_per_customer: Option<u64>,
    pub(crate) is_active: bool,
    pub(crate) version: u32,
}

/// What it takes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Effect {
    /// A part of the price of each piece that counts.
    Percentage {
        /// In millionths: 100000 is 10 %.
        #[schema(minimum = 1, maximum = 1_000_000, example = 100_000)]
        rate: u32,
    },
    /// An amount off all pieces that count, together.
    Amount {
        #[schema(example = "EUR")]
        currency: String,
        amount: Amount,
    },
    /// Of every `buy + get` pieces that count, the `get` cheapest are cheaper.
    BuyGet {
        #[schema(minimum = 1, maximum = 1000, example = 2)]
        buy: u32,
        #[schema(minimum = 1, maximum = 1000, example = 1)]
        get: u32,
        /// In millionths: 1000000 makes them free.
        #[schema(minimum = 1, maximum = 1_000_000, example = 1_000_000)]
        rate: u32,
    },
    /// Sending costs nothing.
    FreeShipping,
}

/// For which pieces, and from when on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Conditions {
    /// The basket is worth so much before discounts, in this currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subtotal_min: Option<SubtotalMin>,
    /// Only pieces of these products count; of all if neither products nor tags are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub(crate) products: Vec<ProductId>,
    /// Only pieces of products with one of these tags count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub(crate) tags: Vec<String>,
}

/// What a basket has to be worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubtotalMin {
    #[schema(example = "EUR")]
    pub(crate) currency: String,
    pub(crate) amount: Amount,
}

impl Promotion {
    /// Whether it may apply at a moment, apart from what is in the basket.
    pub(crate) fn is_on(&self, now: Timestamp) -> bool {
        self.is_active
            && self.starts_at.is_none_or(|start| start <= now)
            && self.ends_at.is_none_or(|end| now < end)
    }

    fn counts(&self, item: &Item) -> bool {
        let conditions = &self.conditions;
        (conditions.products.is_empty() && conditions.tags.is_empty())
            || conditions.products.contains(&item.product)
            || item.tags.iter().any(|tag| conditions.tags.contains(tag))
    }

    fn is_met(&self, basket: &Basket<'_>, subtotal: u128) -> bool {
        let worth = self.conditions.subtotal_min.as_ref();
        worth.is_none_or(|min| min.currency == basket.currency && subtotal >= min.amount.get())
    }
}

/// What promotions took off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) of_lines: Vec<u128>,
    pub(super) of_shipping: u128,
    pub(super) discounts: Vec<Discount>,
}

impl Applied {
    fn total(&self) -> u128 {
        self.discounts.iter().map(|it| it.amount).sum()
    }
}

/// The promotions that are best for the buyer, and what they take off.
pub(super) fn best(basket: &Basket<'_>, subtotals: &[u128], shipping: u128) -> Applied {
    let mut sorted: Vec<&Promotion> = basket.promotions.to_vec();
    sorted.sort_by_key(|it| (it.priority, it.id));
    let (together, alone): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|it| it.combines);
    let mut best = apply(basket, subtotals, shipping, &together);
    for promotion in alone {
        let one = apply(basket, subtotals, shipping, &[promotion]);
        if one.total() > best.total() {
            best = one;
        }
    }
    best
}

fn apply(
    basket: &Basket<'_>,
    subtotals: &[u128],
    shipping: u128,
    promotions: &[&Promotion],
) -> Applied {
    let subtotal = subtotals.iter().sum();
    let mut applied = Applied { of_lines: vec![0; subtotals.len()], ..Applied::default() };
    for promotion in promotions.iter().filter(|it| it.is_met(basket, subtotal)) {
        let left: Vec<u128> =
            subtotals.iter().zip(&applied.of_lines).map(|(all, off)| all - off).collect();
        let (off, off_shipping) = match &promotion.effect {
            Effect::FreeShipping => (Vec::new(), shipping - applied.of_shipping),
            _ => (off_lines(promotion, basket, &left), 0),
        };
        let amount = off.iter().sum::<u128>() + off_shipping;
        for (sum, off) in applied.of_lines.iter_mut().zip(off) {
            *sum += off;
        }
        applied.of_shipping += off_shipping;
        if amount > 0 {
            applied.discounts.push(Discount { promotion: promotion.id, amount });
        }
    }
    applied
}

/// How much of what is left of each line.
fn off_lines(promotion: &Promotion, basket: &Basket<'_>, left: &[u128]) -> Vec<u128> {
    let counted = |(item, left): (&Item, &u128)| if promotion.counts(item) { *left } else { 0 };
    let counted: Vec<u128> = basket.items.iter().zip(left).map(counted).collect();
    let sum: u128 = counted.iter().sum();
    let divided = |amount: u128| match amount.min(sum) {
        0 => vec![0; counted.len()],
        amount => by_largest_remainder(amount, &counted),
    };
    match &promotion.effect {
        Effect::Percentage { rate } => divided(rounded(sum, (*rate).into(), 1_000_000)),
        Effect::Amount { currency, amount } if currency == basket.currency => divided(amount.get()),
        Effect::BuyGet { buy, get, rate } => {
            let pieces = cheapest(promotion, basket, *buy, *get);
            let part = |((item, pieces), left): ((&Item, u32), &u128)| {
                let worth = left * u128::from(pieces) / u128::from(item.quantity.max(1));
                rounded(worth, (*rate).into(), 1_000_000)
            };
            basket.items.iter().zip(pieces).zip(left).map(part).collect()
        }
        Effect::Amount { .. } | Effect::FreeShipping => vec![0; counted.len()],
    }
}

/// How many pieces of each line are among the cheapest that a buyer of so many gets.
fn cheapest(promotion: &Promotion, basket: &Basket<'_>, buy: u32, get: u32) -> Vec<u32> {
    let counted = |(_, item): &(usize, &Item)| promotion.counts(item);
    let mut lines: Vec<(usize, &Item)> = basket.items.iter().enumerate().filter(counted).collect();
    lines.sort_by_key(|(_, item)| item.unit_price);
    let all: u64 = lines.iter().map(|(_, item)| u64::from(item.quantity)).sum();
    let mut left = all / u64::from(buy + get) * u64::from(get);
    let mut pieces = vec![0; basket.items.len()];
    for (index, item) in lines {
        let here = u64::from(item.quantity).min(left);
        pieces[index] = u32::try_from(here).expect("at most the quantity of the line");
        left -= here;
    }
    pieces
}
