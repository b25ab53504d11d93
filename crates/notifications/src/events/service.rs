//! Appending to logs, with the mail and the webhooks that follow; reading a log.

use std::time::Duration;

use deadpool_postgres::Transaction;
use hashbrown::HashSet;
use identity::{Actor, User, UserId, UserStatus};
use kernel::{Limit, Problem};
use serde_json::json;
use uuid::Uuid;

use super::sources::Told;
use super::store::{self, Channels};
use super::{EventKind, NewUserEvent, UserEvent};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::messages::{self, NewMessage};
use crate::preferences::{self, Choice, Choices};
use crate::texts::people;
use crate::webhooks;

/// Mails of events in an hour, to one user.
const PACE_MAX: i64 = 30;
const PACE_PERIOD: Duration = Duration::from_secs(3_600);

impl Notifications {
    /// Appends what users are told, if and when `tx` commits, together with its mail and webhooks,
    /// and forgets who was deleted. Any number of events is a handful of statements.
    pub(crate) async fn tell_in_tx(
        &self,
        tx: &Transaction<'_>,
        told: Told,
    ) -> Result<(), NotificationsError> {
        let Told { events, messages, erased } = told;
        let users: HashSet<Uuid> = events.iter().map(|event| event.user.as_uuid()).collect();
        let users: Vec<Uuid> = users.into_iter().collect();
        let chosen = preferences::store::of_users_in_tx(tx, &users).await?;
        let nothing = Choices::default();
        let choice = |event: &NewUserEvent| {
            let chosen = chosen.get(&event.user).unwrap_or(&nothing).of(event.kind);
            match event.is_told_otherwise {
                true => Choice { in_app: false, email: false, ..chosen },
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
        let mailed = events
            .iter()
            .enumerate()
            .filter(|(place, event)| appended.contains_key(place) && choice(event).email)
            .map(|(_, event)| event);
        let mailed = self.paced_in_tx(tx, mailed.collect()).await?;
        let messages: Vec<NewMessage> =
            mailed.into_iter().map(event_mail).chain(messages).collect();
        self.mail_in_tx(tx, &self.addressed(messages).await?).await?;
        let mut appended: Vec<UserEvent> = appended.into_values().collect();
        appended.sort_unstable_by_key(|event| (event.user, event.sequence));
        webhooks::fan_out_in_tx(tx, &*self.clock, &appended).await?;
        self.forget_in_tx(tx, &erased).await
    }

    /// Leaves out mail beyond what somebody can read in an hour: the list has it all. Else whoever
    /// sends requests could bury the mail that warns their user; so that is never left out. The
    /// logs of the users are locked, so that every mail is counted.
    async fn paced_in_tx<'e>(
        &self,
        tx: &Transaction<'_>,
        mut events: Vec<&'e NewUserEvent>,
    ) -> Result<Vec<&'e NewUserEvent>, NotificationsError> {
        let paced = |event: &NewUserEvent| !event.kind.is_security();
        let users = events.iter().filter(|event| paced(event)).map(|event| event.user.as_uuid());
        let users: HashSet<Uuid> = users.collect();
        if users.is_empty() {
            return Ok(events);
        }
        let users: Vec<Uuid> = users.into_iter().collect();
        let since = self.clock.now().saturating_sub(PACE_PERIOD);
        let mut mails = messages::store::paced_since_in_tx(tx, &users, since).await?;
        events.retain(|event| {
            let mails = mails.entry(event.user).or_default();
            *mails += i64::from(paced(event));
            !paced(event) || *mails <= PACE_MAX
        });
        Ok(events)
    }

    /// Fills in address and language from the users; mail to who is gone is left out. Who is no
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
            if message.user.is_some() && !user.is_some_and(|user| can_be_mailed(user, &message)) {
                return None;
            }
            if let Some(user) = user {
                message.locale.clone_from(&user.locale);
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
        Ok(())
    }

    /// The caller's events after a sequence, oldest first.
    pub(crate) async fn events(
        &self,
        actor: &Actor,
        after: i64,
        limit: Limit,
    ) -> Result<Vec<UserEvent>, Problem> {
        let user = actor.require_user()?;
        let limit = i64::try_from(limit.get()).expect("a limit is at most 200");
        Ok(store::after(&self.database, user, after, limit).await?)
    }
}

/// An address that nobody has confirmed gets nothing but codes and what protects the user.
fn can_be_mailed(user: &User, message: &NewMessage) -> bool {
    let is_event = EventKind::from_name(message.kind).is_some_and(|kind| !kind.is_security());
    user.status != UserStatus::Deleted && (user.is_email_verified || !is_event)
}

/// The mail of an event: it says what the event says.
fn event_mail(event: &NewUserEvent) -> NewMessage {
    let mut params = event.data.clone();
    params["at"] = json!(event.at);
    NewMessage {
        source: format!("{}:mail", event.source),
        kind: event.kind.as_str(),
        user: Some(event.user),
        to: String::new(),
        locale: String::new(),
        params,
    }
}
