//! A job that comes again every ten minutes and removes what nobody needs any more.

use std::time::Duration;

use kernel::bus::{Job, JobError, Outcome, Worker};

use crate::identity::Identity;
use crate::{challenges, changes, phone, provider_sign_ins, sessions, sign_ins};

pub(crate) const KIND: &str = "identity.cleanup";

const EVERY: Duration = Duration::from_secs(600);
const CHANGES_KEPT: Duration = Duration::from_secs(3_600);
/// What was asked for and not answered is of use for looking into a complaint, for a day.
const ATTEMPTS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Longer than the day that limits look back.
const PHONE_CODES_KEPT: Duration = Duration::from_secs(2 * 24 * 3_600);
const SESSIONS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// After a year without a sign-in the next one is confirmed again.
const DEVICES_KEPT: Duration = Duration::from_secs(365 * 24 * 3_600);
/// In one statement, so that none takes long.
const BATCH: u64 = 5_000;

pub(crate) struct Cleanup(pub(crate) Identity);

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
        changes::forget_before(database, now.saturating_sub(CHANGES_KEPT)).await?;
        let attempts = now.saturating_sub(ATTEMPTS_KEPT);
        while challenges::store::delete_before(database, attempts, limit).await? == BATCH {}
        while sign_ins::store::delete_before(database, attempts, limit).await? == BATCH {}
        let counted = now.saturating_sub(PHONE_CODES_KEPT);
        while phone::store::delete_codes_before(database, counted, limit).await? == BATCH {}
        while provider_sign_ins::store::delete_before(database, attempts, limit).await? == BATCH {}
        let unused = now.saturating_sub(SESSIONS_KEPT);
        while sessions::store::delete_before(database, unused, limit).await? == BATCH {}
        let unused = now.saturating_sub(DEVICES_KEPT);
        while sessions::store::delete_devices_before(database, unused, limit).await? == BATCH {}
        self.0.delete_keys_before(attempts).await?;
        Ok(())
    }
}
