//! A process keeps the jobs that it runs for as long as it says so. Leases are short, and renewed
//! while a run is under way: after a crash a job is free within seconds, however long it may take.

use std::sync::Arc;
use std::time::Duration;

use super::{Shared, jobs};
use crate::Timestamp;
use crate::bus::store;

/// A process that is silent for so long counts as dead.
const LEASE: Duration = Duration::from_secs(20);

/// Renewed so often that two may fail, or clocks of hosts may differ by ten seconds.
const RENEW_EACH: Duration = Duration::from_secs(5);

/// When a lease that begins now ends.
pub(super) fn end(now: Timestamp) -> Timestamp {
    now.saturating_add(LEASE)
}

pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        tokio::select! {
            // What is left of the leases is longer than the end takes.
            () = shared.stopped() => return,
            () = tokio::time::sleep(RENEW_EACH) => {}
        }
        let own = jobs::own_claims(&shared);
        if own.is_empty() {
            continue;
        }
        let until = end(shared.clock.now());
        let renewed = tokio::select! {
            () = shared.stopped() => return,
            renewed = store::jobs::renew(&shared.database, &own, until) => renewed,
        };
        if let Err(error) = renewed {
            tracing::warn!(%error, "leases can't be renewed; another try follows");
        }
    }
}
