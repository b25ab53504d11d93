use std::time::Duration;

use super::{Shared, jobs};
use crate::DatabaseError;
use crate::bus::store;

/// Other processes end things, too, and say nothing of it.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

pub(super) async fn settle(shared: &Shared) {
    let _hurry = Hurry::begin(shared);
    loop {
        let progress = shared.progress.notified();
        shared.wake();
        match is_settled(shared).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "can't see whether the bus is settled"),
        }
        // Whichever comes first.
        let _ = tokio::time::timeout(LOOK_AGAIN, progress).await;
    }
}

async fn is_settled(shared: &Shared) -> Result<bool, DatabaseError> {
    // With this no run can begin while we look.
    let _claiming = shared.claiming.lock().await;
    if !shared.under_way.lock().is_empty() {
        return Ok(false);
    }
    // Events first: what a consumer enqueues is there when its position has moved.
    let (database, now, names) = (&shared.database, shared.clock.now(), shared.consumer_names());
    let events = store::consumers::look(database, now, &names).await?;
    let is_behind = |(_, lag, may_go_on): &(String, i64, bool)| *lag > 0 && *may_go_on;
    if events.is_unsequenced
        || events.consumers.len() < names.len()
        || events.consumers.iter().any(is_behind)
    {
        return Ok(false);
    }
    let kinds: Vec<&str> = shared.workers.iter().map(|slot| slot.kind).collect();
    let own = jobs::own_claims(shared);
    let jobs = store::jobs::look(database, now, &kinds, &own, &names).await?;
    Ok(!jobs.is_lost && jobs.next_at.is_none_or(|at| at > now))
}

/// Nobody pauses while one of these is there.
struct Hurry<'a>(&'a Shared);

impl<'a> Hurry<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.settling.send_modify(|count| *count += 1);
        Self(shared)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.settling.send_modify(|count| *count -= 1);
    }
}
