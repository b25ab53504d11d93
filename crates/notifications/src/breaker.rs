//! Whether a provider is asked at all: one that fails again and again rests, and then one message
//! tries whether it is back. So a dead provider costs a timeout now and then, and not for each
//! message.

use std::time::Duration;

use kernel::Timestamp;
use parking_lot::Mutex;

/// Failures in a row with which a provider begins to rest.
const RESTS_FROM: u32 = 3;
const REST_FIRST: Duration = Duration::from_secs(30);
const REST_MAX: Duration = Duration::from_secs(120);

/// What is known of one provider, in this process.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures_in_row: u32,
    rests_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether it may be asked now. After a rest the first who asks tries for all: for the others it
    /// rests on until that one knows.
    pub(crate) fn admits(&self, now: Timestamp) -> bool {
        let mut state = self.0.lock();
        match state.rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.rests_until = Some(now.saturating_add(REST_FIRST));
                true
            }
        }
    }

    pub(crate) fn succeeded(&self) {
        *self.0.lock() = State::default();
    }

    pub(crate) fn failed(&self, now: Timestamp) {
        let mut state = self.0.lock();
        state.failures_in_row = state.failures_in_row.saturating_add(1);
        if let Some(doublings) = state.failures_in_row.checked_sub(RESTS_FROM) {
            let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
            let rest = REST_FIRST.saturating_mul(factor).min(REST_MAX);
            state.rests_until = Some(now.saturating_add(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_after_three_failures_and_longer_each_time() {
        let (breaker, mut now) = (Breaker::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..2 {
            breaker.failed(now);
            assert!(breaker.admits(now));
        }
        breaker.failed(now);
        for rest_s in [30, 60, 120, 120, 120] {
            now = now.saturating_add(Duration::from_secs(rest_s - 1));
            assert!(!breaker.admits(now), "{rest_s}");
            now = now.saturating_add(Duration::from_secs(1));
            assert!(breaker.admits(now), "one tries");
            assert!(!breaker.admits(now), "only one");
            breaker.failed(now);
        }
    }

    #[test]
    fn one_success_ends_the_rest() {
        let (breaker, now) = (Breaker::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..5 {
            breaker.failed(now);
        }
        breaker.succeeded();
        assert!(breaker.admits(now));
        breaker.failed(now);
        assert!(breaker.admits(now), "it counts from the beginning");
    }
}
