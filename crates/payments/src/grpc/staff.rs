//! What staff does with payments, over gRPC: the contract `bushel.payments.v1`, second service.

use identity::Actor;
use kernel::http::ClientInfo;
use proto::failure::invalid;
use proto::payments::v1 as api;
use proto::payments::v1::payments_staff_service_server::{
    PaymentsStaffService, PaymentsStaffServiceServer,
};
use tonic::{Request, Response, Status};

use super::{Answer, caller, convert, cut, id, new_id, page, refuse};
use crate::deposits::DepositStatus;
use crate::http::position;
use crate::overview::{FlowFilter, Viewer};
use crate::payments::Payments;
use crate::reconciliations::{NewReconciliation, ReconciliationId, http::grace};
use crate::withdrawals::WithdrawalStatus;

/// The service, for the server to mount.
pub fn service(payments: Payments) -> PaymentsStaffServiceServer<impl PaymentsStaffService> {
    PaymentsStaffServiceServer::new(Service { payments })
}

struct Service {
    payments: Payments,
}

#[tonic::async_trait]
impl PaymentsStaffService for Service {
    async fn list_user_deposits(
        &self,
        request: Request<api::ListUserDepositsRequest>,
    ) -> Answer<api::ListUserDepositsResponse> {
        let viewer = viewer(&request)?;
        let body = request.into_inner();
        let filter = filter(body.filter, DepositStatus::from_name)?;
        let (limit, after) = page(body.limit, &body.cursor)?;
        let (after, more) = (position(after), limit.with_one_more());
        let found = self.payments.user_deposits(viewer, &filter, after, more).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |(_, row)| (row.created_at.as_micros(), row.id));
        let deposit = |row| api::Deposit {
            next_action_url: None,
            next_action_client_secret: None,
            ..convert::deposit(&self.payments, row)
        };
        let deposits = rows.iter().map(|(user, row)| api::UserDeposit {
            user: user.to_string(),
            deposit: Some(deposit(row)),
        });
        Ok(Response::new(api::ListUserDepositsResponse {
            deposits: deposits.collect(),
            next_cursor,
        }))
    }

    async fn list_user_withdrawals(
        &self,
        request: Request<api::ListUserWithdrawalsRequest>,
    ) -> Answer<api::ListUserWithdrawalsResponse> {
        let viewer = viewer(&request)?;
        let body = request.into_inner();
        let filter = filter(body.filter, WithdrawalStatus::from_name)?;
        let (limit, after) = page(body.limit, &body.cursor)?;
        let (after, more) = (position(after), limit.with_one_more());
        let found = self.payments.user_withdrawals(viewer, &filter, after, more).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |row| (row.created_at.as_micros(), row.id));
        let withdrawals = rows.iter().map(|row| api::UserWithdrawal {
            user: row.user.to_string(),
            withdrawal: Some(convert::withdrawal(row)),
        });
        Ok(Response::new(api::ListUserWithdrawalsResponse {
            withdrawals: withdrawals.collect(),
            next_cursor,
        }))
    }

    async fn create_reconciliation(
        &self,
        request: Request<api::CreateReconciliationRequest>,
    ) -> Answer<api::CreateReconciliationResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let id = new_id(&actor, "CreateReconciliation", body.idempotency_key.as_deref())?;
        let grace = grace(body.grace_s);
        let grace = grace.ok_or_else(|| invalid("grace_s", "expected at most 30 days"))?;
        let new = NewReconciliation { provider: body.provider, grace };
        let id = ReconciliationId::from_u128(id);
        let made = self.payments.create_reconciliation(&actor, id, new).await.map_err(refuse)?;
        let reconciliation = Some(convert::reconciliation(&made.it));
        Ok(Response::new(api::CreateReconciliationResponse { reconciliation }))
    }

    async fn get_reconciliation(
        &self,
        request: Request<api::GetReconciliationRequest>,
    ) -> Answer<api::GetReconciliationResponse> {
        let actor = caller(&request)?;
        let id = id("id", &request.get_ref().id)?;
        let found = self.payments.reconciliation(&actor, id).await.map_err(refuse)?;
        let reconciliation = Some(convert::reconciliation(&found));
        Ok(Response::new(api::GetReconciliationResponse { reconciliation }))
    }

    async fn list_reconciliations(
        &self,
        request: Request<api::ListReconciliationsRequest>,
    ) -> Answer<api::ListReconciliationsResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let (limit, after) = page(body.limit, &body.cursor)?;
        let (provider, more) = (body.provider.as_deref(), limit.with_one_more());
        let found = self.payments.reconciliations(&actor, provider, position(after), more).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |row| (row.created_at.as_micros(), row.id));
        let reconciliations = rows.iter().map(convert::reconciliation).collect();
        Ok(Response::new(api::ListReconciliationsResponse { reconciliations, next_cursor }))
    }

    async fn list_differences(
        &self,
        request: Request<api::ListDifferencesRequest>,
    ) -> Answer<api::ListDifferencesResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let id = id("reconciliation_id", &body.reconciliation_id)?;
        let (limit, after) = super::page_after::<i32>(body.limit, &body.cursor)?;
        let after = after.unwrap_or(0);
        let found = self.payments.differences(&actor, id, after, limit.with_one_more()).await;
        let (rows, next_cursor) = cut(found.map_err(refuse)?, limit, |row| row.number);
        let differences = rows.iter().map(convert::difference).collect();
        Ok(Response::new(api::ListDifferencesResponse { differences, next_cursor }))
    }
}

fn viewer<T>(request: &Request<T>) -> Result<Viewer, Status> {
    let actor: Actor = caller(request)?;
    let ip = request.extensions().get::<ClientInfo>().map(|client| client.ip);
    Ok(Viewer { actor, ip })
}

fn filter<S>(
    given: Option<api::UserFlowFilter>,
    status_of: impl Fn(&str) -> Option<S>,
) -> Result<FlowFilter<S>, Status> {
    let api::UserFlowFilter { user, status, asset, provider } = given.unwrap_or_default();
    let status = status.map(|name| {
        status_of(&name).ok_or_else(|| invalid("filter.status", "there is no such status"))
    });
    Ok(FlowFilter {
        user: user.map(|user| id("filter.user", &user)).transpose()?,
        status: status.transpose()?,
        asset,
        provider,
    })
}
