//! Payments of all users for staff, of one user for staff and for the user's own data, and whether
//! the books agree with a provider.

pub(crate) mod http;
mod service;
mod store;

pub(crate) use service::{FlowFilter, Viewer};

use identity::UserId;
use kernel::SignedAmount;
use serde_json::{Value, json};

use crate::deposits::http::DepositJson;
use crate::deposits::{self, Deposit, DepositId};
use crate::error::PaymentsError;
use crate::payments::Payments;
use crate::provider::{CardFace, CardToken};
use crate::refunds;
use crate::withdrawals::http::WithdrawalJson;
use crate::withdrawals::{self, Withdrawal, WithdrawalId};

/// What a user paid in and out, newest first, as much of each as was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    pub deposits: Vec<Deposit>,
    pub withdrawals: Vec<Withdrawal>,
}

/// What the provider owes us, by the books and by its own word. They differ while something is
/// under way, and agree when nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clearing {
    pub books: SignedAmount,
    pub provider: SignedAmount,
}

impl Payments {
    /// For staff: who asks has been checked, and audited, by the caller.
    pub async fn list_for(&self, user: UserId, limit: usize) -> Result<Flows, PaymentsError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(Flows {
            deposits: deposits::store::list(&self.database, user, None, limit).await?,
            withdrawals: withdrawals::store::list(&self.database, user, None, limit).await?,
        })
    }

    /// Whose deposit it is. For staff, like the next one.
    pub async fn owner_of_deposit(&self, id: DepositId) -> Result<Option<UserId>, PaymentsError> {
        Ok(self.find_deposit(id).await?.and_then(|deposit| deposit.payee.user()))
    }

    /// Whose withdrawal it is.
    pub async fn owner_of_withdrawal(
        &self,
        id: WithdrawalId,
    ) -> Result<Option<UserId>, PaymentsError> {
        let found = withdrawals::store::get(&self.database, id).await?;
        Ok(found.map(|withdrawal| withdrawal.user))
    }

    /// Erases how somebody who has left paid: card tokens and bank accounts. What was paid stays.
    /// Once more does no harm.
    pub async fn erase_user(&self, user: UserId) -> Result<(), PaymentsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::erase_in_tx(&tx, user).await?;
        Ok(tx.commit().await?)
    }

    /// All that is kept of a user here, with IBANs in clear, for the user.
    pub async fn export(&self, user: UserId) -> Result<Value, PaymentsError> {
        let flows = self.list_for(user, usize::MAX).await?;
        let refunds = refunds::store::of_user(&self.database, user).await?;
        let refunds: Vec<Value> =
            refunds.iter().map(|it| json!(refunds::http::RefundJson::from(it))).collect();
        let cards = deposits::store::cards(&self.database, user).await?;
        let cards: Vec<Value> = cards
            .iter()
            .map(|CardToken { token, face: CardFace { brand, last4 } }| {
                json!({ "token": token, "brand": brand, "last4": last4 })
            })
            .collect();
        let mut bank_accounts = Vec::new();
        for destination in withdrawals::store::destinations(&self.database, user).await? {
            let account = self.bank_account(&destination.sealed)?;
            let token = destination.id;
            bank_accounts
                .push(json!({ "token": token, "iban": account.iban, "name": account.name }));
        }
        let deposits: Vec<Value> =
            flows.deposits.iter().map(|it| json!(DepositJson::new(self, it))).collect();
        let withdrawals: Vec<Value> =
            flows.withdrawals.iter().map(|it| json!(WithdrawalJson::from(it))).collect();
        Ok(json!({
            "deposits": deposits,
            "refunds": refunds,
            "withdrawals": withdrawals,
            "cards": cards,
            "bank_accounts": bank_accounts,
        }))
    }

    /// Whether value is on its way to or from the user, so that the account must stay.
    pub async fn holds_value(&self, user: UserId) -> Result<bool, PaymentsError> {
        Ok(store::has_open_flows(&self.database, user).await?)
    }

    /// Whether the books agree with the provider.
    pub async fn clearing(&self, provider: &str, asset: &str) -> Result<Clearing, PaymentsError> {
        let books = self.books.clearing(provider, asset).await?;
        let provider = self.provider(provider)?.balance(asset.to_owned()).await?;
        Ok(Clearing { books, provider })
    }
}
