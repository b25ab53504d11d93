//! How much a user may send: of an asset, per transfer and per day (UTC). Staff sets defaults for an
//! asset and limits of single users.
//!
//! The daily limit is enforced on the ledger. What a user has used is the debit balance of an account
//! of the asset `LIMIT:<ASSET>`, whose floor is the limit below zero; a transfer and its use are one
//! linked pair. At the first use of a day a transfer whose id follows from account and day sets the
//! balance back to zero. A changed limit is a changed floor: what was used stays used.
//!
//! Invariants: two racing transfers can't exceed a limit together; without a limit a transfer costs
//! nothing extra; what a declined, cancelled or expired transfer used is not given back that day.
//!
//! Limits are remembered in the process. `wallet.limits_version` tells other processes within a
//! second; the one that leads the ledger, where all changes are made, knows at once.

mod cache;
pub(crate) mod http;
mod service;
mod store;
mod usage;

pub(crate) use cache::{LimitCache, watch};
pub(crate) use service::LimitChange;
pub(crate) use usage::Use;

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

const DAY_US: i64 = 86_400_000_000;

/// What may be sent. `None`: the default of the asset; for a default: as much as one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) per_transfer: Option<Amount>,
    pub(crate) per_day: Option<Amount>,
}

/// Limits as stored. Version zero: never set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredLimits {
    pub(crate) limits: Limits,
    pub(crate) version: u32,
}

impl Limits {
    /// A user's own limits before the defaults.
    pub(crate) fn or(self, default: Self) -> Self {
        Self {
            per_transfer: self.per_transfer.or(default.per_transfer),
            per_day: self.per_day.or(default.per_day),
        }
    }
}

/// A user's limits of an asset, and what is left of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletLimit)]
pub(crate) struct OwnLimit {
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub(crate) scale: u8,
    /// The most that one transfer may move. Null: as much as there is.
    pub(crate) per_transfer: Option<Amount>,
    /// The most that may be sent in a day. Null: as much as there is.
    pub(crate) per_day: Option<Amount>,
    /// What was sent today. Transfers that wait count, and go on counting if nothing comes of them.
    pub(crate) used_today: Option<Amount>,
    pub(crate) left_today: Option<Amount>,
    /// When the next day begins, in UTC.
    pub(crate) resets_at: Timestamp,
}

/// The day of a moment, counted from 1970.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY_US)
}

fn start_of(day: i64) -> Timestamp {
    Timestamp::from_micros(day * DAY_US)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_limits_come_before_defaults() {
        let of = |per_transfer: Option<u128>, per_day: Option<u128>| Limits {
            per_transfer: per_transfer.map(Amount::new),
            per_day: per_day.map(Amount::new),
        };
        assert_eq!(of(None, Some(5)).or(of(Some(7), Some(9))), of(Some(7), Some(5)));
        assert_eq!(of(None, None).or(of(None, None)), Limits::default());
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        let at: Timestamp = "2026-11-20T23:59:59.999999Z".parse().unwrap();
        let next = Timestamp::from_micros(at.as_micros() + 1);
        assert_eq!(day_of(next), day_of(at) + 1);
        assert_eq!(start_of(day_of(next)), next);
    }
}
