use identity::Permission;
use kernel::Problem;
use kernel::audit::NewEntry;
use kernel::bus::{self, ConsumerRow, JobFilter, JobRow, JobState};
use serde_json::json;

use crate::caller::Caller;
use crate::error::reason;
use crate::ids::JobId;
use crate::{Admin, AdminError};

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
        Ok(bus::jobs(&self.database, filter, after.map(JobId::as_u128), limit).await?)
    }

    pub(crate) async fn job(&self, caller: &Caller, id: JobId) -> Result<JobRow, Problem> {
        caller.may(Permission::JobsRead)?;
        Ok(self.stored_job(id).await?)
    }

    /// Lets a dead job run again; answers with the job as it is then.
    ///
    /// The record comes first: an act without one would be worse than a record of an act that
    /// failed at the last moment.
    pub(crate) async fn redrive_job(&self, caller: &Caller, id: JobId) -> Result<JobRow, Problem> {
        caller.staff(Permission::JobsWrite)?;
        let job = self.stored_job(id).await?;
        if job.state != JobState::Dead {
            return Err(AdminError::JobNotDead.into());
        }
        self.record(&[about(caller, "admin.job.redriven", &job)]).await?;
        if !bus::redrive(&self.database, &*self.clock, id.as_u128()).await? {
            return Err(AdminError::JobNotDead.into());
        }
        // It may be done, and gone, by now: then this is how it was when it was dead.
        let now = bus::job(&self.database, id.as_u128()).await?;
        Ok(now.unwrap_or(JobRow { state: JobState::Waiting, attempts: 0, ..job }))
    }

    /// Lets all dead jobs of a kind run again; answers with how many they are.
    pub(crate) async fn redrive_jobs(&self, caller: &Caller, kind: &str) -> Result<u64, Problem> {
        caller.staff(Permission::JobsWrite)?;
        let entry = caller.entry("admin.job.redriven").data(json!({ "kind": kind, "all": true }));
        self.record(&[entry]).await?;
        Ok(bus::redrive_all(&self.database, &*self.clock, kind).await?)
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
        if job.state == JobState::Running {
            return Err(AdminError::JobRunning.into());
        }
        self.record(&[about(caller, "admin.job.discarded", &job).reason(reason)]).await?;
        if bus::discard(&self.database, id.as_u128()).await? {
            return Ok(());
        }
        // It has begun to run since, or is done.
        self.stored_job(id).await?;
        Err(AdminError::JobRunning.into())
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
