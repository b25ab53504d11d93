//! A list begins, ends or changes: what its variants cost everybody is written down, and whoever
//! keeps something of their products looks at them again.

use kernel::Timestamp;
use kernel::bus::{Job, NewJob, Outcome, Worker};
use serde::{Deserialize, Serialize};

use crate::ids::PriceListId;
use crate::shop::Shop;

const KIND: &str = "shop.price_lists.turn";

#[derive(Serialize, Deserialize)]
struct Payload {
    list: PriceListId,
    /// When its prices became others.
    at: Timestamp,
}

/// No key: one that runs may have read what was there before.
pub(super) fn turn_now(list: PriceListId, now: Timestamp) -> NewJob {
    NewJob::new(KIND, Payload { list, at: now })
}

/// At a moment to come. If the list has other times by then, nothing turns.
pub(super) fn turn_at(list: PriceListId, at: Timestamp) -> NewJob {
    let key = format!("{list} {}", at.as_micros());
    NewJob::new(KIND, Payload { list, at }).at(at).key(key)
}

/// See [`turn_now`].
pub(crate) struct Turn(pub(crate) Shop);

impl Worker for Turn {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(payload) => match self.0.turn_prices(payload.list, payload.at).await {
                Ok(()) => Outcome::Done,
                Err(error) => error.outcome(self.0.clock.now()),
            },
            Err(error) => Outcome::Dead(error),
        }
    }
}
