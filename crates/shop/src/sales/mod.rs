//! Sales: what was sold, summed up by currency and time, and what is still to be done, for staff.
//!
//! Orders count when they were placed, refunds and corrections when they were made. Amounts are what buyers pay, tax
//! included where prices have it in them; nothing here is a book, the ledger has those.

pub(crate) mod http;
mod service;
mod store;

#[cfg(test)]
mod tests;

use kernel::{Amount, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Result, ShopError};
use crate::ids::ProductId;

/// Of so many products the best are told, in each currency.
const BEST: i64 = 10;
const UNCOUNTABLE: ShopError = ShopError::Corrupt("more sales than can be counted");

/// How long the parts are into which a time is cut. They begin in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SalesStep {
    #[default]
    Day,
    /// From Monday on.
    Week,
    Month,
}

impl SalesStep {
    /// As Postgres cuts time.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Of which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SalesQuery {
    pub(crate) from: Timestamp,
    pub(crate) before: Timestamp,
    pub(crate) step: SalesStep,
}

/// What was sold in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) orders: i64,
    /// Of the orders, those whose money came.
    pub(crate) paid: i64,
    pub(crate) units: i64,
    /// All lines before discounts.
    pub(crate) gross: Amount,
    pub(crate) discounts: Amount,
    pub(crate) shipping: Amount,
    pub(crate) taxes: Amount,
    pub(crate) total: Amount,
    pub(crate) cancelled: Amount,
    /// What went back in this time, whenever it was bought.
    pub(crate) refunds: Amount,
    /// What staff corrected without an order; below zero where less was earned.
    pub(crate) adjustments: SignedAmount,
}

impl Figures {
    /// Both together.
    fn and(self, other: &Self) -> Result<Self> {
        let sum = |part: fn(&Self) -> Amount| {
            let sum = part(&self).checked_add(part(other));
            sum.ok_or(UNCOUNTABLE)
        };
        let adjustments = self.adjustments.checked_add(other.adjustments);
        Ok(Self {
            orders: self.orders + other.orders,
            paid: self.paid + other.paid,
            units: self.units + other.units,
            gross: sum(|it| it.gross)?,
            discounts: sum(|it| it.discounts)?,
            shipping: sum(|it| it.shipping)?,
            taxes: sum(|it| it.taxes)?,
            total: sum(|it| it.total)?,
            cancelled: sum(|it| it.cancelled)?,
            refunds: sum(|it| it.refunds)?,
            adjustments: adjustments.ok_or(UNCOUNTABLE)?,
        })
    }

    /// What is left of the total, corrections counted; below zero where more went back than was sold.
    fn net(&self) -> Result<SignedAmount> {
        let kept = SignedAmount::difference(self.total, self.cancelled);
        let refunds = SignedAmount::difference(self.refunds, Amount::ZERO);
        let net = kept.zip(refunds).and_then(|(kept, refunds)| kept.checked_sub(refunds));
        net.and_then(|it| it.checked_add(self.adjustments)).ok_or(UNCOUNTABLE)
    }
}

/// Figures of a currency from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    currency: String,
    scale: u8,
    starts_at: Timestamp,
    figures: Figures,
}

/// A product that was sold much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BestProduct {
    pub(crate) currency: String,
    pub(crate) product: ProductId,
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) units: i64,
    pub(crate) total: Amount,
}

/// What was sold in a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SalesOfCurrency {
    pub(crate) currency: String,
    pub(crate) scale: u8,
    pub(crate) total: Figures,
    /// The earliest first; where nothing happened there is none.
    pub(crate) periods: Vec<(Timestamp, Figures)>,
    /// The best one first.
    pub(crate) products: Vec<BestProduct>,
}

/// What is still to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenWork {
    pub(crate) orders_to_ship: i64,
    pub(crate) orders_unpaid: i64,
    pub(crate) returns_to_decide: i64,
    pub(crate) returns_to_receive: i64,
    pub(crate) variants_out_of_stock: i64,
    pub(crate) variants_low: i64,
}

/// What was sold, and what is still to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sales {
    pub(crate) currencies: Vec<SalesOfCurrency>,
    pub(crate) open: OpenWork,
}

/// Puts parts of orders, of lines and of refunds together, by currency and time.
fn put_together(mut parts: Vec<Part>, mut best: Vec<BestProduct>) -> Result<Vec<SalesOfCurrency>> {
    parts.sort_by(|a, b| (&a.currency, a.starts_at).cmp(&(&b.currency, b.starts_at)));
    let mut all: Vec<SalesOfCurrency> = Vec::new();
    for part in parts {
        if all.last().is_none_or(|last| last.currency != part.currency) {
            all.push(SalesOfCurrency {
                currency: part.currency,
                scale: part.scale,
                total: Figures::default(),
                periods: Vec::new(),
                products: Vec::new(),
            });
        }
        let of = all.last_mut().expect("there is one by now");
        of.total = of.total.and(&part.figures)?;
        match of.periods.last_mut().filter(|(at, _)| *at == part.starts_at) {
            Some((_, figures)) => *figures = figures.and(&part.figures)?,
            None => of.periods.push((part.starts_at, part.figures)),
        }
    }
    for of in &mut all {
        let mine;
        (mine, best) = best.into_iter().partition(|it| it.currency == of.currency);
        of.products = mine;
    }
    Ok(all)
}
