use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use super::POLL;
use crate::bus::hint::Hints;

/// Most transactions that give a hint have committed by then.
const SOON: Duration = Duration::from_millis(2);

/// When to look again: at a sign, soon after a hint, and now and then.
pub(super) struct Pace {
    hints: watch::Receiver<u64>,
    /// Grows from [`SOON`] after the last hint to [`POLL`].
    step: Duration,
}

impl Pace {
    pub(super) fn new(hints: &Hints) -> Self {
        Self { hints: hints.subscribe(), step: POLL }
    }

    /// May be dropped and called again at any time.
    pub(super) async fn next(&mut self, sign: &Notify, at_most: Duration) {
        let mut until = Instant::now() + self.step.min(at_most);
        loop {
            tokio::select! {
                () = sign.notified() => return,
                Ok(()) = self.hints.changed() => {
                    self.step = SOON;
                    until = until.min(Instant::now() + SOON);
                }
                () = sleep_until(until) => {
                    self.step = (self.step * 2).min(POLL);
                    return;
                }
            }
        }
    }
}
