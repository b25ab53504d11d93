//! What staff does, over gRPC: the contract `bushel.admin.v1` on top of the same use cases.
//!
//! Reading order: `fields` (reading what callers send), then the calls by feature, each with how
//! its messages are written.

mod adjustments;
mod audit;
mod fields;
mod jobs;
mod users;

use kernel::http::ClientInfo;
use proto::admin::v1 as api;
use proto::admin::v1::admin_service_server::{AdminService, AdminServiceServer};
use tonic::{Request, Response, Status};

use crate::Admin;
use crate::caller::Caller;

/// The service, for the server to mount.
pub fn service(admin: Admin) -> AdminServiceServer<impl AdminService> {
    AdminServiceServer::new(Service { admin })
}

/// See the module's text. The calls themselves stand with their features.
struct Service {
    admin: Admin,
}

/// All calls have one request and one answer, and are told who calls.
macro_rules! unary {
    ($($call:ident: $request:ident => $response:ident,)*) => {
        #[tonic::async_trait]
        impl AdminService for Service {
            $(async fn $call(
                &self,
                request: Request<api::$request>,
            ) -> Result<Response<api::$response>, Status> {
                let caller = caller(&request)?;
                Service::$call(self, caller, request.into_inner()).await.map(Response::new)
            })*
        }
    };
}

unary! {
    search_users: SearchUsersRequest => SearchUsersResponse,
    get_user: GetUserRequest => GetUserResponse,
    list_user_sessions: ListUserSessionsRequest => ListUserSessionsResponse,
    list_user_accounts: ListUserAccountsRequest => ListUserAccountsResponse,
    list_user_timeline: ListUserTimelineRequest => ListUserTimelineResponse,
    freeze_user: FreezeUserRequest => FreezeUserResponse,
    unfreeze_user: UnfreezeUserRequest => UnfreezeUserResponse,
    end_user_sessions: EndUserSessionsRequest => EndUserSessionsResponse,
    create_adjustment: CreateAdjustmentRequest => CreateAdjustmentResponse,
    get_adjustment: GetAdjustmentRequest => GetAdjustmentResponse,
    list_adjustments: ListAdjustmentsRequest => ListAdjustmentsResponse,
    approve_adjustment: ApproveAdjustmentRequest => ApproveAdjustmentResponse,
    reject_adjustment: RejectAdjustmentRequest => RejectAdjustmentResponse,
    cancel_adjustment: CancelAdjustmentRequest => CancelAdjustmentResponse,
    reverse_adjustment: ReverseAdjustmentRequest => ReverseAdjustmentResponse,
    list_audit_entries: ListAuditEntriesRequest => ListAuditEntriesResponse,
    list_jobs: ListJobsRequest => ListJobsResponse,
    get_job: GetJobRequest => GetJobResponse,
    redrive_job: RedriveJobRequest => RedriveJobResponse,
    redrive_jobs: RedriveJobsRequest => RedriveJobsResponse,
    discard_job: DiscardJobRequest => DiscardJobResponse,
    list_consumers: ListConsumersRequest => ListConsumersResponse,
}

fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let extensions = request.extensions();
    let actor = identity::Actor::of(extensions).map_err(|problem| refused(&problem))?;
    Ok(Caller::new(actor, extensions.get::<ClientInfo>()))
}

fn refused(problem: &kernel::Problem) -> Status {
    proto::failure::status(problem)
}
