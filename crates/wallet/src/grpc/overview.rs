//! Calls of staff about the transfers of all users.

use kernel::Cursor;
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::overview::{OverviewQuery, UserTransfer};

fn user_transfer(it: UserTransfer) -> api::UserTransfer {
    api::UserTransfer {
        sender: it.sender.to_string(),
        recipient: it.recipient.map(|user| user.to_string()),
        transfer: Some(convert::transfer(it.transfer)),
    }
}

impl Service {
    pub(super) async fn list_user_transfers(
        &self,
        caller: Caller,
        request: api::ListUserTransfersRequest,
    ) -> Answer<api::ListUserTransfersResponse> {
        let query = OverviewQuery {
            status: read::status(request.status)?,
            asset: Some(request.asset).filter(|code| !code.is_empty()),
            from: read::moment("/from", request.from)?,
            before: read::moment("/before", request.before)?,
            amount_min: read::optional("/amount_min", &request.amount_min)?,
            amount_max: read::optional("/amount_max", &request.amount_max)?,
            cursor: read::cursor(&request.cursor)?,
            limit: read::limit(request.limit)?.get(),
        };
        let (transfers, next) = self.wallet.user_transfers(&caller.actor, &query).await?;
        Ok(api::ListUserTransfersResponse {
            transfers: transfers.into_iter().map(user_transfer).collect(),
            next_cursor: next.map_or_else(String::new, |next| Cursor(next).to_string()),
        })
    }

    pub(super) async fn get_user_transfer(
        &self,
        caller: Caller,
        request: api::GetUserTransferRequest,
    ) -> Answer<api::GetUserTransferResponse> {
        let transfer =
            self.wallet.user_transfer(&caller.actor, read::id("/id", &request.id)?).await?;
        Ok(api::GetUserTransferResponse { transfer: Some(user_transfer(transfer)) })
    }
}
