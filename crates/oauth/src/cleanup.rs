//! A job that comes again every ten minutes and removes what nobody needs any more.

use std::time::Duration;

use kernel::bus::{Job, JobError, Outcome, Worker};

use crate::oauth::Oauth;
use crate::{device_requests, grants, requests};

pub(crate) const KIND: &str = "oauth.cleanup";

const EVERY: Duration = Duration::from_secs(600);
/// What is over is of use for looking into a complaint, and for noticing a second use, for a day.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// In one statement, so that none takes long.
const BATCH: u64 = 5_000;

pub(crate) struct Cleanup(pub(crate) Oauth);

impl Worker for Cleanup {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: &Job) -> Outcome {
        match self.clean().await {
            Ok(()) => Outcome::Later(self.0.clock.now().saturating_add(EVERY)),
            Err(error) => Outcome::Retry(error),
        }
    }
}

impl Cleanup {
    async fn clean(&self) -> Result<(), JobError> {
        let (database, now) = (&self.0.database, self.0.clock.now());
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let before = now.saturating_sub(KEPT);
        while requests::store::delete_before(database, before, limit).await? == BATCH {}
        while device_requests::store::delete_before(database, before, limit).await? == BATCH {}
        while grants::store::delete_before(database, before, limit).await? == BATCH {}
        Ok(())
    }
}
