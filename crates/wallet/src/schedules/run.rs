//! Doing what is due.

use std::time::Duration;

use identity::UserStatus;
use kernel::DomainError;
use kernel::bus::{self, Outcome};
use ledger::Asset;

use super::ScheduleStatus;
use super::store::{self, Stored};
use crate::books;
use crate::error::{Result, WalletError};
use crate::events::{self, Worth};
use crate::ids::{Purpose, ScheduleId, derived};
use crate::messages::NewMessage;
use crate::transfers::{Payment, Receiver, check_recipient};
use crate::wallet::{Step, Wallet};

/// After a refusal: three attempts more, the last one a day after the first.
const RETRIES: [Duration; 3] =
    [Duration::from_secs(2 * 3600), Duration::from_secs(6 * 3600), Duration::from_secs(16 * 3600)];
/// How often somebody who is frozen is looked at; unfreezing wakes the schedule too.
const FROZEN_PAUSE: Duration = Duration::from_secs(900);
/// Occurrences that one run makes up; then it lets others go first.
const RUN_MAX: usize = 100;

impl Wallet {
    /// Makes what is due, in order, and says when to come again.
    pub(super) async fn run_schedule(&self, id: ScheduleId) -> Result<Outcome> {
        for _ in 0..RUN_MAX {
            let client = self.database.client().await?;
            let found = store::one(&client, id).await?;
            drop(client);
            let Some(stored) = found.filter(|it| it.state == ScheduleStatus::Active) else {
                return Ok(Outcome::Done);
            };
            let now = self.clock.now();
            if stored.next_at > now {
                return Ok(Outcome::Later(stored.next_at));
            }
            let owner = self.identity.user(stored.owner).await?;
            match owner.map(|owner| owner.status) {
                Some(UserStatus::Active) => self.run_occurrence(stored).await?,
                Some(UserStatus::Frozen) => {
                    return Ok(Outcome::Later(now.saturating_add(FROZEN_PAUSE)));
                }
                Some(UserStatus::Deleted) | None => return Ok(Outcome::Done),
            }
        }
        Ok(Outcome::Later(self.clock.now()))
    }

    async fn run_occurrence(&self, stored: Stored) -> Result<()> {
        let asset = self.asset_of_wallets(&stored.asset).await?;
        let payment = Payment {
            id: stored.transfer_id(),
            code: books::SCHEDULED,
            sender: stored.owner,
            receiver: Receiver::User(stored.recipient),
            asset: asset.clone(),
            amount: stored.amount.get(),
            timeout_s: 0,
            reference: stored.reference.as_deref().map(Into::into),
            has_message: stored.message.is_some(),
            fingerprint: 1,
            about: stored.id.as_u128(),
        };
        self.step(Step::OccurrenceBeforeLedger)?;
        let refusal = match self.pay_occurrence(&stored, &payment).await {
            Ok(()) => None,
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => Some(error),
        };
        self.step(Step::OccurrenceAfterLedger)?;
        match refusal {
            Some(error) if self.burn(&payment).await? => {
                self.drop_message(payment.id).await;
                self.record_attempt(&stored, &asset, Some(&error)).await
            }
            // A change of the amount between a crash and this run doesn't matter: it was paid.
            _ => self.record_attempt(&stored, &asset, None).await,
        }
    }

    async fn pay_occurrence(&self, stored: &Stored, payment: &Payment) -> Result<()> {
        let recipient = self.identity.user(stored.recipient).await?;
        let recipient = recipient.ok_or(WalletError::RecipientUnavailable)?;
        check_recipient(stored.owner, &recipient)?;
        if let Some(text) = &stored.message {
            let message = NewMessage {
                transfer: payment.id,
                author: stored.owner,
                other: Some(stored.recipient),
                text,
            };
            self.write_message(&message).await?;
        }
        self.submit(payment).await.map(|_| ())
    }

    async fn record_attempt(
        &self,
        before: &Stored,
        asset: &Asset,
        refusal: Option<&WalletError>,
    ) -> Result<()> {
        let now = self.clock.now();
        let code = refusal.map(DomainError::code);
        let after = before.after_attempt(code, now);
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::advance_in_tx(&tx, before, &after, now).await? {
            let mut events = Vec::new();
            if let Some(reason) =
                code.filter(|_| after.next_no != before.next_no || after.is_over())
            {
                let worth = Worth { asset: &asset.code, scale: asset.scale, amount: before.amount };
                let (id, owner) = (before.id, before.owner);
                events.push(events::schedule_failed(id, owner, before.next_no, &worth, reason));
            }
            if after.is_over() {
                events.push(events::schedule_completed(before.id, before.owner));
            }
            bus::publish_in_tx(&tx, &*self.clock, &events).await?;
        }
        Ok(tx.commit().await?)
    }
}

impl Stored {
    fn transfer_id(&self) -> u128 {
        let which = u128::from(self.next_no) << 32 | u128::from(self.attempt);
        derived(Purpose::Occurrence, self.id.as_u128(), which)
    }

    fn is_over(&self) -> bool {
        self.state == ScheduleStatus::Completed
    }

    /// The schedule after an attempt that was paid, or refused with a code.
    pub(super) fn after_attempt(
        &self,
        refusal: Option<&'static str>,
        now: kernel::Timestamp,
    ) -> Self {
        let mut after = self.clone();
        if let Some(code) = refusal {
            after.last_failure = Some(code.to_owned());
            if let Some(pause) = RETRIES.get(self.attempt as usize) {
                after.attempt += 1;
                after.next_at = now.saturating_add(*pause);
                return after;
            }
        } else {
            after.done += 1;
            after.last_failure = None;
        }
        after.attempt = 0;
        after.next_no += 1;
        match self.rhythm.occurrence(after.next_no) {
            Some(at) => after.next_at = at,
            None => after.state = ScheduleStatus::Completed,
        }
        after
    }
}
