//! Calls about transfers.

use kernel::Cursor;
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::transfers::{NewTransfer, Resolution, TransferQuery};

impl Service {
    pub(super) async fn create_transfer(
        &self,
        caller: Caller,
        request: api::CreateTransferRequest,
    ) -> Answer<api::CreateTransferResponse> {
        let ids = caller.ids("wallet.CreateTransfer", request.idempotency_key.as_deref())?;
        let new = NewTransfer {
            to: read::party("/to", request.to)?,
            asset: request.asset,
            amount: read::positive("/amount", &request.amount)?,
            message: read::message(request.message)?,
            reference: read::reference(request.reference)?,
            accept_within: read::wait("/accept_within_s", request.accept_within_s)?,
        };
        let sent = self.wallet.send(&caller.actor, &new, &ids).await?;
        Ok(api::CreateTransferResponse {
            transfer: Some(convert::transfer(sent.transfer)),
            is_replayed: sent.replayed && ids.are_derived(),
        })
    }

    pub(super) async fn list_transfers(
        &self,
        caller: Caller,
        request: api::ListTransfersRequest,
    ) -> Answer<api::ListTransfersResponse> {
        let is_given = |text: &String| !text.is_empty();
        let query = TransferQuery {
            direction: read::direction(request.direction)?,
            status: read::status(request.status)?,
            asset: Some(request.asset).filter(is_given),
            from: read::moment("/from", request.from)?,
            before: read::moment("/before", request.before)?,
            counterparty: Some(request.counterparty).filter(is_given),
            amount_min: read::optional("/amount_min", &request.amount_min)?,
            amount_max: read::optional("/amount_max", &request.amount_max)?,
            text: Some(request.query).filter(is_given),
            cursor: read::cursor(&request.cursor)?,
            limit: read::limit(request.limit)?.get(),
        };
        let (transfers, next) = self.wallet.transfers(caller.user()?, &query).await?;
        Ok(api::ListTransfersResponse {
            transfers: transfers.into_iter().map(convert::transfer).collect(),
            next_cursor: next.map_or_else(String::new, |next| Cursor(next).to_string()),
        })
    }

    pub(super) async fn get_transfer(
        &self,
        caller: Caller,
        request: api::GetTransferRequest,
    ) -> Answer<api::GetTransferResponse> {
        let id: ledger::TransferId = read::id("/id", &request.id)?;
        let transfer = self.wallet.transfer(caller.user()?, id.as_u128()).await?;
        Ok(api::GetTransferResponse { transfer: Some(convert::transfer(transfer)) })
    }

    async fn resolve(
        &self,
        caller: &Caller,
        id: &str,
        resolution: Resolution,
    ) -> Answer<Option<api::Transfer>> {
        let id: ledger::TransferId = read::id("/id", id)?;
        let transfer = self.wallet.resolve(&caller.actor, id.as_u128(), resolution).await?;
        Ok(Some(convert::transfer(transfer)))
    }

    pub(super) async fn accept_transfer(
        &self,
        caller: Caller,
        request: api::AcceptTransferRequest,
    ) -> Answer<api::AcceptTransferResponse> {
        let transfer = self.resolve(&caller, &request.id, Resolution::Accept).await?;
        Ok(api::AcceptTransferResponse { transfer })
    }

    pub(super) async fn decline_transfer(
        &self,
        caller: Caller,
        request: api::DeclineTransferRequest,
    ) -> Answer<api::DeclineTransferResponse> {
        let transfer = self.resolve(&caller, &request.id, Resolution::Decline).await?;
        Ok(api::DeclineTransferResponse { transfer })
    }

    pub(super) async fn cancel_transfer(
        &self,
        caller: Caller,
        request: api::CancelTransferRequest,
    ) -> Answer<api::CancelTransferResponse> {
        let transfer = self.resolve(&caller, &request.id, Resolution::Cancel).await?;
        Ok(api::CancelTransferResponse { transfer })
    }
}
