//! Whether a variant can be had: a picture for those who look. How many there are, the ledger
//! knows, and it alone decides at checkout.

pub(crate) mod feed;
pub(crate) mod service;
mod store;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether something can be had. The best of a product's variants is the product's.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Availability {
    /// None is there, and none is expected.
    OutOfStock,
    /// None is there; what is ordered is sent when it comes.
    Backorder,
    /// It isn't sold yet; what is ordered is sent when it is.
    Preorder,
    /// Only a few are left.
    Low,
    InStock,
}

/// What is known of a variant, besides how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) tracks_stock: bool,
    pub(crate) available_from: Option<Timestamp>,
}

impl Availability {
    pub(crate) const ALL: [Self; 5] =
        [Self::OutOfStock, Self::Backorder, Self::Preorder, Self::Low, Self::InStock];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::Backorder => "backorder",
            Self::Preorder => "preorder",
            Self::Low => "low",
            Self::InStock => "in_stock",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// What follows from how many lie there and how many may be sold beyond that.
    pub(crate) fn of(terms: Terms, on_hand: u128, backorders_left: u128, now: Timestamp) -> Self {
        const LOW: u128 = 5;
        if terms.available_from.is_some_and(|from| from > now) {
            return Self::Preorder;
        }
        match on_hand {
            _ if !terms.tracks_stock => Self::InStock,
            0 if backorders_left > 0 => Self::Backorder,
            0 => Self::OutOfStock,
            1..=LOW => Self::Low,
            _ => Self::InStock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for it in Availability::ALL {
            assert_eq!(Availability::from_name(it.as_str()), Some(it));
        }
        assert!(Availability::InStock > Availability::Low);
    }

    #[test]
    fn what_can_be_had_follows_from_numbers_and_time() {
        use Availability as A;
        let now = Timestamp::from_micros(1_000);
        let check = |tracks_stock, from: Option<i64>, on_hand, backorders, expected| {
            let available_from = from.map(Timestamp::from_micros);
            let terms = Terms { tracks_stock, available_from };
            assert_eq!(A::of(terms, on_hand, backorders, now), expected);
        };
        check(true, None, 0, 0, A::OutOfStock);
        check(true, None, 0, 1, A::Backorder);
        check(true, None, 5, 0, A::Low);
        check(true, None, 6, 9, A::InStock);
        check(false, None, 0, 0, A::InStock);
        check(true, Some(1_001), 9, 0, A::Preorder);
        check(true, Some(1_000), 9, 0, A::InStock);
    }
}
