//! Paying a request, at most once.

use std::time::Duration;

use identity::{Actor, UserId};
use kernel::bus::{self, Outcome};
use ledger::TransferId;

use super::jobs::{EXPIRE, FINISH, job};
use super::store::{self, Stored};
use super::{PaymentRequest, RequestStatus};
use crate::books;
use crate::error::{Result, WalletError};
use crate::events::RequestEvent;
use crate::ids::{Purpose, RequestId, derived};
use crate::messages::{self, NewMessage};
use crate::transfers::{Payment, Receiver, check_recipient};
use crate::wallet::{Step, Wallet};

/// When the job looks after a payment for the first time.
const FINISH_AFTER: Duration = Duration::from_secs(10);

impl Wallet {
    /// The payer says yes. A repeat, also at the same moment, gets the same transfer.
    pub(crate) async fn pay_request(&self, actor: &Actor, id: RequestId) -> Result<PaymentRequest> {
        let user = actor.require_active()?;
        if let Some(begun) = self.begin_payment(user, id).await? {
            self.step(Step::RequestBeforeLedger)?;
            self.finish_attempt(begun).await?;
        }
        let paid = self.payment_request(user, id).await?;
        if paid.status == RequestStatus::Paid {
            return Ok(paid);
        }
        Err(WalletError::RequestNotOpen { state: paid.status.as_str() })
    }

    /// The attempt that is under way now; none if it was paid before.
    async fn begin_payment(&self, user: UserId, id: RequestId) -> Result<Option<Stored>> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let stored = store::lock_in_tx(&tx, id).await?.filter(|it| it.payer == user);
        let mut stored = stored.ok_or(WalletError::RequestNotFound)?;
        match stored.state {
            RequestStatus::Paying => return Ok(Some(stored)),
            RequestStatus::Paid => return Ok(None),
            RequestStatus::Open if stored.expires_at > now => {}
            RequestStatus::Open => return Err(WalletError::RequestNotOpen { state: "expired" }),
            state => return Err(WalletError::RequestNotOpen { state: state.as_str() }),
        }
        store::begin_attempt_in_tx(&tx, id, now).await?;
        stored.attempt += 1;
        if let Some(text) = &stored.message {
            let message = NewMessage {
                transfer: stored.payment_id(stored.attempt),
                author: stored.payee,
                other: Some(stored.payer),
                text,
            };
            messages::insert(&tx, &message, now).await?;
        }
        if stored.attempt > 1 {
            // The job of the attempt before may run at this moment, and have seen that one end.
            bus::cancel_in_tx(&tx, FINISH, &id.to_string()).await?;
        }
        let finish = job(FINISH, id).at(now.saturating_add(FINISH_AFTER));
        bus::enqueue_in_tx(&tx, &*self.clock, &[finish]).await?;
        tx.commit().await?;
        Ok(Some(stored))
    }

    /// Brings the attempt that is under way to its end, whoever began it.
    pub(super) async fn finish_request(&self, id: RequestId) -> Result<()> {
        let stored = self.stored_request(id).await?;
        match stored.state {
            RequestStatus::Paying => self.finish_attempt(stored).await,
            _ => Ok(()),
        }
    }

    /// Brings an attempt to its end. Repeating it, also once it has ended, has the same answer.
    async fn finish_attempt(&self, stored: Stored) -> Result<()> {
        let asset = self.asset_of_wallets(&stored.asset).await?;
        let payment = Payment {
            id: stored.payment_id(stored.attempt),
            code: books::REQUEST_PAYMENT,
            sender: stored.payer,
            receiver: Receiver::User(stored.payee),
            asset: asset.clone(),
            amount: stored.amount.get(),
            timeout_s: 0,
            reference: None,
            has_message: stored.message.is_some(),
            fingerprint: 1,
            about: stored.id.as_u128(),
        };
        let refusal = match self.pay_if_possible(&payment, stored.payee).await {
            Ok(()) => None,
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => Some(error),
        };
        self.step(Step::RequestAfterLedger)?;
        match refusal {
            Some(error) if self.burn(&payment).await? => {
                self.record_refused(&stored).await?;
                self.drop_message(payment.id).await;
                Err(error)
            }
            _ => self.record_paid(stored, payment.id, asset.scale).await,
        }
    }

    async fn pay_if_possible(&self, payment: &Payment, payee: UserId) -> Result<()> {
        let payee = self.identity.user(payee).await?.ok_or(WalletError::RecipientUnavailable)?;
        check_recipient(payment.sender, &payee)?;
        self.submit(payment).await.map(|_| ())
    }

    async fn record_paid(&self, mut stored: Stored, transfer: u128, scale: u8) -> Result<()> {
        let transfer = TransferId::from_u128(transfer);
        stored.transfer = Some(transfer);
        let (id, attempt, now) = (stored.id, stored.attempt, self.clock.now());
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::end_attempt(&tx, id, attempt, Some(transfer), now).await? {
            let event = stored.event(RequestEvent::Paid, scale);
            bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
            bus::cancel_in_tx(&tx, EXPIRE, &id.to_string()).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn record_refused(&self, stored: &Stored) -> Result<()> {
        let client = self.database.client().await?;
        let now = self.clock.now();
        store::end_attempt(&client, stored.id, stored.attempt, None, now).await?;
        Ok(())
    }

    /// The time limit of a request has come.
    pub(super) async fn expire_request(&self, id: RequestId) -> Result<Outcome> {
        let now = self.clock.now();
        let stored = match self.stored_request(id).await {
            Ok(stored) => stored,
            Err(WalletError::RequestNotFound) => return Ok(Outcome::Done),
            Err(error) => return Err(error),
        };
        if stored.state == RequestStatus::Paying {
            return Ok(Outcome::Later(now.saturating_add(FINISH_AFTER)));
        }
        let scale = self.asset_of_wallets(&stored.asset).await?.scale;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::close_in_tx(&tx, id, RequestStatus::Expired, now).await? {
            let event = stored.event(RequestEvent::Expired, scale);
            bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        tx.commit().await?;
        Ok(Outcome::Done)
    }
}

impl Stored {
    fn payment_id(&self, attempt: u32) -> u128 {
        derived(Purpose::RequestPayment, self.id.as_u128(), attempt.into())
    }
}
