//! Brings a refund as far as it is at the provider. Every step may be cut off and taken again.

use kernel::bus::publish_in_tx;

use super::{Refund, RefundStatus, store, verdict};
use crate::books::{self, Movement, Purpose};
use crate::error::PaymentsError;
use crate::events::{self, News};
use crate::ids::{RefundId, Role, transfer_id};
use crate::payments::Payments;
use crate::provider::{self, ProviderError, RefundOrder};
use crate::verdict::{Source, Verdict};

impl Payments {
    /// Takes the amount, asks the provider, and takes the steps that its answer allows.
    pub(crate) async fn advance_refund(&self, id: RefundId) -> Result<(), PaymentsError> {
        let Some(refund) = store::get(&self.database, id).await? else { return Ok(()) };
        let Some(refund) = self.ready_refund(refund).await? else { return Ok(()) };
        let provider = self.provider(&refund.provider)?;
        let news = match &refund.provider_refund {
            Some(known) => provider.refund(known.clone()).await?,
            None => match self.order_refund(&refund).await? {
                Some(news) => news,
                None => return Ok(()),
            },
        };
        self.settle_refund(id, news, Source::Provider).await
    }

    /// News from a webhook.
    pub(crate) async fn hear_of_refund(
        &self,
        id: RefundId,
        refund: Option<provider::Refund>,
    ) -> Result<bool, PaymentsError> {
        if store::get(&self.database, id).await?.is_none() {
            return Ok(false);
        }
        match refund {
            Some(refund) => self.settle_refund(id, refund, Source::Event).await?,
            None => self.advance_refund(id).await?,
        }
        Ok(true)
    }

    /// Takes the amount from the account; a refusal of the ledger is recorded and is the answer.
    pub(crate) async fn moved_refund(
        &self,
        refund: Refund,
    ) -> Result<Result<Refund, PaymentsError>, PaymentsError> {
        let movement = self.movement_of_refund(&refund).await?;
        let reference = refund.id.to_text();
        let captured_by = transfer_id(refund.deposit.as_u128(), Role::Capture);
        let purpose = purpose(&refund, &reference, Role::Refund);
        let moved = self.books.reverse(purpose, captured_by, movement).await?;
        self.pass("refund.moved").await;
        match moved {
            Ok(()) => {
                store::set_moved(&self.database, refund.id, self.clock.now()).await?;
                self.pass("refund.move_recorded").await;
                Ok(Ok(Refund { is_moved: true, ..refund }))
            }
            Err(status) => {
                let Some(failure) = books::failure_code(status) else {
                    return Err(PaymentsError::LedgerRefused(status));
                };
                self.record_refund(&refund, RefundStatus::Failed, Some(failure)).await?;
                Ok(Err(books::refusal(status)))
            }
        }
    }

    async fn movement_of_refund(&self, refund: &Refund) -> Result<Movement, PaymentsError> {
        let house = self.books.house(&refund.provider, &refund.asset).await?;
        Ok(Movement {
            asset: house.asset,
            debit: refund.payee.account(&refund.asset),
            credit: house.clearing,
            amount: refund.amount,
        })
    }

    /// The refund with its amount taken; `None` if it came to nothing.
    async fn ready_refund(&self, refund: Refund) -> Result<Option<Refund>, PaymentsError> {
        if refund.is_moved {
            return Ok(Some(refund));
        }
        if refund.status == RefundStatus::Failed {
            return Ok(None);
        }
        Ok(self.moved_refund(refund).await?.ok())
    }

    /// Gives the refund to the provider; `None` if the provider refused it for good.
    async fn order_refund(
        &self,
        refund: &Refund,
    ) -> Result<Option<provider::Refund>, PaymentsError> {
        let Some(payment) = refund.provider_payment.clone() else {
            let text = format!("{} is of a deposit without a payment", refund.id);
            return Err(PaymentsError::Contradiction(text));
        };
        if refund.status == RefundStatus::Failed {
            return Ok(None);
        }
        let reference = refund.id.to_string();
        let asset = refund.asset.clone();
        let order = RefundOrder { reference, payment, asset, amount: refund.amount };
        match self.provider(&refund.provider)?.create_refund(order).await {
            Ok(news) => {
                self.pass("refund.submitted").await;
                let now = self.clock.now();
                store::set_submitted(&self.database, refund.id, &news.id, now).await?;
                self.pass("refund.submit_recorded").await;
                Ok(Some(news))
            }
            Err(ProviderError::Refused(reason)) => {
                self.give_refund_back(refund, &reason).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn settle_refund(
        &self,
        id: RefundId,
        news: provider::Refund,
        source: Source,
    ) -> Result<(), PaymentsError> {
        let (mut news, mut source) = (news, source);
        loop {
            let found = store::get(&self.database, id).await?;
            let found = found.ok_or(PaymentsError::DepositNotFound)?;
            let Some(refund) = self.ready_refund(found).await? else { return Ok(()) };
            check_same(&refund, &news)?;
            let target = RefundStatus::from(&news.status);
            match verdict(refund.status, target, source) {
                Verdict::Stay | Verdict::Contradiction => return Ok(()),
                Verdict::Go => match &news.status {
                    provider::RefundStatus::Failed { reason } => {
                        self.give_refund_back(&refund, reason).await?;
                    }
                    _ => self.record_refund(&refund, target, None).await?,
                },
                Verdict::Ask => {
                    let provider = self.provider(&refund.provider)?;
                    news = provider.refund(news.id.clone()).await?;
                    source = Source::Provider;
                }
            }
        }
    }

    /// The card can't be reached: the amount goes into the account again.
    async fn give_refund_back(&self, refund: &Refund, reason: &str) -> Result<(), PaymentsError> {
        let house = self.books.house(&refund.provider, &refund.asset).await?;
        let taken = self.movement_of_refund(refund).await?;
        let movement = Movement { debit: taken.credit, credit: taken.debit, ..taken };
        let reference = refund.id.to_text();
        let purpose = purpose(refund, &reference, Role::GiveBack);
        self.books.give(purpose, movement, house).await?;
        self.pass("refund.given_back").await;
        self.record_refund(refund, RefundStatus::Failed, Some(reason)).await
    }

    /// Records a status and tells of it, once.
    async fn record_refund(
        &self,
        refund: &Refund,
        status: RefundStatus,
        failure: Option<&str>,
    ) -> Result<(), PaymentsError> {
        let now = self.clock.now();
        let is_open = matches!(status, RefundStatus::Pending | RefundStatus::Processing);
        let times = (now, self.next_check(is_open));
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let from = (refund.id, refund.status);
        if !store::set_status_in_tx(&tx, from, status, failure, times).await? {
            return Ok(());
        }
        let news = match status {
            RefundStatus::Succeeded => Some(News::Refunded),
            RefundStatus::Failed => Some(News::RefundFailed),
            RefundStatus::Pending | RefundStatus::Processing => None,
        };
        // Whoever asks for what the ledger refuses gets that as the answer.
        if let Some(news) = news.filter(|_| refund.is_moved) {
            let event = events::of_refund(news, refund, failure);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        tx.commit().await?;
        self.pass("refund.recorded").await;
        Ok(())
    }
}

/// A refund of another amount, or another one than we know, must never count as ours.
fn check_same(refund: &Refund, news: &provider::Refund) -> Result<(), PaymentsError> {
    let is_known = refund.provider_refund.as_ref().is_none_or(|known| *known == news.id);
    if is_known && news.amount == refund.amount {
        return Ok(());
    }
    Err(PaymentsError::Contradiction(format!(
        "{} is {:?} and of {}; {} is of {}",
        refund.id, refund.provider_refund, refund.amount, news.id, news.amount
    )))
}

fn purpose<'a>(refund: &Refund, reference: &'a str, role: Role) -> Purpose<'a> {
    Purpose { row: refund.id.as_u128(), role, code: books::REFUND, reference }
}
