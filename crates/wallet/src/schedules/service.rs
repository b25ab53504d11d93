//! Making, reading, changing and ending schedules.

use std::time::Duration;

use identity::{Actor, UserId};
use kernel::bus;
use kernel::http::{Ids, IfMatch};
use kernel::{Amount, Timestamp};

use super::jobs::{RUN, job};
use super::store::{self, Stored};
use super::{Rhythm, Schedule, ScheduleStatus};
use crate::error::{Result, WalletError};
use crate::fields::{Message, PartyRef, Positive, Reference};
use crate::ids::ScheduleId;
use crate::people::{Users, party};
use crate::quotas::Quota;
use crate::transfers::check_recipient;
use crate::wallet::Wallet;

/// A clock that is a little ahead of ours is no reason to refuse.
const PAST_MAX: Duration = Duration::from_secs(300);

/// A schedule to make.
#[derive(Clone, Debug)]
pub(crate) struct NewSchedule {
    pub(crate) to: PartyRef,
    pub(crate) asset: String,
    pub(crate) amount: Positive,
    pub(crate) message: Option<Message>,
    pub(crate) reference: Option<Reference>,
    pub(crate) rhythm: Rhythm,
}

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchedulePatch {
    /// Whether it is to be paused, or to go on.
    pub(crate) is_paused: Option<bool>,
    pub(crate) amount: Option<Positive>,
    pub(crate) message: Option<Option<Message>>,
    pub(crate) reference: Option<Option<Reference>>,
}

impl Wallet {
    pub(crate) async fn schedule(
        &self,
        actor: &Actor,
        new: &NewSchedule,
        ids: &Ids,
    ) -> Result<Schedule> {
        let owner = actor.require_active()?;
        let asset = self.asset_of_wallets(&new.asset).await?;
        let recipient = self.find_user(&new.to).await?.ok_or(WalletError::RecipientNotFound)?;
        self.check_account_of(&new.to, &recipient, &asset)?;
        check_recipient(owner, &recipient)?;
        let now = self.clock.now();
        if new.rhythm.start_at.saturating_add(PAST_MAX) < now {
            return Err(WalletError::ScheduleInPast);
        }
        let first = new.rhythm.occurrence(0).ok_or(WalletError::ScheduleEmpty)?;
        let stored = Stored {
            id: ScheduleId::from_u128(ids.get(0)),
            owner,
            recipient: recipient.id,
            asset: new.asset.clone(),
            amount: Amount::from(new.amount),
            message: new.message.clone().map(String::from),
            reference: new.reference.clone().map(String::from),
            rhythm: new.rhythm,
            state: ScheduleStatus::Active,
            next_no: 0,
            next_at: first,
            attempt: 0,
            done: 0,
            last_failure: None,
            version: 1,
            created_at: now,
        };
        self.write_schedule(&stored).await?;
        self.one_schedule(owner, stored.id).await
    }

    async fn write_schedule(&self, new: &Stored) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert_in_tx(&tx, new).await? {
            return match store::lock_in_tx(&tx, new.id).await? {
                Some(there) if there.is_same(new) => Ok(()),
                _ => Err(WalletError::KeyReused),
            };
        }
        Quota::Schedules.check_in_tx(&tx, new.owner, new.created_at).await?;
        bus::enqueue_in_tx(&tx, &*self.clock, &[job(new.id).at(new.next_at)]).await?;
        Ok(tx.commit().await?)
    }

    /// A schedule, for its owner.
    pub(crate) async fn one_schedule(&self, user: UserId, id: ScheduleId) -> Result<Schedule> {
        let client = self.database.client().await?;
        let stored = store::one(&client, id).await?;
        drop(client);
        let stored = stored.filter(|it| it.owner == user && it.state != ScheduleStatus::Cancelled);
        let stored = stored.ok_or(WalletError::ScheduleNotFound)?;
        let shown = self.shown_schedules(vec![stored]).await?;
        shown.into_iter().next().ok_or(WalletError::ScheduleNotFound)
    }

    /// A user's schedules, newest first.
    pub(crate) async fn schedules(
        &self,
        user: UserId,
        after: Option<(Timestamp, ScheduleId)>,
        limit: i64,
    ) -> Result<Vec<Schedule>> {
        let client = self.database.client().await?;
        let stored = store::list(&client, user, after, limit).await?;
        drop(client);
        self.shown_schedules(stored).await
    }

    /// Every schedule of a user, also those that were cancelled.
    pub(crate) async fn schedules_of(&self, user: UserId) -> Result<Vec<Schedule>> {
        let client = self.database.client().await?;
        let stored = store::all_of(&client, user).await?;
        drop(client);
        self.shown_schedules(stored).await
    }

    /// Pauses, resumes or changes a schedule.
    pub(crate) async fn change_schedule(
        &self,
        actor: &Actor,
        id: ScheduleId,
        patch: &SchedulePatch,
        expected: &IfMatch,
    ) -> Result<Schedule> {
        let user = actor.require_active()?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let stored = store::lock_in_tx(&tx, id).await?.filter(|it| it.owner == user);
        let mut stored = stored.ok_or(WalletError::ScheduleNotFound)?;
        match stored.state {
            ScheduleStatus::Cancelled => return Err(WalletError::ScheduleNotFound),
            _ if !expected.allows(stored.version) => return Err(WalletError::ScheduleChanged),
            ScheduleStatus::Completed => return Err(WalletError::ScheduleEnded),
            ScheduleStatus::Active | ScheduleStatus::Paused => {}
        }
        stored.apply(patch, now)?;
        store::update_in_tx(&tx, &stored, now).await?;
        bus::cancel_in_tx(&tx, RUN, &id.to_string()).await?;
        if stored.state == ScheduleStatus::Active {
            bus::enqueue_in_tx(&tx, &*self.clock, &[job(id).at(stored.next_at)]).await?;
        }
        tx.commit().await?;
        drop(client);
        self.one_schedule(user, id).await
    }

    /// Ends a schedule; repeating it is harmless.
    pub(crate) async fn delete_schedule(&self, actor: &Actor, id: ScheduleId) -> Result<()> {
        let user = actor.require_user()?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let stored = store::lock_in_tx(&tx, id).await?.filter(|it| it.owner == user);
        let mut stored = stored.ok_or(WalletError::ScheduleNotFound)?;
        stored.state = ScheduleStatus::Cancelled;
        store::update_in_tx(&tx, &stored, self.clock.now()).await?;
        bus::cancel_in_tx(&tx, RUN, &id.to_string()).await?;
        Ok(tx.commit().await?)
    }

    async fn shown_schedules(&self, stored: Vec<Stored>) -> Result<Vec<Schedule>> {
        let users = self.users(stored.iter().map(|it| it.recipient)).await?;
        let mut shown = Vec::with_capacity(stored.len());
        for it in stored {
            let scale = self.asset_of_wallets(&it.asset).await?.scale;
            shown.push(it.shown(scale, &users));
        }
        Ok(shown)
    }
}

impl Stored {
    fn is_same(&self, other: &Self) -> bool {
        let fields = |it: &Self| {
            let texts = (it.asset.clone(), it.message.clone(), it.reference.clone());
            (it.owner, it.recipient, it.amount, it.rhythm, texts)
        };
        fields(self) == fields(other)
    }

    fn apply(&mut self, patch: &SchedulePatch, now: Timestamp) -> Result<()> {
        if let Some(amount) = patch.amount {
            self.amount = amount.into();
        }
        if let Some(message) = &patch.message {
            self.message = message.clone().map(String::from);
        }
        if let Some(reference) = &patch.reference {
            self.reference = reference.clone().map(String::from);
        }
        match (patch.is_paused, self.state) {
            (Some(true), _) => self.state = ScheduleStatus::Paused,
            (Some(false), ScheduleStatus::Paused) => self.resume(now)?,
            (Some(false) | None, _) => {}
        }
        Ok(())
    }

    /// What was due while it was paused is skipped.
    fn resume(&mut self, now: Timestamp) -> Result<()> {
        let next = self.rhythm.next_from(self.next_no, now).ok_or(WalletError::ScheduleEnded)?;
        if next.0 != self.next_no {
            // The ids of failed attempts are spent, but only for their own occurrence.
            self.attempt = 0;
        }
        (self.next_no, self.next_at) = next;
        self.state = ScheduleStatus::Active;
        Ok(())
    }

    fn shown(self, scale: u8, users: &Users) -> Schedule {
        let is_over = matches!(self.state, ScheduleStatus::Completed | ScheduleStatus::Cancelled);
        Schedule {
            id: self.id,
            status: self.state,
            to: party(users, self.recipient),
            asset: self.asset,
            scale,
            amount: self.amount,
            message: self.message,
            reference: self.reference,
            start_at: self.rhythm.start_at,
            every: self.rhythm.every,
            until: self.rhythm.until,
            count: self.rhythm.count,
            next_at: (!is_over).then_some(self.next_at),
            paid: self.done,
            failed_attempts: self.attempt,
            last_failure: self.last_failure,
            created_at: self.created_at,
            version: self.version,
        }
    }
}
