//! Hints from publishers to the buses of this process: something is about to be committed.
//!
//! A `NOTIFY` in the publisher's transaction would say it at the right moment, but Postgres
//! commits transactions that notify one after the other, which costs publishers more than half of
//! their rate. So a bus looks soon after a hint, then less and less often, until its poll takes
//! over. The hint is for all databases of the process: of a wrong one a bus only looks once more.

use std::sync::LazyLock;

use tokio::sync::watch;

/// A number that goes up.
pub(super) type Hints = LazyLock<watch::Sender<u64>>;

pub(super) static EVENTS: Hints = LazyLock::new(|| watch::Sender::new(0));
pub(super) static JOBS: Hints = LazyLock::new(|| watch::Sender::new(0));

pub(super) fn give(hints: &Hints) {
    hints.send_modify(|count| *count = count.wrapping_add(1));
}
