//! Transfers that are made again and again.
//!
//! The id of an occurrence's transfer follows from schedule, number and attempt, and the schedule
//! moves on in the transaction after it: a crash in between makes nothing twice. What was missed while
//! no server ran is made up in order. An occurrence that is refused is tried three times more over a
//! day, then it is given up and the next one comes. The schedules of frozen users wait.

pub(crate) mod http;
mod jobs;
mod run;
mod service;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use jobs::{Run, Unfreezing};
pub(crate) use service::{NewSchedule, SchedulePatch};
pub(crate) use store::erase_in_tx;

use jiff::ToSpan as _;
use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::ScheduleId;
use crate::people::Party;

/// Most occurrences that a count can ask for.
pub(crate) const COUNT_MAX: u32 = 10_000;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Every {
    Once,
    /// Each 24 hours.
    Day,
    Week,
    /// On the same day of each month, or on its last day if it is shorter.
    Month,
}

impl Every {
    const ALL: [Self; 4] = [Self::Once, Self::Day, Self::Week, Self::Month];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScheduleStatus {
    Active,
    Paused,
    Completed,
    Cancelled,
}

impl ScheduleStatus {
    const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Completed, Self::Cancelled];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// When a schedule's occurrences are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rhythm {
    pub(crate) start_at: Timestamp,
    pub(crate) every: Every,
    /// The last moment at which one may be.
    pub(crate) until: Option<Timestamp>,
    /// How many there are.
    pub(crate) count: Option<u32>,
}

impl Rhythm {
    /// The time of an occurrence, counted from 0; `None` after the last one.
    pub(crate) fn occurrence(&self, no: u32) -> Option<Timestamp> {
        let is_over =
            self.count.is_some_and(|count| no >= count) || (self.every == Every::Once && no > 0);
        if is_over {
            return None;
        }
        let no = i64::from(no);
        let span = match self.every {
            Every::Once => 0.days(),
            Every::Day => no.days(),
            Every::Week => no.weeks(),
            Every::Month => no.months(),
        };
        let start = jiff::Timestamp::from_microsecond(self.start_at.as_micros()).ok()?;
        // From the start each time, so that a short month doesn't move the day for good.
        let at = start.to_zoned(jiff::tz::TimeZone::UTC).checked_add(span).ok()?;
        let at = Timestamp::from_micros(at.timestamp().as_microsecond());
        self.until.is_none_or(|until| at <= until).then_some(at)
    }

    /// The first occurrence from `no` on that isn't before a moment.
    pub(crate) fn next_from(&self, no: u32, now: Timestamp) -> Option<(u32, Timestamp)> {
        (no..).map_while(|no| self.occurrence(no).map(|at| (no, at))).find(|(_, at)| *at >= now)
    }
}

/// A schedule as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Schedule {
    pub(crate) id: ScheduleId,
    pub(crate) status: ScheduleStatus,
    pub(crate) to: Party,
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub(crate) scale: u8,
    pub(crate) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    pub(crate) start_at: Timestamp,
    pub(crate) every: Every,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u32>,
    /// When the next transfer is due; not there once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_at: Option<Timestamp>,
    /// How many transfers were made.
    pub(crate) paid: u32,
    /// How often the next one was refused so far.
    pub(crate) failed_attempts: u32,
    /// Why the last refusal was, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "wallet.transfer.insufficient_funds")]
    pub(crate) last_failure: Option<String>,
    pub(crate) created_at: Timestamp,
    /// The number in the ETag.
    #[serde(skip)]
    pub(crate) version: u32,
}
