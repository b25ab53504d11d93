//! Starting withdrawals, and showing them.

use identity::{Actor, UserId};
use kernel::bus::enqueue_in_tx;
use kernel::{Amount, Problem, Timestamp};

use super::{BankAccount, Destination, Iban, Withdrawal, WithdrawalStatus, store};
use crate::books;
use crate::error::PaymentsError;
use crate::flows::Flow;
use crate::ids::{DestinationId, WithdrawalId};
use crate::payments::{Made, Payments};

/// A withdrawal to start.
#[derive(Clone, Debug)]
pub struct NewWithdrawal {
    pub asset: String,
    pub amount: Amount,
    pub pay_to: PayTo,
}

/// To which bank account.
#[derive(Clone)]
pub enum PayTo {
    Iban {
        iban: String,
        name: String,
    },
    /// One of the user's, from an earlier withdrawal.
    Token(DestinationId),
}

impl std::fmt::Debug for PayTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Iban { .. } => f.write_str("Iban(…)"),
            Self::Token(id) => write!(f, "Token({id})"),
        }
    }
}

const DESTINATION_PURPOSE: &str = "bushel payments destination v1";

impl Payments {
    /// Starts a withdrawal: the amount is held when this returns, and the provider is asked by a
    /// job. The same id again comes to the same withdrawal.
    pub async fn create_withdrawal(
        &self,
        actor: &Actor,
        id: WithdrawalId,
        new: NewWithdrawal,
    ) -> Result<Made<Withdrawal>, Problem> {
        let user = actor.require_active()?;
        if let Some(known) = store::get(&self.database, id).await? {
            return repeated(user, &new, known);
        }
        let provider = self.withdrawal_provider()?.name().to_owned();
        let scale = self.check_amount(&new.asset, new.amount).await?;
        let destination = self.destination(user, &new.pay_to).await?;
        self.books.require_account(user, &new.asset).await?;
        let now = self.clock.now();
        let withdrawal = Withdrawal {
            id,
            user,
            asset: new.asset.clone(),
            scale,
            amount: new.amount,
            destination,
            status: WithdrawalStatus::Pending,
            failure: None,
            created_at: now,
            updated_at: now,
            is_held: false,
            provider,
            provider_payout: None,
        };
        if !self.write_withdrawal(&withdrawal).await? {
            let known = store::get(&self.database, id).await?;
            return repeated(user, &new, known.ok_or(PaymentsError::WithdrawalNotFound)?);
        }
        self.pass("withdrawal.row_written").await;
        match self.held_withdrawal(withdrawal).await? {
            Ok(it) => Ok(Made { it, is_repeat: false }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// One of the caller's own.
    pub async fn withdrawal(&self, actor: &Actor, id: WithdrawalId) -> Result<Withdrawal, Problem> {
        let user = actor.require_user()?;
        let found = store::get(&self.database, id).await?.filter(|it| it.user == user);
        Ok(found.ok_or(PaymentsError::WithdrawalNotFound)?)
    }

    /// The caller's own, newest first.
    pub async fn withdrawals(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, WithdrawalId)>,
        limit: i64,
    ) -> Result<Vec<Withdrawal>, Problem> {
        let user = actor.require_user()?;
        Ok(store::list(&self.database, user, after, limit).await?)
    }

    /// What was sealed of a destination.
    pub(crate) fn bank_account(&self, sealed: &[u8]) -> Result<BankAccount, PaymentsError> {
        let opened = self.vault.open(DESTINATION_PURPOSE, sealed);
        let account = opened.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        account.ok_or_else(|| {
            let text = "a destination can't be opened with the vault's key".to_owned();
            PaymentsError::Contradiction(text)
        })
    }

    async fn destination(
        &self,
        user: UserId,
        pay_to: &PayTo,
    ) -> Result<Destination, PaymentsError> {
        match pay_to {
            PayTo::Token(id) => {
                let found = store::destination_of(&self.database, user, *id).await?;
                found.ok_or(PaymentsError::DestinationNotFound)
            }
            PayTo::Iban { iban, name } => {
                let iban = Iban::parse(iban).ok_or(PaymentsError::IbanInvalid)?;
                let account = BankAccount { iban: iban.as_str().to_owned(), name: name.clone() };
                let clear = serde_json::to_vec(&account).expect("two texts are JSON");
                Ok(Destination {
                    id: DestinationId::generate(),
                    country: iban.country().to_owned(),
                    last4: iban.last4().to_owned(),
                    sealed: self.vault.seal(DESTINATION_PURPOSE, &clear),
                })
            }
        }
    }

    /// The row, its destination and the job that finishes it. False if the id is taken.
    async fn write_withdrawal(&self, new: &Withdrawal) -> Result<bool, PaymentsError> {
        let now = new.created_at;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::insert_destination_in_tx(&tx, new.user, &new.destination, now).await?;
        let check_at = now.saturating_add(self.options.check_after);
        let is_new = store::insert_in_tx(&tx, new, check_at).await?;
        if is_new {
            let job = Flow::Withdrawal(new.id).advance().subject(new.user.as_u128());
            enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
            tx.commit().await?;
        }
        Ok(is_new)
    }
}

/// The withdrawal that the same request made before, as it was then.
fn repeated(
    user: UserId,
    new: &NewWithdrawal,
    known: Withdrawal,
) -> Result<Made<Withdrawal>, Problem> {
    let is_same_destination = match &new.pay_to {
        PayTo::Token(id) => known.destination.id == *id,
        PayTo::Iban { iban, .. } => Iban::parse(iban).is_some_and(|iban| {
            iban.country() == known.destination.country && iban.last4() == known.destination.last4
        }),
    };
    let is_same = known.user == user
        && known.asset == new.asset
        && known.amount == new.amount
        && is_same_destination;
    if !is_same {
        return Err(kernel::http::reused(None, "it is not the withdrawal that came first"));
    }
    if known.status == WithdrawalStatus::Failed && !known.is_held {
        return Err(books::refused_before(known.failure.as_deref()).into());
    }
    let (status, updated_at) = (WithdrawalStatus::Pending, known.created_at);
    Ok(Made { it: Withdrawal { status, failure: None, updated_at, ..known }, is_repeat: true })
}
