//! Calls about requests for payment.

use kernel::Page;
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::requests::{NewRequest, RequestQuery};

impl Service {
    pub(super) async fn create_payment_request(
        &self,
        caller: Caller,
        request: api::CreatePaymentRequestRequest,
    ) -> Answer<api::CreatePaymentRequestResponse> {
        let ids = caller.ids("wallet.CreatePaymentRequest", request.idempotency_key.as_deref())?;
        let new = NewRequest {
            from: read::party("/from", request.from)?,
            asset: request.asset,
            amount: read::positive("/amount", &request.amount)?,
            message: read::message(request.message)?,
            expires_in: read::wait("/expires_in_s", request.expires_in_s)?,
        };
        let made = self.wallet.request(&caller.actor, &new, &ids).await?;
        Ok(api::CreatePaymentRequestResponse { request: Some(convert::request(made)) })
    }

    pub(super) async fn list_payment_requests(
        &self,
        caller: Caller,
        request: api::ListPaymentRequestsRequest,
    ) -> Answer<api::ListPaymentRequestsResponse> {
        let limit = read::limit(request.limit)?;
        let query = RequestQuery {
            direction: read::request_direction(request.direction)?,
            status: read::request_status(request.status)?,
            after: read::cursor(&request.cursor)?,
            limit: limit.with_one_more(),
        };
        let rows = self.wallet.payment_requests(caller.user()?, &query).await?;
        let page = Page::cut(rows, limit, |it| (it.created_at, it.id), convert::request);
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListPaymentRequestsResponse { requests: page.data, next_cursor })
    }

    pub(super) async fn get_payment_request(
        &self,
        caller: Caller,
        request: api::GetPaymentRequestRequest,
    ) -> Answer<api::GetPaymentRequestResponse> {
        let id = read::id("/id", &request.id)?;
        let found = self.wallet.payment_request(caller.user()?, id).await?;
        Ok(api::GetPaymentRequestResponse { request: Some(convert::request(found)) })
    }

    pub(super) async fn pay_payment_request(
        &self,
        caller: Caller,
        request: api::PayPaymentRequestRequest,
    ) -> Answer<api::PayPaymentRequestResponse> {
        let id = read::id("/id", &request.id)?;
        let paid = self.wallet.pay_request(&caller.actor, id).await?;
        Ok(api::PayPaymentRequestResponse { request: Some(convert::request(paid)) })
    }

    pub(super) async fn decline_payment_request(
        &self,
        caller: Caller,
        request: api::DeclinePaymentRequestRequest,
    ) -> Answer<api::DeclinePaymentRequestResponse> {
        let id = read::id("/id", &request.id)?;
        let declined = self.wallet.decline_request(&caller.actor, id).await?;
        Ok(api::DeclinePaymentRequestResponse { request: Some(convert::request(declined)) })
    }

    pub(super) async fn cancel_payment_request(
        &self,
        caller: Caller,
        request: api::CancelPaymentRequestRequest,
    ) -> Answer<api::CancelPaymentRequestResponse> {
        let id = read::id("/id", &request.id)?;
        let cancelled = self.wallet.cancel_request(&caller.actor, id).await?;
        Ok(api::CancelPaymentRequestResponse { request: Some(convert::request(cancelled)) })
    }
}
