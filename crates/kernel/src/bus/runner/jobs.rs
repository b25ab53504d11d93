//! Claims what is due, of all kinds at once, and runs each job in a task of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use uuid::Uuid;

use super::pace::Pace;
use super::runs::{self, Run};
use super::{POLL, STOP_MAX, Shared, WorkerSlot, leases};
use crate::DatabaseError;
use crate::bus::store::jobs::Wanted;
use crate::bus::{hint, store};

/// If something due could not be claimed, because another process is at it.
const AGAIN_MIN: Duration = Duration::from_millis(20);

/// When the next job is due is asked again after this time at the earliest: hints come for each
/// job that is enqueued.
const LOOK_EACH: Duration = Duration::from_millis(100);

/// Dead jobs change rarely.
const COUNT_EACH: Duration = Duration::from_secs(15);

const LOST: &str = "its process died, or could not write the outcome, before the lease ended";

/// What the task remembers between its rounds.
#[derive(Default)]
struct Memory {
    looked: Option<Instant>,
    counted: Option<Instant>,
}

pub(super) async fn run(shared: Arc<Shared>) {
    let mut running = JoinSet::new();
    let mut memory = Memory::default();
    let mut pace = Pace::new(&hint::JOBS);
    while !shared.is_stopping() {
        let wait = match round(&shared, &mut running, &mut memory).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "jobs can't be claimed; another try follows");
                shared.pause(POLL / 4).await;
                POLL
            }
        };
        tokio::select! {
            () = shared.stopped() => break,
            () = pace.next(&shared.new_jobs, wait) => {}
            Some(_) = running.join_next() => {}
        }
    }
    finish(&shared, running).await;
}

/// Claims all that this process can run now. Returns when to look again without a sign.
async fn round(
    shared: &Arc<Shared>,
    running: &mut JoinSet<()>,
    memory: &mut Memory,
) -> Result<Duration, DatabaseError> {
    while running.try_join_next().is_some() {}
    claim(shared, running).await?;
    let left = |at: Option<Instant>, each: Duration| {
        at.map_or(Duration::ZERO, |at| each.saturating_sub(at.elapsed()))
    };
    let kinds: Vec<&str> = free(shared).map(|slot| slot.kind).collect();
    // While everyone is busy the end of a run is the sign; only leases have to be watched.
    let wait = left(memory.looked, if kinds.is_empty() { POLL } else { LOOK_EACH });
    if !wait.is_zero() {
        return Ok(wait);
    }
    memory.looked = Some(Instant::now());
    if left(memory.counted, COUNT_EACH).is_zero() {
        memory.counted = Some(Instant::now());
        count_dead(shared).await?;
    }
    let (now, own) = (shared.clock.now(), own_claims(shared));
    let look =
        store::jobs::look(&shared.database, now, &kinds, &own, &shared.consumer_names()).await?;
    if look.is_lost {
        let kinds = store::jobs::free_lost(&shared.database, now, &own, LOST).await?;
        tracing::warn!(?kinds, "jobs are free again: their processes did not end them in time");
        return Ok(Duration::ZERO);
    }
    let next = look.next_at.map_or(POLL, |at| at.since(now).min(POLL));
    Ok(next.max(AGAIN_MIN))
}

async fn claim(shared: &Arc<Shared>, running: &mut JoinSet<()>) -> Result<(), DatabaseError> {
    let now = shared.clock.now();
    let wanted =
        |slot: &WorkerSlot| Wanted { kind: slot.kind, slots: slot.free.available_permits() };
    let wanted: Vec<Wanted> = free(shared).map(wanted).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let _claiming = shared.claiming.lock().await;
    let consumers = shared.consumer_names();
    let until = leases::end(now);
    let claimed = store::jobs::claim(&shared.database, (now, until), &wanted, &consumers).await?;
    for claimed in claimed {
        let is_asked = |slot: &WorkerSlot| slot.kind == claimed.job.kind;
        let index = shared.workers.iter().position(is_asked).expect("only its kinds are claimed");
        let permit = Arc::clone(&shared.workers[index].free).try_acquire_owned();
        let permit = permit.expect("only this task takes them, and no more than were free");
        shared.under_way.lock().push(Run { id: claimed.job.id, claim: claimed.claim });
        running.spawn(runs::run(Arc::clone(shared), index, claimed, permit));
    }
    Ok(())
}

fn free(shared: &Shared) -> impl Iterator<Item = &WorkerSlot> {
    shared.workers.iter().filter(|slot| slot.free.available_permits() > 0)
}

pub(super) fn own_claims(shared: &Shared) -> Vec<Uuid> {
    shared.under_way.lock().iter().map(|run| run.claim).collect()
}

async fn count_dead(shared: &Shared) -> Result<(), DatabaseError> {
    let counts = store::jobs::count_dead(&shared.database).await?;
    for slot in &shared.workers {
        let count =
            counts.iter().find(|(kind, _)| kind == slot.kind).map_or(0, |(_, count)| *count);
        metrics::gauge!("bus_dead_jobs", "kind" => slot.kind).set(count as f64);
    }
    Ok(())
}

/// Lets runs end, and gives back the jobs of those that take too long.
async fn finish(shared: &Shared, mut running: JoinSet<()>) {
    let ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_MAX, ended).await.is_ok() {
        return;
    }
    running.shutdown().await;
    let runs: Vec<(u128, Uuid)> =
        shared.under_way.lock().iter().map(|run| (run.id, run.claim)).collect();
    let now = shared.clock.now();
    match store::jobs::give_back(&shared.database, now, &runs).await {
        Ok(count) => tracing::info!(count, "jobs that were running were given back"),
        Err(error) => tracing::warn!(%error, "jobs are free when their leases end"),
    }
}
