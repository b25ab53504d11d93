//! Calls about jobs and consumers.

use identity::UserId;
use kernel::Page;
use kernel::bus::{JobFilter, JobRow, JobState};
use proto::admin::v1 as api;
use proto::failure::invalid;
use tonic::Status;

use super::Service;
use super::fields::{cursor, json, limit, optional, parsed, refuse, wire_time};
use crate::caller::Caller;
use crate::ids::JobId;
use crate::jobs::ConsumerJson;

impl Service {
    pub(super) async fn list_jobs(
        &self,
        caller: Caller,
        request: api::ListJobsRequest,
    ) -> Result<api::ListJobsResponse, Status> {
        let subject: Option<UserId> = optional("subject", request.subject.as_deref())?;
        let filter = JobFilter {
            state: state(request.state)?,
            kind: request.kind,
            subject: subject.map(UserId::as_u128),
        };
        let (limit, after) = (limit(request.limit)?, cursor::<JobId>(&request.cursor)?);
        let rows = self.admin.jobs(&caller, &filter, after, limit.get() + 1).await;
        let position = |row: &JobRow| JobId::from_u128(row.id);
        let page = Page::cut(rows.map_err(refuse)?, limit, position, wire);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListJobsResponse { jobs: page.data, next_cursor })
    }

    pub(super) async fn get_job(
        &self,
        caller: Caller,
        request: api::GetJobRequest,
    ) -> Result<api::GetJobResponse, Status> {
        let job = self.admin.job(&caller, parsed("id", &request.id)?).await.map_err(refuse)?;
        Ok(api::GetJobResponse { job: Some(wire(job)) })
    }

    pub(super) async fn redrive_job(
        &self,
        caller: Caller,
        request: api::RedriveJobRequest,
    ) -> Result<api::RedriveJobResponse, Status> {
        let id = parsed("id", &request.id)?;
        let job = self.admin.redrive_job(&caller, id).await.map_err(refuse)?;
        Ok(api::RedriveJobResponse { job: Some(wire(job)) })
    }

    pub(super) async fn redrive_jobs(
        &self,
        caller: Caller,
        request: api::RedriveJobsRequest,
    ) -> Result<api::RedriveJobsResponse, Status> {
        let redriven = self.admin.redrive_jobs(&caller, &request.kind).await.map_err(refuse)?;
        Ok(api::RedriveJobsResponse { redriven })
    }

    pub(super) async fn discard_job(
        &self,
        caller: Caller,
        request: api::DiscardJobRequest,
    ) -> Result<api::DiscardJobResponse, Status> {
        let id = parsed("id", &request.id)?;
        self.admin.discard_job(&caller, id, &request.reason).await.map_err(refuse)?;
        Ok(api::DiscardJobResponse {})
    }

    pub(super) async fn list_consumers(
        &self,
        caller: Caller,
        _: api::ListConsumersRequest,
    ) -> Result<api::ListConsumersResponse, Status> {
        let rows = self.admin.consumers(&caller).await.map_err(refuse)?;
        let consumers = rows.into_iter().map(ConsumerJson::from).map(wire_consumer).collect();
        Ok(api::ListConsumersResponse { consumers })
    }
}

fn state(wire: i32) -> Result<Option<JobState>, Status> {
    match api::JobState::try_from(wire) {
        Ok(api::JobState::Unspecified) => Ok(None),
        Ok(api::JobState::Waiting) => Ok(Some(JobState::Waiting)),
        Ok(api::JobState::Running) => Ok(Some(JobState::Running)),
        Ok(api::JobState::Dead) => Ok(Some(JobState::Dead)),
        Err(_) => Err(invalid("state", "there is no such state")),
    }
}

fn wire(row: JobRow) -> api::Job {
    let state = match row.state {
        JobState::Waiting => api::JobState::Waiting,
        JobState::Running => api::JobState::Running,
        JobState::Dead => api::JobState::Dead,
    };
    api::Job {
        id: JobId::from_u128(row.id).to_string(),
        kind: row.kind,
        state: state.into(),
        key: row.key,
        payload_json: json(&row.payload),
        subject: row.subject.map(|user| UserId::from_u128(user).to_string()),
        attempts: row.attempts,
        run_at: Some(wire_time(row.run_at)),
        locked_until: row.locked_until.map(wire_time),
        last_error: row.last_error,
        created_at: Some(wire_time(row.created_at)),
        updated_at: Some(wire_time(row.updated_at)),
    }
}

fn wire_consumer(consumer: ConsumerJson) -> api::Consumer {
    api::Consumer {
        name: consumer.name,
        context: consumer.context,
        position: consumer.position,
        lag: consumer.lag,
        failures: consumer.failures,
        retry_at: consumer.retry_at.map(wire_time),
        last_error: consumer.last_error,
        updated_at: Some(wire_time(consumer.updated_at)),
    }
}
