//! Moving what was approved. It may be done by a request and by a job at the same time, and again
//! after a crash at any point: the transfer's id makes it one.

use kernel::audit::{self, AuditActor, NewEntry};
use kernel::bus::{self, NewEvent};
use ledger::LedgerError;
use ledger::engine::{AccountDetails, AccountStatus, NewAccount, TransferStatus};
use serde_json::json;

use super::{Adjustment, HOUSE_CODE, State, house_address, house_id, jobs, store};
use crate::{Admin, AdminError};

impl Admin {
    /// Carries an approved adjustment out and notes what became of it. Anything else is
    /// answered as it is.
    pub(super) async fn settle(&self, approved: &Adjustment) -> Result<Adjustment, AdminError> {
        if approved.state != State::Approved {
            return Ok(approved.clone());
        }
        let failure = self.move_amount(approved).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let failure = failure.map(TransferStatus::as_str);
        let settled = store::settle(&tx, approved.id, failure, self.clock.now()).await?;
        let Some(settled) = settled else {
            drop(tx);
            return self.stored(approved.id).await;
        };
        audit::record_in_tx(&tx, &*self.clock, &[entry(&settled)]).await?;
        if let Some(event) = event(&settled) {
            bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        bus::cancel_in_tx(&tx, jobs::SETTLE, &settled.id.to_string()).await?;
        tx.commit().await?;
        Ok(settled)
    }

    /// Answers with why the ledger refused, if it did.
    async fn move_amount(
        &self,
        adjustment: &Adjustment,
    ) -> Result<Option<TransferStatus>, LedgerError> {
        let numbers = self.ledger.asset_numbers(&[&adjustment.asset]).await?;
        let Some(asset_no) = numbers.into_iter().next().flatten() else {
            return Ok(Some(TransferStatus::AssetMustNotBeZero));
        };
        let house = self.house_account(&adjustment.asset, asset_no).await?;
        let results =
            self.ledger.create_transfers(vec![adjustment.transfer(house, asset_no)]).await?;
        let result = results.into_iter().next().ok_or(LedgerError::Unavailable)?;
        Ok(match result.status {
            TransferStatus::Created | TransferStatus::Exists => None,
            // A first attempt was refused, and its process died before it could note that.
            TransferStatus::IdAlreadyFailed => Some(result.first_failure.unwrap_or(result.status)),
            refused => Some(refused),
        })
    }

    /// The house's account for an asset; the first adjustment of the asset opens it.
    async fn house_account(&self, asset: &str, asset_no: u32) -> Result<u128, LedgerError> {
        let address = house_address(asset);
        if let Some(Some(id)) = self.ledger.account_ids(&[&address]).await?.first() {
            return Ok(*id);
        }
        let details =
            AccountDetails { address: Some(address.as_str().into()), ..AccountDetails::default() };
        let id = house_id(asset);
        let new =
            NewAccount { id, asset: asset_no, code: HOUSE_CODE, details, ..NewAccount::default() };
        match self.ledger.create_accounts(vec![new]).await?.first() {
            Some(AccountStatus::Created | AccountStatus::Exists) => Ok(id),
            // Somebody has opened an account of their own under the address.
            _ => {
                let ids = self.ledger.account_ids(&[&address]).await?;
                ids.into_iter().next().flatten().ok_or(LedgerError::Unavailable)
            }
        }
    }
}

fn entry(settled: &Adjustment) -> NewEntry {
    let action = match settled.state {
        State::Applied => "admin.adjustment.applied",
        _ => "admin.adjustment.failed",
    };
    NewEntry::new(AuditActor::System, action)
        .object(settled.id)
        .subject(settled.user.as_u128())
        .data(json!({ "transfer": settled.transfer_id, "failure": settled.failure }))
}

/// The user is told of what was moved, not of what wasn't.
fn event(settled: &Adjustment) -> Option<NewEvent> {
    let data = json!({
        "adjustment_id": settled.id,
        "transfer_id": settled.transfer_id,
        "direction": settled.direction,
        "amount": settled.amount,
        "asset": settled.asset,
        "scale": settled.scale,
        "reverses": settled.reverses,
    });
    let subject = Some(settled.user.as_u128());
    (settled.state == State::Applied)
        .then(|| NewEvent::new("admin", "admin.adjustment.applied", subject, data))
}
