use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::{ConsumerSlot, POLL, Shared};
use crate::DatabaseError;
use crate::bus::{hint, store};

/// Between two looks, so that many small publications are handled together. The first one after a
/// pause is looked at without it.
const GAP: Duration = Duration::from_millis(100);

/// Gives positions to what was published and wakes the consumers that are behind.
pub(super) async fn run(shared: Arc<Shared>) {
    register(&shared).await;
    let mut pace = Pace::new(&hint::EVENTS);
    while !shared.is_stopping() {
        let began = Instant::now();
        if let Err(error) = round(&shared).await {
            tracing::warn!(%error, "events can't be looked at; another try follows");
            shared.pause(POLL / 4).await;
        }
        tokio::select! {
            () = shared.stopped() => return,
            () = pace.next(&shared.new_events, POLL) => {}
        }
        shared.pause(GAP.saturating_sub(began.elapsed())).await;
    }
}

/// A consumer that is new gets its row; until that is done nothing else can be.
async fn register(shared: &Shared) {
    let mine: Vec<_> = shared.consumers.iter().map(ConsumerSlot::mine).collect();
    while !shared.is_stopping() {
        match store::consumers::register(&shared.database, shared.clock.now(), &mine).await {
            Ok(taken) if taken.is_empty() => return,
            Ok(taken) => {
                return tracing::error!(
                    ?taken,
                    "consumers have changed their context and don't run: give them new names"
                );
            }
            Err(error) => {
                tracing::warn!(%error, "consumers can't be registered; another try follows");
                shared.pause(POLL / 4).await;
            }
        }
    }
}

async fn round(shared: &Shared) -> Result<(), DatabaseError> {
    let names = shared.consumer_names();
    let (database, clock) = (&shared.database, &shared.clock);
    let mut look = store::consumers::look(database, clock.now(), &names).await?;
    if look.is_unsequenced {
        sequence(shared).await?;
        look = store::consumers::look(database, clock.now(), &names).await?;
    }
    for (name, lag, may_go_on) in look.consumers {
        let Some(slot) = shared.consumers.iter().find(|slot| slot.consumer.name() == name) else {
            continue;
        };
        metrics::gauge!("bus_consumer_lag", "consumer" => slot.consumer.name()).set(lag as f64);
        if lag > 0 && may_go_on {
            slot.wake.notify_one();
        }
    }
    Ok(())
}

async fn sequence(shared: &Shared) -> Result<(), DatabaseError> {
    loop {
        let began = Instant::now();
        let now = shared.clock.now();
        match store::events::sequence(&shared.database, now, &shared.name).await? {
            // What is left, if anything, was committed in this moment and is told of.
            Some(some) if some < store::events::SEQUENCED_MAX => return Ok(()),
            Some(_) if shared.is_stopping() => return Ok(()),
            // Leave room for requests in a long backlog.
            Some(_) if !shared.is_settling() => shared.pause(began.elapsed()).await,
            Some(_) => {}
            None => {
                // Another process is at it; our consumers want to know when it has ended.
                shared.new_events.notify_one();
                return Ok(());
            }
        }
    }
}
