//! What a user's data are here, and what becomes of them when the user goes.

use identity::UserId;
use kernel::Timestamp;
use serde_json::{Value, json};

use crate::accounts::WalletAccount;
use crate::error::Result;
use crate::transfers::TransferQuery;
use crate::wallet::Wallet;
use crate::{invitations, messages, requests, schedules};

impl Wallet {
    /// Everything that the wallet has of a user, for the user.
    pub async fn export_user(&self, user: UserId) -> Result<Value> {
        const PAGE: usize = 200;
        let mut transfers = Vec::new();
        let mut query = TransferQuery { limit: PAGE, ..TransferQuery::default() };
        loop {
            let (page, next) = self.transfers(user, &query).await?;
            transfers.extend(page);
            query.cursor = next;
            if next.is_none() {
                break;
            }
        }
        let invitations: Vec<Value> =
            self.invitations_of(user).await?.iter().map(invited).collect();
        Ok(json!({
            "accounts": self.accounts_of(user).await?,
            "transfers": transfers,
            "messages": self.messages_of(user).await?,
            "requests": self.requests_of(user).await?,
            "schedules": self.schedules_of(user).await?,
            "invitations": invitations,
            "limits": self.own_limits(user).await?,
        }))
    }

    /// Accounts that keep a user from being deleted: they hold something, or something is on its way.
    pub async fn holdings(&self, user: UserId) -> Result<Vec<WalletAccount>> {
        let mut accounts = self.accounts_of(user).await?;
        accounts.retain(|account| {
            !(account.total.is_zero()
                && account.pending_in.is_zero()
                && account.pending_out.is_zero())
        });
        Ok(accounts)
    }

    /// Removes what a user wrote, and ends their requests and schedules. What moved stays on the
    /// ledger, under an id that says nothing of the person. Repeating it is harmless.
    pub async fn erase_user(&self, user: UserId) -> Result<()> {
        let now: Timestamp = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        messages::erase_in_tx(&tx, user).await?;
        invitations::erase_in_tx(&tx, user).await?;
        requests::erase_in_tx(&tx, user, now).await?;
        schedules::erase_in_tx(&tx, user, now).await?;
        Ok(tx.commit().await?)
    }
}

fn invited(invitation: &invitations::Invitation) -> Value {
    json!({
        "id": ledger::TransferId::from_u128(invitation.id), "email": invitation.email,
        "asset": invitation.asset, "amount": invitation.amount,
        "created_at": invitation.created_at,
    })
}
