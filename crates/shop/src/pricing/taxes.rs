//! Taxes: a rate for each country and tax class, and whether prices have it in them already.

use super::TaxTotal;
use super::split::{by_largest_remainder, rounded};

/// A rate is in millionths: 200,000 is 20 %.
pub(crate) const WHOLE: u32 = 1_000_000;

/// What a country takes of a class of goods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaxRate {
    pub(crate) country: String,
    pub(crate) class: String,
    pub(crate) rate: u32,
    pub(crate) title: String,
}

/// All rates, and what prices are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaxRules {
    pub(crate) rates: Vec<TaxRate>,
    /// Prices have the tax in them, as in Europe; otherwise it is added.
    pub(crate) are_inclusive: bool,
    /// Counts where the buyer didn't say.
    pub(crate) home: Option<String>,
}

impl TaxRules {
    /// The rate of a class in a country. Where nobody gave one, nothing is taken.
    fn rate(&self, country: Option<&str>, class: &str) -> u32 {
        let Some(country) = country.or(self.home.as_deref()) else { return 0 };
        let found = self.rates.iter().find(|it| it.country == country && it.class == class);
        found.map_or(0, |it| it.rate)
    }
}

/// A charge with its tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taxed {
    pub(super) total: u128,
    pub(super) tax: u128,
    pub(super) rate: u32,
}

pub(super) struct TaxedAll {
    pub(super) lines: Vec<Taxed>,
    /// By rate, the highest first; without those of zero.
    pub(super) totals: Vec<TaxTotal>,
}

/// The tax of each charge. It is rounded once for each rate and then divided.
pub(super) fn tax(rules: &TaxRules, country: Option<&str>, charges: &[(u128, &str)]) -> TaxedAll {
    let rate = |(amount, class): &(u128, &str)| Taxed {
        total: *amount,
        tax: 0,
        rate: rules.rate(country, class),
    };
    let mut lines: Vec<Taxed> = charges.iter().map(rate).collect();
    let mut rates: Vec<u32> = lines.iter().map(|it| it.rate).filter(|rate| *rate > 0).collect();
    rates.sort_unstable_by(|left, right| right.cmp(left));
    rates.dedup();
    let mut totals = Vec::with_capacity(rates.len());
    for rate in rates {
        let at_rate = |it: &Taxed| if it.rate == rate { it.total } else { 0 };
        let weights: Vec<u128> = lines.iter().map(at_rate).collect();
        let sum: u128 = weights.iter().sum();
        let whole = if rules.are_inclusive { WHOLE + rate } else { WHOLE };
        let amount = rounded(sum, rate.into(), whole.into());
        if amount > 0 {
            for (line, part) in lines.iter_mut().zip(by_largest_remainder(amount, &weights)) {
                line.tax += part;
            }
        }
        totals.push(TaxTotal { rate, amount });
    }
    if !rules.are_inclusive {
        lines.iter_mut().for_each(|line| line.total += line.tax);
    }
    TaxedAll { lines, totals }
}
