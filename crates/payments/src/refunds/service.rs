//! Asking for refunds, and showing them.

use identity::{Actor, Permission, UserId};
use kernel::audit::{self, NewEntry};
use kernel::bus::enqueue_in_tx;
use kernel::{Amount, Problem, Timestamp};

use super::{Refund, RefundStatus, store};
use crate::books;
use crate::deposits::{self, Deposit, DepositStatus};
use crate::error::PaymentsError;
use crate::flows::Flow;
use crate::ids::{DepositId, RefundId};
use crate::payments::{Made, Payments};
use crate::provider::DisputeStatus;

/// A refund to make.
#[derive(Clone, Debug, Default)]
pub struct NewRefund {
    /// All that is left, if not given.
    pub amount: Option<Amount>,
    pub reason: Option<String>,
}

impl Payments {
    /// Takes the amount out of the account now, and gives it to the card by a job. The same id
    /// again comes to the same refund. For the depositor, and for staff.
    pub async fn create_refund(
        &self,
        actor: &Actor,
        id: RefundId,
        deposit: DepositId,
        new: NewRefund,
    ) -> Result<Made<Refund>, Problem> {
        if actor.is_frozen {
            actor.require_active()?;
        }
        let deposit = self.refundable_by(actor, deposit).await?;
        if let Some(known) = store::get(&self.database, id).await? {
            return repeated(&deposit, &new, known);
        }
        if deposit.status != DepositStatus::Succeeded
            || matches!(deposit.dispute, Some(DisputeStatus::Open | DisputeStatus::Lost))
        {
            return Err(PaymentsError::DepositNotRefundable.into());
        }
        let amount = self.refund_amount(&deposit, new.amount).await?;
        let now = self.clock.now();
        let refund = refund_of(&deposit, id, (amount, new.reason.clone()), now);
        if !self.write_refund(actor, &refund).await? {
            let known = store::get(&self.database, id).await?;
            return repeated(&deposit, &new, known.ok_or(PaymentsError::DepositNotFound)?);
        }
        self.pass("refund.row_written").await;
        match self.moved_refund(refund).await? {
            Ok(it) => Ok(Made { it, is_repeat: false }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// The refunds of a deposit, newest first. For the depositor, and for staff.
    pub async fn refunds(
        &self,
        actor: &Actor,
        deposit: DepositId,
        after: Option<(Timestamp, RefundId)>,
        limit: i64,
    ) -> Result<Vec<Refund>, Problem> {
        let deposit = self.refundable_by(actor, deposit).await?;
        Ok(store::of_deposit(&self.database, deposit.id, after, limit).await?)
    }

    async fn refundable_by(&self, actor: &Actor, id: DepositId) -> Result<Deposit, Problem> {
        let is_staff = actor.permissions.has(Permission::PaymentsManage);
        // Whoever sells gives back what was paid for something: its books have to know.
        let is_visible = |it: &Deposit| match it.payee.owner() {
            Some(owner) => is_staff || actor.user() == Some(owner),
            None => false,
        };
        let found = self.find_deposit(id).await?;
        let found = found.filter(|it| is_visible(it));
        Ok(found.ok_or(PaymentsError::DepositNotFound)?)
    }

    /// What was asked for, or all that is left. The ledger has the last word on it.
    async fn refund_amount(
        &self,
        deposit: &Deposit,
        asked: Option<Amount>,
    ) -> Result<Amount, PaymentsError> {
        let begun = deposits::store::refunds_begun(&self.database, deposit.id).await?;
        let left = deposit.amount.checked_sub(begun).unwrap_or(Amount::ZERO);
        let amount = asked.unwrap_or(left);
        if amount.is_zero() && asked.is_some() {
            return Err(PaymentsError::AmountTooSmall(Amount::new(1)));
        }
        if amount.is_zero() || amount > left {
            return Err(PaymentsError::RefundTooLarge);
        }
        Ok(amount)
    }

    /// The row, the job that finishes it, and who asked for it. False if the id is taken.
    async fn write_refund(&self, actor: &Actor, refund: &Refund) -> Result<bool, PaymentsError> {
        let by_staff = actor.user() != refund.payee.user();
        let check_at = refund.created_at.saturating_add(self.options.check_after);
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert_in_tx(&tx, refund, by_staff, check_at).await? {
            return Ok(false);
        }
        let job = Flow::Refund(refund.id).advance_for(&refund.payee);
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        if by_staff {
            let mut entry =
                NewEntry::new(actor.audit(), "payments.refund.created").object(refund.deposit);
            entry.subject = refund.payee.user().map(UserId::as_u128);
            entry.reason.clone_from(&refund.reason);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// A refund that nobody has heard of yet.
pub(crate) fn refund_of(
    deposit: &Deposit,
    id: RefundId,
    (amount, reason): (Amount, Option<String>),
    now: Timestamp,
) -> Refund {
    Refund {
        id,
        deposit: deposit.id,
        payee: deposit.payee.clone(),
        asset: deposit.asset.clone(),
        scale: deposit.scale,
        amount,
        reason,
        status: RefundStatus::Pending,
        failure: None,
        created_at: now,
        updated_at: now,
        is_moved: false,
        provider: deposit.provider.clone(),
        provider_payment: deposit.provider_payment.clone(),
        provider_refund: None,
    }
}

/// The refund that the same request made before, as it was then.
fn repeated(deposit: &Deposit, new: &NewRefund, known: Refund) -> Result<Made<Refund>, Problem> {
    let is_same = known.deposit == deposit.id
        && new.amount.is_none_or(|amount| amount == known.amount)
        && known.reason == new.reason;
    if !is_same {
        return Err(kernel::http::reused(None, "it is not the refund that came first"));
    }
    if known.status == RefundStatus::Failed && !known.is_moved {
        return Err(books::refused_before(known.failure.as_deref()).into());
    }
    let (status, updated_at) = (RefundStatus::Pending, known.created_at);
    Ok(Made { it: Refund { status, failure: None, updated_at, ..known }, is_repeat: true })
}
