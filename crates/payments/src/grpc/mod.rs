//! Payments over gRPC: the contract `bushel.payments.v1` on top of the facade. The caller is in
//! the request's extensions, as over HTTP.

mod convert;
mod staff;
#[cfg(test)]
mod tests;

pub use staff::service as staff_service;

use identity::Actor;
use kernel::http::Ids;
use kernel::{Cursor, Limit};
use proto::failure::{invalid, status};
use proto::payments::v1 as api;
use proto::payments::v1::payments_service_server::{PaymentsService, PaymentsServiceServer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tonic::{Request, Response, Status};

use crate::deposits::{self, DepositId, NewDeposit};
use crate::http::position;
use crate::payments::Payments;
use crate::refunds::{self, NewRefund, RefundId};
use crate::withdrawals::{NewWithdrawal, WithdrawalId};

/// The service, for the server to mount.
pub fn service(payments: Payments) -> PaymentsServiceServer<impl PaymentsService> {
    PaymentsServiceServer::new(Service { payments })
}

struct Service {
    payments: Payments,
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl PaymentsService for Service {
    async fn create_deposit(
        &self,
        request: Request<api::CreateDepositRequest>,
    ) -> Answer<api::CreateDepositResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let id = new_id(&actor, "CreateDeposit", body.idempotency_key.as_deref())?;
        if body.return_url.as_deref().is_some_and(|url| !deposits::http::is_return_url(url)) {
            return Err(invalid("return_url", "expected an https address, or http on this host"));
        }
        let new = NewDeposit {
            provider: body.provider,
            asset: body.asset,
            amount: amount(&body.amount)?,
            pay_with: convert::pay_with(body.source)?,
            return_url: body.return_url,
        };
        let id = DepositId::from_u128(id);
        let made = self.payments.create_deposit(&actor, id, new).await.map_err(refuse)?;
        let deposit = Some(convert::deposit(&self.payments, &made.it));
        Ok(Response::new(api::CreateDepositResponse { deposit }))
    }

    async fn get_deposit(
        &self,
        request: Request<api::GetDepositRequest>,
    ) -> Answer<api::GetDepositResponse> {
        let actor = caller(&request)?;
        let id = id("id", &request.get_ref().id)?;
        let deposit = self.payments.deposit(&actor, id).await.map_err(refuse)?;
        let deposit = Some(convert::deposit(&self.payments, &deposit));
        Ok(Response::new(api::GetDepositResponse { deposit }))
    }

    async fn list_deposits(
        &self,
        request: Request<api::ListDepositsRequest>,
    ) -> Answer<api::ListDepositsResponse> {
        let actor = caller(&request)?;
        let (limit, after) = page(request.get_ref().limit, &request.get_ref().cursor)?;
        let found = self.payments.deposits(&actor, position(after), limit.with_one_more()).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |row| (row.created_at.as_micros(), row.id));
        let deposits = rows.iter().map(|row| convert::deposit(&self.payments, row)).collect();
        Ok(Response::new(api::ListDepositsResponse { deposits, next_cursor }))
    }

    async fn create_refund(
        &self,
        request: Request<api::CreateRefundRequest>,
    ) -> Answer<api::CreateRefundResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let deposit: DepositId = id("deposit_id", &body.deposit_id)?;
        // The route over HTTP names the deposit, too: one key may serve for several.
        let route = format!("CreateRefund {deposit}");
        let id = new_id(&actor, &route, body.idempotency_key.as_deref())?;
        if !body.reason.as_deref().is_none_or(refunds::http::is_reason) {
            return Err(invalid("reason", "a reason has 1 to 200 characters, none of control"));
        }
        let amount = body.amount.as_deref().map(amount).transpose()?;
        let new = NewRefund { amount, reason: body.reason };
        let id = RefundId::from_u128(id);
        let made = self.payments.create_refund(&actor, id, deposit, new).await.map_err(refuse)?;
        let refund = Some(convert::refund(&made.it));
        Ok(Response::new(api::CreateRefundResponse { refund }))
    }

    async fn list_refunds(
        &self,
        request: Request<api::ListRefundsRequest>,
    ) -> Answer<api::ListRefundsResponse> {
        let actor = caller(&request)?;
        let deposit = id("deposit_id", &request.get_ref().deposit_id)?;
        let (limit, after) = page(request.get_ref().limit, &request.get_ref().cursor)?;
        let limits = (position(after), limit.with_one_more());
        let found = self.payments.refunds(&actor, deposit, limits.0, limits.1).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |row| (row.created_at.as_micros(), row.id));
        let refunds = rows.iter().map(convert::refund).collect();
        Ok(Response::new(api::ListRefundsResponse { refunds, next_cursor }))
    }

    async fn list_providers(
        &self,
        request: Request<api::ListProvidersRequest>,
    ) -> Answer<api::ListProvidersResponse> {
        caller(&request)?;
        let found = self.payments.offered_providers().await;
        let found = found.map_err(|error| refuse(error.into()))?;
        let providers = found.into_iter().map(convert::provider).collect();
        Ok(Response::new(api::ListProvidersResponse { providers }))
    }

    async fn create_withdrawal(
        &self,
        request: Request<api::CreateWithdrawalRequest>,
    ) -> Answer<api::CreateWithdrawalResponse> {
        let actor = caller(&request)?;
        let body = request.into_inner();
        let id = new_id(&actor, "CreateWithdrawal", body.idempotency_key.as_deref())?;
        let new = NewWithdrawal {
            asset: body.asset,
            amount: amount(&body.amount)?,
            pay_to: convert::pay_to(body.destination)?,
        };
        let id = WithdrawalId::from_u128(id);
        let made = self.payments.create_withdrawal(&actor, id, new).await.map_err(refuse)?;
        let withdrawal = Some(convert::withdrawal(&made.it));
        Ok(Response::new(api::CreateWithdrawalResponse { withdrawal }))
    }

    async fn get_withdrawal(
        &self,
        request: Request<api::GetWithdrawalRequest>,
    ) -> Answer<api::GetWithdrawalResponse> {
        let actor = caller(&request)?;
        let id = id("id", &request.get_ref().id)?;
        let withdrawal = self.payments.withdrawal(&actor, id).await.map_err(refuse)?;
        let withdrawal = Some(convert::withdrawal(&withdrawal));
        Ok(Response::new(api::GetWithdrawalResponse { withdrawal }))
    }

    async fn list_withdrawals(
        &self,
        request: Request<api::ListWithdrawalsRequest>,
    ) -> Answer<api::ListWithdrawalsResponse> {
        let actor = caller(&request)?;
        let (limit, after) = page(request.get_ref().limit, &request.get_ref().cursor)?;
        let found = self.payments.withdrawals(&actor, position(after), limit.with_one_more()).await;
        let (rows, next_cursor) =
            cut(found.map_err(refuse)?, limit, |row| (row.created_at.as_micros(), row.id));
        let withdrawals = rows.iter().map(convert::withdrawal).collect();
        Ok(Response::new(api::ListWithdrawalsResponse { withdrawals, next_cursor }))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refuse(problem: kernel::Problem) -> Status {
    status(&problem)
}

fn caller<T>(request: &Request<T>) -> Result<Actor, Status> {
    Actor::of(request.extensions()).map_err(refuse)
}

fn new_id(actor: &Actor, route: &str, key: Option<&str>) -> Result<u128, Status> {
    let ids = Ids::of(&actor.caller_key(), route, key);
    Ok(ids.map_err(|rule| invalid("idempotency_key", rule))?.get(0))
}

fn id<I: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<I, Status> {
    text.parse().map_err(|error: I::Err| invalid(field, error.to_string()))
}

fn amount(text: &str) -> Result<kernel::Amount, Status> {
    text.parse().map_err(|error: kernel::AmountError| invalid("amount", error.to_string()))
}

/// A place in a list that is ordered by time, from a cursor.
type Place<I> = Option<Cursor<(i64, I)>>;

fn page<I: DeserializeOwned>(limit: u32, cursor: &str) -> Result<(Limit, Place<I>), Status> {
    let (limit, after) = page_after(limit, cursor)?;
    Ok((limit, after.map(Cursor)))
}

fn page_after<P: DeserializeOwned>(limit: u32, cursor: &str) -> Result<(Limit, Option<P>), Status> {
    let limit = match limit {
        0 => Limit::DEFAULT,
        given => {
            Limit::try_new(given.into()).map_err(|error| invalid("limit", error.to_string()))?
        }
    };
    let after = match cursor {
        "" => None,
        text => Some(
            text.parse()
                .map_err(|error: kernel::page::CursorError| invalid("cursor", error.to_string()))?,
        ),
    };
    Ok((limit, after.map(|Cursor(place)| place)))
}

fn cut<T, K: Serialize + DeserializeOwned>(
    rows: Vec<T>,
    limit: Limit,
    place: impl FnOnce(&T) -> K,
) -> (Vec<T>, String) {
    let page = kernel::Page::cut(rows, limit, place, |row| row);
    (page.data, page.next_cursor.unwrap_or_default())
}
