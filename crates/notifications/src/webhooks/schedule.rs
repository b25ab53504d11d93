//! When a message is tried again, when an endpoint rests, when it is given up. Pure.
//!
//! Two clocks run. Each message has its own schedule of ten attempts over three days. And an
//! endpoint that fails again and again rests as a whole, so that a long queue doesn't knock at a
//! dead door thousands of times; one message then tries whether it is back.

use std::time::Duration;

use kernel::Timestamp;
use kernel::bus::Backoff;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

const fn hours(hours: u64) -> Duration {
    minutes(60 * hours)
}

/// The example of Standard Webhooks 1.0: 75 hours and 35 minutes in all.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    minutes(5),
    minutes(30),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
];

/// The first, and one after each wait.
pub(super) const ATTEMPTS_MAX: u32 = WAITS.len() as u32 + 1;

/// Failures in a row with which an endpoint begins to rest.
const RESTS_FROM: u32 = 4;
const REST_FIRST: Duration = Duration::from_secs(15);
const REST_MAX: Duration = minutes(15);

/// The longest that an endpoint may ask us to wait.
const RETRY_AFTER_MAX: Duration = hours(24);

/// After so long without a success the user is told, and after so long it ends.
pub(super) const WARN_AFTER: Duration = hours(24);
pub(super) const DISABLE_AFTER: Duration = hours(5 * 24);

/// How an attempt ended, as far as the schedule asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Succeeded,
    /// It answered 410: nothing is wanted there any more.
    Gone,
    Failed {
        /// What the endpoint asked for.
        retry_after: Option<Duration>,
    },
}

/// What is to become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Succeeded,
    Failed,
    Again(Timestamp),
}

/// How an endpoint fares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Health {
    pub(super) failures_in_row: u32,
    pub(super) rests_until: Option<Timestamp>,
    pub(super) failing_since: Option<Timestamp>,
    pub(super) warned_at: Option<Timestamp>,
}

/// What the user has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alarm {
    /// Nothing has succeeded for a day.
    Failing,
    DisabledAsFailing,
    DisabledAsGone,
}

/// The message after its `attempt` (from 1). Chance comes from `seed`.
pub(super) fn next(now: Timestamp, attempt: u32, seed: u128, ended: Ended) -> Next {
    let retry_after = match ended {
        Ended::Succeeded => return Next::Succeeded,
        Ended::Failed { retry_after } => retry_after,
        // The endpoint is disabled in the same moment.
        Ended::Gone => return Next::Failed,
    };
    if attempt >= ATTEMPTS_MAX {
        return Next::Failed;
    }
    let wait = Backoff::Schedule(&WAITS).delay(attempt, seed);
    let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
    Next::Again(now.saturating_add(wait.max(asked)))
}

impl Health {
    /// Whether only one message may be tried at a time.
    pub(super) const fn is_suspect(&self) -> bool {
        self.failures_in_row >= RESTS_FROM
    }

    /// The endpoint after an attempt, and what its owner has to know.
    pub(super) fn after(self, now: Timestamp, ended: Ended) -> (Self, Option<Alarm>) {
        let retry_after = match ended {
            Ended::Succeeded => return (Self::default(), None),
            Ended::Gone => return (self, Some(Alarm::DisabledAsGone)),
            Ended::Failed { retry_after } => retry_after,
        };
        let failures_in_row = self.failures_in_row.saturating_add(1);
        let asked = retry_after.map(|asked| asked.min(RETRY_AFTER_MAX));
        let rest = rest(failures_in_row).max(asked);
        let failing_since = self.failing_since.unwrap_or(now);
        let mut health = Self {
            failures_in_row,
            // A second request in flight doesn't shorten what the first one's answer asked for.
            rests_until: rest.map(|rest| now.saturating_add(rest)).max(self.rests_until),
            failing_since: Some(failing_since),
            warned_at: self.warned_at,
        };
        let failing_for = now.since(failing_since);
        let alarm = if failing_for >= DISABLE_AFTER {
            Some(Alarm::DisabledAsFailing)
        } else if failing_for >= WARN_AFTER && self.warned_at.is_none() {
            health.warned_at = Some(now);
            Some(Alarm::Failing)
        } else {
            None
        };
        (health, alarm)
    }
}

/// How long an endpoint rests after so many failures in a row: 15 s, twice that and so on.
fn rest(failures_in_row: u32) -> Option<Duration> {
    let doublings = failures_in_row.checked_sub(RESTS_FROM)?;
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    Some(REST_FIRST.saturating_mul(factor).min(REST_MAX))
}
