//! Brings a deposit as far as its payment is. Every step may be cut off and taken again, also by
//! two at once: the ledger takes each one once, and a status is recorded by one of them.

use std::time::Duration;

use kernel::bus::publish_in_tx;
use ledger::engine::TransferStatus;

use super::store::{self, Change};
use super::{Deposit, DepositStatus, Step, steps, verdict};
use crate::books::{self, Purpose};
use crate::chargebacks::Claim;
use crate::error::PaymentsError;
use crate::events::{self, News};
use crate::ids::{DepositId, Role};
use crate::payments::Payments;
use crate::provider::{CardFace, Payment, PaymentOrder, PaymentStatus, ProviderError};
use crate::verdict::{Source, Verdict};

/// So long a card's holder may take to confirm a deposit.
const CONFIRM_WITHIN: Duration = Duration::from_secs(24 * 3_600);

impl Payments {
    /// Holds, asks the provider, and takes the steps that its answer allows.
    pub(crate) async fn advance_deposit(&self, id: DepositId) -> Result<(), PaymentsError> {
        let Some(deposit) = self.find_deposit(id).await? else { return Ok(()) };
        let Some(deposit) = self.ready_deposit(deposit).await? else { return Ok(()) };
        let payment = match &deposit.provider_payment {
            Some(payment) => self.ask_for_payment(&deposit, payment.clone()).await?,
            None => match self.order_payment(&deposit).await? {
                Some(payment) => payment,
                None => return Ok(()),
            },
        };
        self.settle_deposit(id, payment, Source::Provider).await
    }

    /// What has become of it. One that nobody confirms is given up, so that nothing is shown as
    /// coming in for ever.
    async fn ask_for_payment(
        &self,
        deposit: &Deposit,
        payment: String,
    ) -> Result<Payment, PaymentsError> {
        let provider = self.provider(&deposit.provider)?;
        let found = provider.payment(payment).await?;
        let usual = || deposit.created_at.saturating_add(CONFIRM_WITHIN);
        let is_late = self.clock.now() >= deposit.confirm_by.unwrap_or_else(usual);
        if is_late && matches!(found.status, PaymentStatus::RequiresAction { .. }) {
            return Ok(provider.cancel_payment(found.id).await?);
        }
        Ok(found)
    }

    /// News from a webhook.
    pub(crate) async fn hear_of_payment(
        &self,
        id: DepositId,
        payment: Option<Payment>,
    ) -> Result<bool, PaymentsError> {
        if self.find_deposit(id).await?.is_none() {
            return Ok(false);
        }
        match payment {
            Some(payment) => self.settle_deposit(id, payment, Source::Event).await?,
            None => self.advance_deposit(id).await?,
        }
        Ok(true)
    }

    /// Shows the amount as coming in; a refusal of the ledger is recorded and is the answer.
    pub(crate) async fn held_deposit(
        &self,
        deposit: Deposit,
    ) -> Result<Result<Deposit, PaymentsError>, PaymentsError> {
        let house = self.books.house(&deposit.provider, &deposit.asset).await?;
        let movement = house.into_account(deposit.payee.account(&deposit.asset), deposit.amount);
        let reference = deposit.id.to_text();
        let held = self.books.hold(purpose(&deposit, &reference, Role::Hold), movement).await?;
        self.pass("deposit.held").await;
        match held {
            Ok(()) => {
                store::set_held(&self.database, deposit.id, self.clock.now()).await?;
                self.pass("deposit.hold_recorded").await;
                Ok(Ok(Deposit { is_held: true, ..deposit }))
            }
            Err(status) => {
                let Some(failure) = books::failure_code(status) else {
                    return Err(PaymentsError::LedgerRefused(status));
                };
                let change = Change {
                    status: DepositStatus::Failed,
                    failure: Some(failure),
                    action: None,
                    card: None,
                };
                self.record_deposit(&deposit, &change).await?;
                Ok(Err(books::refusal(status)))
            }
        }
    }

    /// The deposit with its hold; `None` if it came to nothing.
    async fn ready_deposit(&self, deposit: Deposit) -> Result<Option<Deposit>, PaymentsError> {
        if deposit.is_held {
            return Ok(Some(deposit));
        }
        if !deposit.status.is_open() {
            return Ok(None);
        }
        Ok(self.held_deposit(deposit).await?.ok())
    }

    /// Gives the payment to the provider; `None` if the provider refused it for good.
    async fn order_payment(&self, deposit: &Deposit) -> Result<Option<Payment>, PaymentsError> {
        if !deposit.status.is_open() {
            return Ok(None);
        }
        let order = PaymentOrder {
            reference: deposit.id.to_string(),
            asset: deposit.asset.clone(),
            amount: deposit.amount,
            card_token: deposit.card.as_ref().and_then(|card| card.token.clone()),
            return_url: deposit.return_url.clone(),
        };
        match self.provider(&deposit.provider)?.create_payment(order).await {
            Ok(payment) => {
                self.pass("deposit.payment_created").await;
                let now = self.clock.now();
                store::set_payment(&self.database, deposit.id, &payment.id, now).await?;
                self.pass("deposit.payment_recorded").await;
                Ok(Some(payment))
            }
            Err(ProviderError::Refused(reason)) => {
                self.take_steps(deposit, &PaymentStatus::Failed { reason }, None).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Brings the deposit to where the payment is, and then sees to its disputes.
    pub(crate) async fn settle_deposit(
        &self,
        id: DepositId,
        news: Payment,
        source: Source,
    ) -> Result<(), PaymentsError> {
        let (mut payment, mut source) = (news, source);
        loop {
            let found = self.find_deposit(id).await?.ok_or(PaymentsError::DepositNotFound)?;
            let Some(deposit) = self.ready_deposit(found).await? else { return Ok(()) };
            check_same(&deposit, &payment)?;
            // Whoever made it may have died before the answer was written down, and an ended
            // deposit is not given to the provider again.
            if deposit.provider_payment.is_none() {
                store::set_payment(&self.database, id, &payment.id, self.clock.now()).await?;
            }
            let target = DepositStatus::from(&payment.status);
            match verdict(deposit.status, target, source) {
                Verdict::Stay => return self.settle_disputes(&deposit, &payment).await,
                // Recorded by us or by somebody else meanwhile: what is there now decides.
                Verdict::Go => {
                    self.take_steps(&deposit, &payment.status, payment.card.as_ref()).await?;
                }
                Verdict::Ask => {
                    let provider = self.provider(&deposit.provider)?;
                    payment = provider.payment(payment.id.clone()).await?;
                    source = Source::Provider;
                }
                Verdict::Contradiction => return Err(contradiction(&deposit, &payment)),
            }
        }
    }

    async fn take_steps(
        &self,
        deposit: &Deposit,
        status: &PaymentStatus,
        card: Option<&CardFace>,
    ) -> Result<(), PaymentsError> {
        let target = DepositStatus::from(status);
        let reference = deposit.id.to_text();
        for step in steps(deposit.status, target) {
            match step {
                Step::Note => {}
                Step::Capture => {
                    self.capture_deposit(deposit, &reference).await?;
                    self.pass("deposit.captured").await;
                }
                Step::Release => {
                    self.books.release(purpose(deposit, &reference, Role::Release)).await?;
                    self.pass("deposit.released").await;
                }
                Step::TakeBack => {
                    if let PaymentStatus::Reversed { reversed, .. } = status {
                        self.settle_claim(deposit, &Claim::of_reversal(*reversed)).await?;
                    }
                }
            }
        }
        let (failure, action) = match status {
            PaymentStatus::RequiresAction { action } => (None, Some(self.sealed_action(action))),
            PaymentStatus::Failed { reason } | PaymentStatus::Reversed { reason, .. } => {
                (Some(reason.as_str()), None)
            }
            PaymentStatus::Processing | PaymentStatus::Succeeded => (None, None),
        };
        let change = Change { status: target, failure, action: action.as_deref(), card };
        self.record_deposit(deposit, &change).await?;
        self.pass("deposit.recorded").await;
        Ok(())
    }

    /// Posts it; or if the account was closed in spite of the hold, which the wallet only avoids
    /// where nobody dies in between, the house keeps it: the card was charged.
    async fn capture_deposit(
        &self,
        deposit: &Deposit,
        reference: &str,
    ) -> Result<(), PaymentsError> {
        let captured = self.books.capture(purpose(deposit, reference, Role::Capture)).await;
        let Err(PaymentsError::LedgerRefused(TransferStatus::CreditAccountAlreadyClosed)) =
            captured
        else {
            return captured;
        };
        self.books.release(purpose(deposit, reference, Role::Release)).await?;
        let house = self.books.house(&deposit.provider, &deposit.asset).await?;
        let movement = house.into_account(deposit.payee.account(&deposit.asset), deposit.amount);
        self.books.keep(purpose(deposit, reference, Role::Capture), movement, house).await
    }

    /// Disputes are about value that was captured; those that came earlier wait for that.
    async fn settle_disputes(
        &self,
        deposit: &Deposit,
        payment: &Payment,
    ) -> Result<(), PaymentsError> {
        if deposit.status == DepositStatus::Succeeded {
            for dispute in &payment.disputes {
                self.settle_claim(deposit, &Claim::of_dispute(dispute)).await?;
            }
        }
        Ok(())
    }

    /// Records a status and tells of it, once.
    async fn record_deposit(
        &self,
        deposit: &Deposit,
        change: &Change<'_>,
    ) -> Result<(), PaymentsError> {
        let status = change.status;
        let times = (self.clock.now(), self.next_check(status.is_open()));
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let from = (deposit.id, deposit.status);
        if !store::set_status_in_tx(&tx, from, change, times).await? {
            return Ok(());
        }
        // Whoever asks for what the ledger refuses gets that as the answer.
        let is_answer = !deposit.is_held && deposit.payee.owner().is_some();
        let is_told = !is_answer && !self.is_at_the_form(deposit, status);
        if let Some(news) = told_as(status).filter(|_| is_told) {
            let event = events::of_deposit(news, deposit, deposit.amount, change.failure);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whether the holder waits for the provider's form to open: that is no news to them.
    fn is_at_the_form(&self, deposit: &Deposit, status: DepositStatus) -> bool {
        let provider = self.provider(&deposit.provider);
        status == DepositStatus::RequiresAction
            && provider.is_ok_and(|provider| !provider.abilities().takes_cards_from_us)
    }
}

const fn told_as(status: DepositStatus) -> Option<News> {
    match status {
        DepositStatus::RequiresAction => Some(News::RequiresAction),
        DepositStatus::Succeeded => Some(News::Succeeded),
        DepositStatus::Failed | DepositStatus::Reversed => Some(News::Failed),
        DepositStatus::Pending | DepositStatus::Processing => None,
    }
}

fn purpose<'a>(deposit: &Deposit, reference: &'a str, role: Role) -> Purpose<'a> {
    Purpose { row: deposit.id.as_u128(), role, code: books::DEPOSIT, reference }
}

/// A payment of another amount must never be captured, whoever signed it.
fn check_same(deposit: &Deposit, payment: &Payment) -> Result<(), PaymentsError> {
    let is_known = deposit.provider_payment.as_ref().is_none_or(|known| *known == payment.id);
    let is_same = is_known && payment.amount == deposit.amount && payment.asset == deposit.asset;
    if is_same { Ok(()) } else { Err(contradiction(deposit, payment)) }
}

fn contradiction(deposit: &Deposit, payment: &Payment) -> PaymentsError {
    PaymentsError::Contradiction(format!(
        "{} is {} and of {} {}; {} is {:?} and of {} {}",
        deposit.id,
        deposit.status.as_str(),
        deposit.amount,
        deposit.asset,
        payment.id,
        DepositStatus::from(&payment.status),
        payment.amount,
        payment.asset,
    ))
}
