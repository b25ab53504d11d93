//! Appending to logs, with the mail and the webhooks that follow; reading a log.

use deadpool_postgres::Transaction;
use hashbrown::HashSet;
use identity::{Actor, User, UserId, UserStatus};
use kernel::{Limit, Problem};
use uuid::Uuid;

use super::sources::Told;
use super::store::{self, Channels};
use super::telling::Appended;
use super::{EventKind, NewUserEvent, UserEvent};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::messages::{self, Channel, NewMessage};
use crate::preferences::{self, Choice, Choices};
use crate::texts::people;
use crate::{push_subscriptions, webhooks};

impl Notifications {
    /// Appends what users are told, if and when `tx` commits, together with its mail and webhooks,
    /// and forgets who was deleted. Any number of events is a handful of statements.
    pub(crate) async fn tell_in_tx(
        &self,
        tx: &Transaction<'_>,
        told: Told,
    ) -> Result<(), NotificationsError> {
        let Told { events, messages, unsubscribed, erased } = told;
        let mut messages = self.guests_paced_in_tx(tx, messages).await?;
        let users: HashSet<Uuid> = events.iter().map(|event| event.user.as_uuid()).collect();
        let users: Vec<Uuid> = users.into_iter().collect();
        let chosen = preferences::store::of_users_in_tx(tx, &users).await?;
        let nothing = Choices::default();
        let choice = |event: &NewUserEvent| {
            let chosen = chosen.get(&event.user).unwrap_or(&nothing).of(event.kind);
            match event.is_told_otherwise {
                true => chosen.for_programs_only(),
                false => chosen,
            }
        };
        let channels: Vec<Channels> = events
            .iter()
            .map(|event| {
                let choice = choice(event);
                Channels { is_in_app: choice.in_app, is_webhook: choice.webhook }
            })
            .collect();
        let appended = store::append_in_tx(tx, &events, &channels).await?;
        let wanted = |is_wanted: fn(&Choice) -> bool| {
            let told = events.iter().enumerate().filter_map(|(place, event)| {
                let id = appended.get(&place)?.id;
                is_wanted(&choice(event)).then_some((event, id))
            });
            told.collect::<Vec<Appended<'_>>>()
        };
        messages.extend(self.mailed_in_tx(tx, wanted(|choice| choice.email)).await?);
        messages.extend(self.texted_in_tx(tx, wanted(|choice| choice.sms)).await?);
        messages.extend(self.pushed_in_tx(tx, wanted(|choice| choice.push)).await?);
        self.send_in_tx(tx, &self.addressed(messages).await?).await?;
        let mut appended: Vec<UserEvent> = appended.into_values().collect();
        appended.sort_unstable_by_key(|event| (event.user, event.sequence));
        webhooks::fan_out_in_tx(tx, &*self.clock, &appended).await?;
        let unsubscribed: Vec<Uuid> = unsubscribed.iter().map(|user| user.as_uuid()).collect();
        push_subscriptions::store::delete_of_users_in_tx(tx, &unsubscribed).await?;
        self.forget_in_tx(tx, &erased).await
    }

    /// Fills in address and language from the users; what goes to who is gone is left out. Who is no
    /// user is written to in the language of their counterparty.
    async fn addressed(
        &self,
        messages: Vec<NewMessage>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        if messages.is_empty() {
            return Ok(messages);
        }
        let speaker =
            |message: &NewMessage| message.user.or_else(|| people(&message.params).next());
        let users: HashSet<UserId> = messages.iter().filter_map(speaker).collect();
        let users: Vec<UserId> = users.into_iter().collect();
        let users = self.identity.users(&users).await?;
        let addressed = messages.into_iter().filter_map(|mut message| {
            let user = speaker(&message).and_then(|user| users.get(&user));
            if message.user.is_some() && !user.is_some_and(|user| can_be_told(user, &message)) {
                return None;
            }
            if let Some(user) = user {
                if message.locale.is_empty() {
                    message.locale.clone_from(&user.locale);
                }
                if message.to.is_empty() {
                    message.to.clone_from(&user.email);
                }
            }
            Some(message)
        });
        Ok(addressed.collect())
    }

    async fn forget_in_tx(
        &self,
        tx: &Transaction<'_>,
        users: &[UserId],
    ) -> Result<(), NotificationsError> {
        if users.is_empty() {
            return Ok(());
        }
        let users: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
        store::erase_in_tx(tx, &users).await?;
        messages::store::erase_in_tx(tx, &users).await?;
        webhooks::erase_in_tx(tx, &users).await?;
        push_subscriptions::store::delete_of_users_in_tx(tx, &users).await?;
        Ok(())
    }

    /// The caller's events after a sequence, oldest first. From 0 it begins with the first that is
    /// kept; from within what was forgotten it is refused, because the caller would miss some.
    pub(crate) async fn events(
        &self,
        actor: &Actor,
        after: i64,
        limit: Limit,
    ) -> Result<Vec<UserEvent>, Problem> {
        let user = actor.require_user()?;
        let limit = i64::try_from(limit.get()).expect("a limit is at most 200");
        let events = store::after(&self.database, user, after, limit).await?;
        let is_next = events.first().is_some_and(|event| event.sequence == after + 1);
        if after > 0 && !is_next {
            let forgotten_to = store::forgotten_to(&self.database, user).await?;
            if after < forgotten_to {
                return Err(NotificationsError::EventsForgotten(forgotten_to).into());
            }
        }
        Ok(events)
    }
}

/// The address of a user that nobody has confirmed gets nothing but codes and what protects the user.
/// Who buys names an address for that.
fn can_be_told(user: &User, message: &NewMessage) -> bool {
    let is_named = !message.to.is_empty();
    let is_event = message.channel == Channel::Mail
        && EventKind::from_name(message.kind)
            .is_some_and(|kind| !(kind.is_security() || kind.is_purchase() && is_named));
    user.status != UserStatus::Deleted && (user.is_email_verified || !is_event)
}
