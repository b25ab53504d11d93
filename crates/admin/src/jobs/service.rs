use identity::Permission;
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::bus::{self, ConsumerRow, JobFilter, JobRow, JobState};
use kernel::http::invalid_field;
use kernel::text::is_line;
use serde_json::json;

use crate::caller::Caller;
use crate::error::reason;
use crate::http::invalid_query;
use crate::ids::JobId;
use crate::{Admin, AdminError};

const KIND_CHARS_MAX: usize = 100;

impl Admin {
    /// Jobs, newest first, after the last one of the page before.
    pub(crate) async fn jobs(
        &self,
        caller: &Caller,
        filter: &JobFilter,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<JobRow>, Problem> {
        caller.may(Permission::JobsRead)?;
        if let Some(detail) = filter.kind.as_deref().and_then(why_no_kind) {
            return Err(invalid_query("filter[kind]", detail));
        }
        Ok(bus::jobs(&self.database, filter, after.map(JobId::as_u128), limit).await?)
    }

    pub(crate) async fn job(&self, caller: &Caller, id: JobId) -> Result<JobRow, Problem> {
        caller.may(Permission::JobsRead)?;
        Ok(self.stored_job(id).await?)
    }

    /// Lets a dead job run again; answers with the job as it is then.
    pub(crate) async fn redrive_job(&self, caller: &Caller, id: JobId) -> Result<JobRow, Problem> {
        caller.staff(Permission::JobsWrite)?;
        let job = self.stored_job(id).await?;
        let entry = about(caller, "admin.job.redriven", &job);
        if job.state != JobState::Dead || !self.redrive_one(id, entry).await? {
            return Err(AdminError::JobNotDead.into());
        }
        // It may be done, and gone, by now: then this is how it was when it was dead.
        let now = bus::job(&self.database, id.as_u128()).await?;
        Ok(now.unwrap_or(JobRow { state: JobState::Waiting, attempts: 0, ..job }))
    }

    /// Lets all dead jobs of a kind run again; answers with how many they are.
    pub(crate) async fn redrive_jobs(&self, caller: &Caller, kind: &str) -> Result<u64, Problem> {
        caller.staff(Permission::JobsWrite)?;
        if let Some(detail) = why_no_kind(kind) {
            return Err(invalid_field("/kind", detail));
        }
        let data = json!({ "kind": kind, "all": true });
        let entry = caller.entry("admin.job.redriven").data(data);
        Ok(self.redrive_kind(kind, entry).await?)
    }

    /// Removes a job that will not be done.
    pub(crate) async fn discard_job(
        &self,
        caller: &Caller,
        id: JobId,
        why: &str,
    ) -> Result<(), Problem> {
        caller.staff(Permission::JobsWrite)?;
        let reason = reason(why)?;
        let job = self.stored_job(id).await?;
        if job.is_to_come_again() {
            return Err(AdminError::JobRecurring.into());
        }
        let entry = about(caller, "admin.job.discarded", &job).reason(reason);
        if !self.discard_one(id, entry).await? {
            // It is running, or done by now.
            self.stored_job(id).await?;
            return Err(AdminError::JobRunning.into());
        }
        Ok(())
    }

    async fn redrive_one(&self, id: JobId, entry: NewEntry) -> Result<bool, AdminError> {
        let mut client = self.database.client().await?;
        let mut tx = client.transaction().await?;
        let is_redriven = bus::redrive(&mut tx, &*self.clock, id.as_u128()).await?;
        if is_redriven {
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
            tx.commit().await?;
        }
        Ok(is_redriven)
    }

    async fn redrive_kind(&self, kind: &str, entry: NewEntry) -> Result<u64, AdminError> {
        let mut client = self.database.client().await?;
        let mut tx = client.transaction().await?;
        let redriven = bus::redrive_all(&mut tx, &*self.clock, kind).await?;
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(redriven)
    }

    async fn discard_one(&self, id: JobId, entry: NewEntry) -> Result<bool, AdminError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let is_discarded = bus::discard(&tx, id.as_u128()).await?;
        if is_discarded {
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
            tx.commit().await?;
        }
        Ok(is_discarded)
    }

    pub(crate) async fn consumers(&self, caller: &Caller) -> Result<Vec<ConsumerRow>, Problem> {
        caller.may(Permission::JobsRead)?;
        Ok(bus::consumers(&self.database).await?)
    }

    async fn stored_job(&self, id: JobId) -> Result<JobRow, AdminError> {
        bus::job(&self.database, id.as_u128()).await?.ok_or(AdminError::JobNotFound)
    }
}

/// What is known of the job goes with it: a job that is done or discarded is deleted.
fn about(caller: &Caller, action: &'static str, job: &JobRow) -> NewEntry {
    let entry = caller.entry(action).object(JobId::from_u128(job.id)).data(json!({
        "kind": job.kind,
        "key": job.key,
        "attempts": job.attempts,
        "last_error": job.last_error,
    }));
    match job.subject {
        Some(user) => entry.subject(user),
        None => entry,
    }
}

/// Why a text can't be the kind of a job.
fn why_no_kind(text: &str) -> Option<&'static str> {
    (!is_line(text, 0..=KIND_CHARS_MAX))
        .then_some("a kind has at most 100 characters and no control characters")
}
