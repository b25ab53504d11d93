//! What an account held at the end of each day: what a chart of it is drawn from.
//!
//! The ledger's history has it, by its own time; nothing is stored for it. Days are those of UTC. A
//! day that isn't over ends now.

pub(crate) mod http;
mod service;

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields::Day;

const DAYS_MAX: i64 = 366;
const DAYS_DEFAULT: i32 = 90;

/// A day of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletDayBalance)]
pub(crate) struct DayBalance {
    #[schema(format = Date, example = "2026-11-21")]
    pub(crate) date: String,
    /// What the account held at the end of the day, holds included; today that of this moment.
    pub(crate) balance: Amount,
    /// What came in on that day.
    pub(crate) total_in: Amount,
    /// What went out on that day.
    pub(crate) total_out: Amount,
}

/// Consecutive days, of which there is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    first: Day,
    last: Day,
}

/// Why days are refused; it is the first one that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DaysError {
    #[error("the first day comes before the last one, and isn't after today")]
    Backwards,
    #[error("there may be no more than 366 days")]
    TooMany,
}

impl Days {
    /// `from` to `to`, or the days before; nothing is known of days after today.
    pub(crate) fn try_new(
        from: Option<Day>,
        to: Option<Day>,
        today: Day,
    ) -> Result<Self, DaysError> {
        let last = to.map_or(today, |to| to.min(today));
        let first = from.unwrap_or_else(|| last.plus(1 - DAYS_DEFAULT));
        match last.days_after(first) {
            ..0 => Err(DaysError::Backwards),
            DAYS_MAX.. => Err(DaysError::TooMany),
            _ => Ok(Self { first, last }),
        }
    }

    fn iter(self) -> impl Iterator<Item = Day> {
        (0..).map(move |days| self.first.plus(days)).take_while(move |day| *day <= self.last)
    }

    /// The begin of the first day, and the end of each.
    fn bounds(self) -> impl Iterator<Item = Timestamp> {
        std::iter::once(self.first.start()).chain(self.iter().map(|day| day.plus(1).start()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_90_days_unless_others_are_asked_for() {
        let today = day("2026-11-21");
        let days = Days::try_new(None, None, today).unwrap();
        assert_eq!((days.iter().count(), days.first.to_string().as_str()), (90, "2026-08-24"));
        assert_eq!(days.bounds().count(), 91);
        let later = Days::try_new(None, Some(day("2026-12-24")), today).unwrap();
        assert_eq!(later, days);
    }

    #[test]
    fn days_are_in_order_and_not_too_many() {
        let today = day("2026-11-21");
        let of = |from: &str, to: &str| {
            Days::try_new(Some(day(from)), Some(day(to)), today).map(|days| days.iter().count())
        };
        assert_eq!(of("2026-11-21", "2026-11-21"), Ok(1));
        assert_eq!(of("2025-11-21", "2026-11-21"), Ok(366));
        assert_eq!(of("2025-11-20", "2026-11-21"), Err(DaysError::TooMany));
        assert_eq!(of("2026-11-20", "2026-11-19"), Err(DaysError::Backwards));
        assert_eq!(of("2026-11-22", "2026-11-23"), Err(DaysError::Backwards));
    }
}
