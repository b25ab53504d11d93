//! What runs schedules.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::bus::{self, Consumer, Event, Job, JobError, NewJob, Outcome, Worker};
use serde::Deserialize;
use serde_json::json;

use super::store;
use crate::error;
use crate::ids::ScheduleId;
use crate::wallet::Wallet;

pub(super) const RUN: &str = "wallet.schedules.run";

#[derive(Deserialize)]
struct Payload {
    schedule: ScheduleId,
}

pub(super) fn job(id: ScheduleId) -> NewJob {
    NewJob::new(RUN, json!({ "schedule": id })).key(id.to_string())
}

/// Makes what is due.
pub(crate) struct Run(pub(crate) Wallet);

impl Worker for Run {
    fn kind(&self) -> &'static str {
        RUN
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(Payload { schedule }) => {
                error::outcome(self.0.run_schedule(schedule).await, self.0.clock.now())
            }
            Err(error) => Outcome::Dead(error),
        }
    }
}

/// The schedules of somebody who was frozen go on at once.
pub(crate) struct Unfreezing(pub(crate) Wallet);

impl Consumer for Unfreezing {
    fn name(&self) -> &'static str {
        "wallet.schedules"
    }

    fn context(&self) -> &'static str {
        "identity"
    }

    fn kinds(&self) -> Option<&'static [&'static str]> {
        Some(&["identity.user.unfrozen"])
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        for subject in events.iter().filter_map(|event| event.subject) {
            let now = self.0.clock.now();
            for id in store::due_in_tx(tx, UserId::from_u128(subject), now).await? {
                bus::cancel_in_tx(tx, RUN, &id.to_string()).await?;
                bus::enqueue_in_tx(tx, &*self.0.clock, &[job(id)]).await?;
            }
        }
        Ok(())
    }
}
