//! Jobs and consumers over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::UserId;
use kernel::bus::{JobFilter, JobRow, JobState};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ConsumerJson, JobJson};
use crate::Admin;
use crate::caller::Caller;
use crate::http::ReasonBody;
use crate::ids::JobId;

pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(redrive_all))
        .routes(routes!(get))
        .routes(routes!(redrive))
        .routes(routes!(discard))
        .routes(routes!(consumers))
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobState)]
pub(crate) enum StateParameter {
    Waiting,
    Running,
    Dead,
}

impl From<StateParameter> for JobState {
    fn from(state: StateParameter) -> Self {
        match state {
            StateParameter::Waiting => Self::Waiting,
            StateParameter::Running => Self::Running,
            StateParameter::Dead => Self::Dead,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only jobs in this state.
    #[serde(rename = "filter[state]")]
    #[param(inline)]
    state: Option<StateParameter>,
    /// Only jobs of this kind.
    #[serde(rename = "filter[kind]")]
    kind: Option<String>,
    /// Only jobs that concern this user.
    #[serde(rename = "filter[subject]")]
    subject: Option<UserId>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<JobId>>,
    /// How many jobs a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists jobs, the newest first. The dead letters are those with `filter[state]=dead`.
#[utoipa::path(
    get,
    path = "/v1/admin/jobs",
    operation_id = "admin_jobs_list",
    tag = "admin",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of jobs.", body = Page<JobJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(admin): State<Admin>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let filter = JobFilter {
        state: query.state.map(JobState::from),
        kind: query.kind,
        subject: query.subject.map(UserId::as_u128),
    };
    let after = query.cursor.map(|Cursor(id)| id);
    let rows = admin.jobs(&caller, &filter, after, query.limit.get() + 1).await?;
    let position = |row: &JobRow| JobId::from_u128(row.id);
    Ok(Page::cut(rows, query.limit, position, JobJson::from).into_response_for(&uri))
}

/// One job.
#[utoipa::path(
    get,
    path = "/v1/admin/jobs/{id}",
    operation_id = "admin_jobs_get",
    tag = "admin",
    params(("id" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, description = "The job.", body = JobJson),
        (status = 404, description = "There is no such job; what is done is deleted.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<Json<JobJson>, Problem> {
    Ok(Json(admin.job(&caller, id).await?.into()))
}

/// Lets a dead job run again, from its first attempt.
#[utoipa::path(
    post,
    path = "/v1/admin/jobs/{id}/redrive",
    operation_id = "admin_jobs_redrive",
    tag = "admin",
    params(("id" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, description = "It waits for its turn.", body = JobJson),
        (status = 404, description = "There is no such job.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It isn't dead, or its key has gone to another job.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn redrive(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<Json<JobJson>, Problem> {
    Ok(Json(admin.redrive_job(&caller, id).await?.into()))
}

/// Removes a job that waits or is dead. It will not be done.
#[utoipa::path(
    post,
    path = "/v1/admin/jobs/{id}/discard",
    operation_id = "admin_jobs_discard",
    tag = "admin",
    params(("id" = JobId, Path, description = "The job's id.")),
    request_body(content = ReasonBody, example = json!({ "reason": "the address does not exist" })),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such job.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is running, or comes again and again.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn discard(
    State(admin): State<Admin>,
    caller: Caller,
    Path(id): Path<JobId>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    admin.discard_job(&caller, id, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which dead jobs are to run again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RedriveJobs)]
pub(crate) struct RedriveBody {
    #[schema(example = "notifications.mail.send")]
    kind: String,
}

/// How many dead jobs run again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedrivenJobs)]
pub(crate) struct RedrivenJson {
    redriven: u64,
}

/// Lets all dead jobs of a kind run again.
#[utoipa::path(
    post,
    path = "/v1/admin/jobs/redrive",
    operation_id = "admin_jobs_redrive_all",
    tag = "admin",
    request_body(content = RedriveBody, example = json!({ "kind": "notifications.mail.send" })),
    responses(
        (status = 200, description = "They wait for their turn.", body = RedrivenJson),
        WriteProblems,
    ),
)]
async fn redrive_all(
    State(admin): State<Admin>,
    caller: Caller,
    Json(body): Json<RedriveBody>,
) -> Result<Json<RedrivenJson>, Problem> {
    let redriven = admin.redrive_jobs(&caller, &body.kind).await?;
    Ok(Json(RedrivenJson { redriven }))
}

/// All consumers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consumers)]
pub(crate) struct ConsumersJson {
    data: Vec<ConsumerJson>,
}

/// Lists who reads events, and how far each is.
#[utoipa::path(
    get,
    path = "/v1/admin/consumers",
    operation_id = "admin_consumers_list",
    tag = "admin",
    responses(
        (status = 200, description = "All consumers, by name.", body = ConsumersJson),
        ReadProblems,
    ),
)]
async fn consumers(
    State(admin): State<Admin>,
    caller: Caller,
) -> Result<Json<ConsumersJson>, Problem> {
    let rows = admin.consumers(&caller).await?;
    Ok(Json(ConsumersJson { data: rows.into_iter().map(ConsumerJson::from).collect() }))
}
