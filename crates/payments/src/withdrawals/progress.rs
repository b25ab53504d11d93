//! Brings a withdrawal as far as its payout is. Every step may be cut off and taken again.

use kernel::bus::publish_in_tx;

use super::{Step, Withdrawal, WithdrawalStatus, steps, store, verdict};
use crate::books::{self, Movement, Purpose};
use crate::error::PaymentsError;
use crate::events;
use crate::ids::{Role, WithdrawalId};
use crate::payments::Payments;
use crate::provider::{Payout, PayoutOrder, PayoutStatus, ProviderError};
use crate::verdict::{Source, Verdict};

impl Payments {
    /// Holds, asks the provider, and takes the steps that its answer allows.
    pub(crate) async fn advance_withdrawal(&self, id: WithdrawalId) -> Result<(), PaymentsError> {
        let Some(withdrawal) = store::get(&self.database, id).await? else { return Ok(()) };
        let Some(withdrawal) = self.ready_withdrawal(withdrawal).await? else { return Ok(()) };
        let payout = match &withdrawal.provider_payout {
            Some(payout) => self.provider(&withdrawal.provider)?.payout(payout.clone()).await?,
            None => match self.order_payout(&withdrawal).await? {
                Some(payout) => payout,
                None => return Ok(()),
            },
        };
        self.settle_withdrawal(id, payout, Source::Provider).await
    }

    /// News from a webhook.
    pub(crate) async fn hear_of_payout(
        &self,
        id: WithdrawalId,
        payout: Option<Payout>,
    ) -> Result<bool, PaymentsError> {
        if store::get(&self.database, id).await?.is_none() {
            return Ok(false);
        }
        match payout {
            Some(payout) => self.settle_withdrawal(id, payout, Source::Event).await?,
            None => self.advance_withdrawal(id).await?,
        }
        Ok(true)
    }

    /// Holds the amount; a refusal of the ledger is recorded and is the answer.
    pub(super) async fn held_withdrawal(
        &self,
        withdrawal: Withdrawal,
    ) -> Result<Result<Withdrawal, PaymentsError>, PaymentsError> {
        let house = self.books.house(&withdrawal.provider, &withdrawal.asset).await?;
        let movement = Movement {
            asset: house.asset,
            debit: withdrawal.user.account_id(&withdrawal.asset),
            credit: house.clearing,
            amount: withdrawal.amount,
        };
        let reference = withdrawal.id.to_text();
        let purpose = purpose(&withdrawal, &reference, Role::Hold);
        let held = self.books.hold(purpose, movement).await?;
        self.pass("withdrawal.held").await;
        match held {
            Ok(()) => {
                store::set_held(&self.database, withdrawal.id, self.clock.now()).await?;
                self.pass("withdrawal.hold_recorded").await;
                Ok(Ok(Withdrawal { is_held: true, ..withdrawal }))
            }
            Err(status) => {
                let Some(failure) = books::failure_code(status) else {
                    return Err(PaymentsError::LedgerRefused(status));
                };
                let failed = WithdrawalStatus::Failed;
                self.record_withdrawal(&withdrawal, failed, Some(failure)).await?;
                Ok(Err(books::refusal(status)))
            }
        }
    }

    /// The withdrawal with its hold; `None` if it came to nothing.
    async fn ready_withdrawal(
        &self,
        withdrawal: Withdrawal,
    ) -> Result<Option<Withdrawal>, PaymentsError> {
        if withdrawal.is_held {
            return Ok(Some(withdrawal));
        }
        if !withdrawal.status.is_open() {
            return Ok(None);
        }
        Ok(self.held_withdrawal(withdrawal).await?.ok())
    }

    /// Gives the payout to the provider; `None` if the provider refused it for good.
    async fn order_payout(&self, withdrawal: &Withdrawal) -> Result<Option<Payout>, PaymentsError> {
        if !withdrawal.status.is_open() {
            return Ok(None);
        }
        let account = self.bank_account(&withdrawal.destination.sealed)?;
        let order = PayoutOrder {
            reference: withdrawal.id.to_string(),
            asset: withdrawal.asset.clone(),
            amount: withdrawal.amount,
            iban: account.iban,
            name: account.name,
        };
        match self.provider(&withdrawal.provider)?.create_payout(order).await {
            Ok(payout) => {
                self.pass("withdrawal.payout_created").await;
                let now = self.clock.now();
                store::set_payout(&self.database, withdrawal.id, &payout.id, now).await?;
                self.pass("withdrawal.payout_recorded").await;
                Ok(Some(payout))
            }
            Err(ProviderError::Refused(reason)) => {
                self.take_withdrawal_steps(withdrawal, &PayoutStatus::Failed { reason }).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn settle_withdrawal(
        &self,
        id: WithdrawalId,
        news: Payout,
        source: Source,
    ) -> Result<(), PaymentsError> {
        let (mut payout, mut source) = (news, source);
        loop {
            let found = store::get(&self.database, id).await?;
            let found = found.ok_or(PaymentsError::WithdrawalNotFound)?;
            let Some(withdrawal) = self.ready_withdrawal(found).await? else { return Ok(()) };
            check_same(&withdrawal, &payout)?;
            // Whoever ordered it may have died before the answer was written down.
            if withdrawal.provider_payout.is_none() {
                store::set_payout(&self.database, id, &payout.id, self.clock.now()).await?;
            }
            match verdict(withdrawal.status, (&payout.status).into(), source) {
                Verdict::Stay => return Ok(()),
                Verdict::Go => self.take_withdrawal_steps(&withdrawal, &payout.status).await?,
                Verdict::Ask => {
                    let provider = self.provider(&withdrawal.provider)?;
                    payout = provider.payout(payout.id.clone()).await?;
                    source = Source::Provider;
                }
                Verdict::Contradiction => return Err(contradiction(&withdrawal, &payout)),
            }
        }
    }

    async fn take_withdrawal_steps(
        &self,
        withdrawal: &Withdrawal,
        status: &PayoutStatus,
    ) -> Result<(), PaymentsError> {
        let target = WithdrawalStatus::from(status);
        let reference = withdrawal.id.to_text();
        for step in steps(withdrawal.status, target) {
            match step {
                Step::Note => {}
                Step::Capture => {
                    self.books.capture(purpose(withdrawal, &reference, Role::Capture)).await?;
                    self.pass("withdrawal.captured").await;
                }
                Step::Release => {
                    self.books.release(purpose(withdrawal, &reference, Role::Release)).await?;
                    self.pass("withdrawal.released").await;
                }
                Step::Return => {
                    self.return_withdrawal(withdrawal, &reference).await?;
                    self.pass("withdrawal.returned").await;
                }
            }
        }
        let failure = match status {
            PayoutStatus::Failed { reason } | PayoutStatus::Returned { reason } => {
                Some(reason.as_str())
            }
            PayoutStatus::Processing | PayoutStatus::Paid => None,
        };
        self.record_withdrawal(withdrawal, target, failure).await?;
        self.pass("withdrawal.recorded").await;
        Ok(())
    }

    /// The bank sent it back: it goes into the account again.
    async fn return_withdrawal(
        &self,
        withdrawal: &Withdrawal,
        reference: &str,
    ) -> Result<(), PaymentsError> {
        let house = self.books.house(&withdrawal.provider, &withdrawal.asset).await?;
        let movement =
            house.into_account(withdrawal.user.account_id(&withdrawal.asset), withdrawal.amount);
        let purpose =
            Purpose { code: books::RETURN, ..purpose(withdrawal, reference, Role::Return) };
        self.books.give(purpose, movement, house).await
    }

    /// Records a status and tells of it, once.
    async fn record_withdrawal(
        &self,
        withdrawal: &Withdrawal,
        status: WithdrawalStatus,
        failure: Option<&str>,
    ) -> Result<(), PaymentsError> {
        let times = (self.clock.now(), self.next_check(status.is_open()));
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let from = (withdrawal.id, withdrawal.status);
        if !store::set_status_in_tx(&tx, from, status, failure, times).await? {
            return Ok(());
        }
        let kind = match status {
            WithdrawalStatus::Paid => Some(events::WITHDRAWAL_PAID),
            WithdrawalStatus::Failed => Some(events::WITHDRAWAL_FAILED),
            WithdrawalStatus::Returned => Some(events::WITHDRAWAL_RETURNED),
            WithdrawalStatus::Pending | WithdrawalStatus::Processing => None,
        };
        // Whoever asks for what the ledger refuses gets that as the answer.
        if let Some(kind) = kind.filter(|_| withdrawal.is_held) {
            let event = events::of_withdrawal(kind, withdrawal, failure);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn purpose<'a>(withdrawal: &Withdrawal, reference: &'a str, role: Role) -> Purpose<'a> {
    Purpose { row: withdrawal.id.as_u128(), role, code: books::WITHDRAWAL, reference }
}

/// A payout of another amount must never be posted, whoever signed it.
fn check_same(withdrawal: &Withdrawal, payout: &Payout) -> Result<(), PaymentsError> {
    let is_known = withdrawal.provider_payout.as_ref().is_none_or(|known| *known == payout.id);
    let is_same =
        is_known && payout.amount == withdrawal.amount && payout.asset == withdrawal.asset;
    if is_same { Ok(()) } else { Err(contradiction(withdrawal, payout)) }
}

fn contradiction(withdrawal: &Withdrawal, payout: &Payout) -> PaymentsError {
    PaymentsError::Contradiction(format!(
        "{} is {} and of {} {}; {} is {} and of {} {}",
        withdrawal.id,
        withdrawal.status.as_str(),
        withdrawal.amount,
        withdrawal.asset,
        payout.id,
        WithdrawalStatus::from(&payout.status).as_str(),
        payout.amount,
        payout.asset,
    ))
}
