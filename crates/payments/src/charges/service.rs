//! Starting charges, giving them up and giving them back.

use identity::UserId;
use kernel::bus::enqueue_in_tx;
use kernel::{Amount, DatabaseError, Timestamp};

use super::{ChargeWith, NewCharge, PreparedCharge};
use crate::deposits::service::require_form;
use crate::deposits::{self, Card, Deposit, DepositStatus, PayWith, Payee};
use crate::error::PaymentsError;
use crate::flows::Flow;
use crate::ids::{DepositId, RefundId};
use crate::payments::Payments;
use crate::provider::CardToken;
use crate::refunds::{self, Refund, RefundStatus};

impl Payments {
    /// Gives a new card to the provider before the purchase is written down, so that nobody else
    /// keeps it.
    pub async fn prepare_charge(
        &self,
        user: Option<UserId>,
        with: &ChargeWith,
    ) -> Result<PreparedCharge, PaymentsError> {
        let provider = self.deposit_provider(with.provider.as_deref())?;
        require_form(provider, &with.pay_with)?;
        let card = self.card(user, provider, &with.pay_with).await?;
        if let (Some(card), PayWith::Card(_)) = (&card, &with.pay_with) {
            self.keep_card(user, provider.name(), card).await?;
        }
        let card_token = card.map(|card| card.token);
        Ok(PreparedCharge { provider: provider.name().to_owned(), card_token })
    }

    /// Whether so much can be paid in this way.
    pub async fn check_charge(
        &self,
        with: &PreparedCharge,
        asset: &str,
        amount: Amount,
    ) -> Result<(), PaymentsError> {
        let scale = self.check_amount(asset, amount).await?;
        let provider = self.provider(&with.provider)?;
        if !provider.takes(asset, scale, None) {
            return Err(PaymentsError::AssetNotOffered);
        }
        if !provider.takes(asset, scale, Some(amount)) {
            return Err(PaymentsError::AmountNotPayable);
        }
        Ok(())
    }

    /// Starts a charge: the provider is asked by a job. The same id again comes to the same charge,
    /// as it is now.
    pub async fn create_charge(
        &self,
        id: DepositId,
        new: &NewCharge,
    ) -> Result<Deposit, PaymentsError> {
        let found = match self.find_deposit(id).await? {
            Some(found) => found,
            None => self.write_charge(id, new).await?,
        };
        if found.is_held || !found.status.is_open() {
            return Ok(found);
        }
        self.held_deposit(found).await?
    }

    /// A charge as it is now.
    pub async fn charge(&self, id: DepositId) -> Result<Option<Deposit>, DatabaseError> {
        let is_charge = |it: &Deposit| matches!(it.payee, Payee::Purchase { .. });
        Ok(self.find_deposit(id).await?.filter(is_charge))
    }

    /// The purchase is over: a charge that its holder has not confirmed fails soon. One that the
    /// provider has already decided stays what it is.
    pub async fn give_up_charge(&self, id: DepositId) -> Result<(), PaymentsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        deposits::store::give_up_in_tx(&tx, id, self.clock.now()).await?;
        enqueue_in_tx(&tx, &*self.clock, &[Flow::Deposit(id).advance()]).await?;
        Ok(tx.commit().await?)
    }

    /// Takes the amount from the purchase's account now, and gives it to the card by a job. The same
    /// id again comes to the same refund. Never more goes back than came.
    pub async fn refund_charge(
        &self,
        id: RefundId,
        charge: DepositId,
        amount: Amount,
    ) -> Result<Refund, PaymentsError> {
        let found = match refunds::store::get(&self.database, id).await? {
            Some(found) => found,
            None => self.write_charge_refund(id, charge, amount).await?,
        };
        if found.is_moved {
            return Ok(found);
        }
        if found.status == RefundStatus::Failed {
            return Err(crate::books::refused_before(found.failure.as_deref()));
        }
        self.moved_refund(found).await?
    }

    async fn keep_card(
        &self,
        user: Option<UserId>,
        provider: &str,
        card: &CardToken,
    ) -> Result<(), PaymentsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        deposits::store::insert_card_in_tx(&tx, user, provider, card, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// The row and the job that finishes it; the row of whoever was first.
    async fn write_charge(&self, id: DepositId, new: &NewCharge) -> Result<Deposit, PaymentsError> {
        let scale = self.books.money(&new.asset).await?;
        let card = match &new.with.card_token {
            None => None,
            Some(token) => {
                let kept = deposits::store::kept_card(&self.database, token).await?;
                Some(kept.ok_or(PaymentsError::CardNotFound)?)
            }
        };
        let charge = charge_of(id, new, card, (scale, self.clock.now()));
        if self.write_deposit(&charge).await? {
            self.pass("deposit.row_written").await;
        }
        self.find_deposit(id).await?.ok_or(PaymentsError::DepositNotFound)
    }

    async fn write_charge_refund(
        &self,
        id: RefundId,
        charge: DepositId,
        amount: Amount,
    ) -> Result<Refund, PaymentsError> {
        let charge = self.charge(charge).await?.ok_or(PaymentsError::DepositNotFound)?;
        if charge.status != DepositStatus::Succeeded {
            return Err(PaymentsError::DepositNotRefundable);
        }
        let now = self.clock.now();
        let refund = refunds::service::refund_of(&charge, id, (amount, None), now);
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let check_at = now.saturating_add(self.options.check_after);
        if refunds::store::insert_in_tx(&tx, &refund, true, check_at).await? {
            let job = Flow::Refund(id).advance_for(&charge.payee);
            enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        }
        tx.commit().await?;
        drop(client);
        self.pass("refund.row_written").await;
        let found = refunds::store::get(&self.database, id).await?;
        found.ok_or(PaymentsError::DepositNotFound)
    }
}

fn charge_of(
    id: DepositId,
    new: &NewCharge,
    card: Option<CardToken>,
    (scale, now): (u8, Timestamp),
) -> Deposit {
    Deposit {
        id,
        payee: Payee::Purchase {
            user: new.user,
            account: new.account,
            reference: new.reference.clone(),
        },
        asset: new.asset.clone(),
        scale,
        amount: new.amount,
        card: card.map(|CardToken { token, face }| Card { token: Some(token), face }),
        return_url: new.return_url.clone(),
        status: DepositStatus::Pending,
        failure: None,
        refunded: Amount::ZERO,
        dispute: None,
        created_at: now,
        updated_at: now,
        is_held: false,
        provider: new.with.provider.clone(),
        provider_payment: None,
        action: None,
        confirm_by: None,
    }
}
