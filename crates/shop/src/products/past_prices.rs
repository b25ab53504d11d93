//! What something cost before. Whoever announces a lower price must say the lowest of the 30 days
//! before it (Directive 98/6/EC, article 6a, as amended by (EU) 2019/2161).

use std::time::Duration;

use kernel::{Amount, Timestamp};

use crate::ids::VariantId;

const A_DAY: Duration = Duration::from_secs(24 * 3_600);
/// How far back one looks.
pub(crate) const LOOKED_BACK: Duration = Duration::from_secs(30 * A_DAY.as_secs());

/// What one piece of a variant cost everybody for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastPrice {
    pub(crate) variant: VariantId,
    pub(crate) currency: String,
    pub(crate) amount: Amount,
    pub(crate) from: Timestamp,
    /// `None`: it is the price.
    pub(crate) until: Option<Timestamp>,
}

/// The lowest price of the 30 days before the present one, if that is lower than one of the last
/// 30 days. `past` is of one variant and currency.
pub(crate) fn lowest_before(past: &[&PastPrice], now: Timestamp) -> Option<Amount> {
    let present = past.iter().find(|it| it.until.is_none())?;
    let ended_after = |it: &PastPrice, moment| it.until.is_some_and(|until| until > moment);
    let since = now.saturating_sub(LOOKED_BACK);
    let is_reduced = past.iter().any(|it| ended_after(it, since) && it.amount > present.amount);
    if !is_reduced {
        return None;
    }
    let since = present.from.saturating_sub(LOOKED_BACK);
    past.iter().filter(|it| ended_after(it, since)).map(|it| it.amount).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 100;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_micros(day * 24 * 3_600 * 1_000_000)
    }

    fn check(prices: &[(u64, i64, Option<i64>)], expected: Option<u64>) {
        let price = |(amount, from, until): &(u64, i64, Option<i64>)| PastPrice {
            variant: VariantId::from_u128(1),
            currency: "EUR".to_owned(),
            amount: Amount::from(*amount),
            from: day(*from),
            until: until.map(day),
        };
        let past: Vec<PastPrice> = prices.iter().map(price).collect();
        let past: Vec<&PastPrice> = past.iter().collect();
        assert_eq!(lowest_before(&past, day(NOW)), expected.map(Amount::from), "{prices:?}");
    }

    #[test]
    fn a_lower_price_names_the_lowest_before_it() {
        check(&[(100, 0, Some(95)), (80, 95, None)], Some(100));
        check(&[(90, 60, Some(70)), (100, 70, Some(95)), (80, 95, None)], Some(90));
        check(&[(70, 85, Some(90)), (100, 90, Some(95)), (80, 95, None)], Some(70));
    }

    #[test]
    fn what_is_long_ago_does_not_count() {
        check(&[(50, 0, Some(60)), (100, 60, Some(95)), (80, 95, None)], Some(100));
        check(&[(100, 0, Some(69)), (80, 69, None)], None);
    }

    #[test]
    fn higher_prices_and_no_prices_say_nothing() {
        check(&[(80, 0, Some(95)), (100, 95, None)], None);
        check(&[(80, 0, None)], None);
        check(&[(80, 0, Some(95))], None);
        check(&[], None);
    }
}
