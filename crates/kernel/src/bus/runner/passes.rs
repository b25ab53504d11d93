//! A consumer's passes: each takes the consumer's row, some events, and moves the position in the
//! transaction of the handling.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};

use super::guard::guarded;
use super::{ConsumerSlot, Shared};
use crate::bus::store::consumers::Locked;
use crate::bus::store::{self, BEGIN_HANDLING, END_HANDLING, UNDO_HANDLING};
use crate::bus::{Backoff, Event, Job, JobError, NewJob, Outcome, Policy};
use crate::{DatabaseError, Timestamp};

/// Jobs that were events.
pub(super) const EVENT_KIND: &str = "event";

const BATCH: usize = 500;
const HANDLING_MAX: Duration = Duration::from_secs(60);
const ATTEMPTS_MAX: u32 = 8;
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(60);
/// Who waits for as long as it takes goes on soon after there is something to go on with.
const PATIENT_RETRY_MAX: Duration = Duration::from_secs(4);

/// A pause after a full batch, as a multiple of its time: a backlog gets a quarter of it.
const PAUSE_FACTOR: u32 = 3;

/// Where an event is that a consumer could not handle.
#[derive(Debug, Serialize, Deserialize)]
struct Aside {
    consumer: String,
    context: String,
    position: i64,
}

/// What came of a pass.
enum Pass {
    /// The consumer is at the end, or another process has it, or it waits for a retry.
    Nothing,
    /// That many events are handled, or put aside; `is_full` if there may be more.
    Handled { count: usize, is_full: bool },
    /// That many events failed together.
    BatchFailed(usize),
    /// An event alone has failed and is tried again later.
    EventFailed,
}

pub(super) fn event_policy() -> Policy {
    let backoff = Backoff::Exponential { first: RETRY_FIRST, max: RETRY_MAX };
    Policy { attempts_max: ATTEMPTS_MAX, timeout: HANDLING_MAX, concurrency: 1, backoff }
}

/// The task of one consumer.
pub(super) async fn run(shared: Arc<Shared>, index: usize) {
    let slot = &shared.consumers[index];
    // Events that are tried one by one, because they failed together.
    let mut singles = 0;
    while !shared.is_stopping() {
        tokio::select! {
            () = shared.stopped() => return,
            () = slot.wake.notified() => {}
        }
        catch_up(&shared, slot, &mut singles).await;
        shared.progress.notify_waiters();
    }
}

async fn catch_up(shared: &Shared, slot: &ConsumerSlot, singles: &mut usize) {
    while !shared.is_stopping() {
        let is_patient = slot.consumer.is_patient();
        let places = if is_patient { &shared.patient_passes } else { &shared.passes };
        let place = places.acquire().await.expect("it is never closed");
        let began = Instant::now();
        let pass = pass(shared, slot, *singles > 0).await;
        drop(place);
        match pass {
            Ok(Pass::Handled { count, is_full }) => {
                *singles = singles.saturating_sub(count);
                if !is_full {
                    return;
                }
                if count == BATCH && !shared.is_settling() {
                    shared.pause(began.elapsed() * PAUSE_FACTOR).await;
                }
            }
            Ok(Pass::BatchFailed(count)) => *singles = count,
            Ok(Pass::EventFailed) => return,
            Ok(Pass::Nothing) => {
                *singles = 0;
                return;
            }
            Err(error) => {
                let consumer = slot.consumer.name();
                return tracing::warn!(consumer, %error, "a consumer can't go on for the moment");
            }
        }
    }
}

async fn pass(
    shared: &Shared,
    slot: &ConsumerSlot,
    is_single: bool,
) -> Result<Pass, DatabaseError> {
    let consumer = &*slot.consumer;
    let (name, context, now) = (consumer.name(), consumer.context(), shared.clock.now());
    let mut client = shared.database.client().await?;
    let tx = client.transaction().await?;
    let Some(locked) = store::consumers::lock(&tx, now, name, context).await? else {
        return Ok(Pass::Nothing);
    };
    let limit = if is_single || locked.failures > 0 { 1 } else { BATCH };
    let mut events = store::events::after(&tx, context, locked.position, limit).await?;
    let Some(end) = events.last().map(|event| event.position) else { return Ok(Pass::Nothing) };
    let count = events.len();
    events.retain(|event| slot.wants(event));
    match handle(slot, &tx, &events).await {
        Ok(()) => {
            store::consumers::advance(&tx, now, name, end).await?;
            tx.commit().await?;
            Ok(Pass::Handled { count, is_full: count == limit })
        }
        Err(error) if limit > 1 => {
            // Also a batch of one comes back as a single event, which is where failures count.
            if !consumer.is_patient() {
                tracing::warn!(consumer = name, after = locked.position, events = count, %error,
                    "a batch of events failed; they are tried one by one");
            }
            Ok(Pass::BatchFailed(count))
        }
        Err(error) => {
            tx.batch_execute(UNDO_HANDLING).await?;
            let pass = event_failed(slot, &tx, now, &locked, &events[0], &error).await?;
            tx.commit().await?;
            Ok(pass)
        }
    }
}

async fn handle(
    slot: &ConsumerSlot,
    tx: &Transaction<'_>,
    events: &[Event],
) -> Result<(), JobError> {
    if events.is_empty() {
        return Ok(());
    }
    tx.batch_execute(BEGIN_HANDLING).await?;
    guarded(HANDLING_MAX, slot.consumer.handle(tx, events)).await??;
    // Fails also if a statement of the consumer did and the consumer kept quiet about it.
    Ok(tx.batch_execute(END_HANDLING).await?)
}

/// Notes the failure, or puts the event aside if it was the last attempt.
async fn event_failed(
    slot: &ConsumerSlot,
    tx: &Transaction<'_>,
    now: Timestamp,
    locked: &Locked,
    event: &Event,
    error: &JobError,
) -> Result<Pass, DatabaseError> {
    let (consumer, position) = (slot.consumer.name(), event.position);
    let (attempt, is_patient) = (locked.failures.saturating_add(1), slot.consumer.is_patient());
    if is_patient || attempt < ATTEMPTS_MAX {
        if !is_patient {
            tracing::warn!(consumer, position, attempt, %error, "an event failed and is tried again");
        }
        let at_most = if is_patient { PATIENT_RETRY_MAX } else { RETRY_MAX };
        let factor = 1_u32.checked_shl(locked.failures).unwrap_or(u32::MAX);
        let wait = RETRY_FIRST.saturating_mul(factor).min(at_most);
        store::consumers::set_failed(tx, now, consumer, now.saturating_add(wait), error).await?;
        return Ok(Pass::EventFailed);
    }
    tracing::error!(consumer, position, attempt, %error, "an event is put aside as a dead job");
    let context = slot.consumer.context();
    let aside = Aside { consumer: consumer.to_owned(), context: context.to_owned(), position };
    let job = NewJob::new(EVENT_KIND, aside).key(format!("{consumer} {position}"));
    let job = NewJob { subject: event.subject, ..job };
    store::jobs::insert_dead(tx, now, &job, attempt, error).await?;
    store::consumers::advance(tx, now, consumer, position).await?;
    Ok(Pass::Handled { count: 1, is_full: true })
}

/// Hands an event that was put aside to its consumer once more. The job goes in the transaction of
/// the handling, so `None`: there is no outcome left to write.
pub(super) async fn redrive(
    shared: &Shared,
    job: &Job,
    claim: uuid::Uuid,
) -> Result<Option<Outcome>, JobError> {
    let aside: Aside = job.parse()?;
    let is_asked = |slot: &&ConsumerSlot| slot.consumer.name() == aside.consumer;
    let Some(slot) = shared.consumers.iter().find(is_asked) else {
        return Err(JobError::new(format_args!("there is no consumer {} here", aside.consumer)));
    };
    let mut client = shared.database.client().await?;
    let tx = client.transaction().await?;
    if !store::jobs::remove(&tx, job.id, claim).await? {
        return Ok(None);
    }
    let events = store::events::after(&tx, &aside.context, aside.position - 1, 1).await?;
    match &*events {
        [event] if event.position == aside.position => handle(slot, &tx, &events).await?,
        _ => return Ok(Some(Outcome::Dead(JobError::new("the event isn't there any more")))),
    }
    tx.commit().await?;
    Ok(None)
}
