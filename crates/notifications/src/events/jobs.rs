//! Forgets what is too old to be kept: the beginnings of logs.

use std::time::Duration;

use kernel::bus::{self, Bus, Job, NewJob, Outcome, Policy, Worker};

use super::store;
use crate::Notifications;
use crate::error::NotificationsError;

const CLEAN: &str = "notifications.events.clean";
const CLEAN_EACH: Duration = Duration::from_secs(3_600);
const CLEAN_BATCH: i64 = 5_000;

pub(crate) fn register(notifications: &Notifications, bus: Bus) -> Bus {
    bus.worker(Clean(notifications.clone()))
}

pub(crate) async fn ensure_jobs(notifications: &Notifications) -> Result<(), NotificationsError> {
    let job = NewJob::new(CLEAN, ());
    Ok(bus::ensure_recurring(&notifications.database, &*notifications.clock, job).await?)
}

struct Clean(Notifications);

impl Worker for Clean {
    fn kind(&self) -> &'static str {
        CLEAN
    }

    /// Only the database can make it fail, so it is tried until that is there again.
    fn policy(&self) -> Policy {
        Policy { concurrency: 1, attempts_max: 10_000, ..Policy::default() }
    }

    async fn run(&self, _: &Job) -> Outcome {
        let now = self.0.clock.now();
        let before = now.saturating_sub(self.0.options.kept_for);
        match store::forget_before(&self.0.database, before, CLEAN_BATCH).await {
            Ok(forgotten) if forgotten >= CLEAN_BATCH.unsigned_abs() => Outcome::Later(now),
            Ok(_) => Outcome::Later(now.saturating_add(CLEAN_EACH)),
            Err(error) => Outcome::Retry(error.into()),
        }
    }
}
