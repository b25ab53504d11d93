//! What follows for people from events that were appended: mail, short messages, push messages, as
//! many as somebody can read.

use std::time::Duration;

use deadpool_postgres::Transaction;
use hashbrown::HashSet;
use identity::UserId;
use serde_json::json;
use uuid::Uuid;

use super::{EventKind, NewUserEvent};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::EventId;
use crate::messages::{self, Channel, ENCLOSED, NewMessage};
use crate::push_subscriptions;

/// How many messages of events one user gets: the list has the rest.
struct Pace {
    channel: Channel,
    max: i64,
    period: Duration,
    /// Whether what protects the user counts, too.
    counts_security: bool,
}

const MAIL_PACE: Pace = Pace {
    channel: Channel::Mail,
    max: 30,
    period: Duration::from_secs(3_600),
    counts_security: false,
};
/// Each costs money. What protects the user always goes by mail.
const SMS_PACE: Pace = Pace {
    channel: Channel::Sms,
    max: 20,
    period: Duration::from_secs(24 * 3_600),
    counts_security: true,
};
/// Of one message to several browsers each counts.
const PUSH_PACE: Pace = Pace {
    channel: Channel::Push,
    max: 120,
    period: Duration::from_secs(3_600),
    counts_security: false,
};

/// An event that is in its user's log now.
pub(super) type Appended<'e> = (&'e NewUserEvent, EventId);

impl Notifications {
    pub(super) async fn mailed_in_tx(
        &self,
        tx: &Transaction<'_>,
        events: Vec<Appended<'_>>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        let messages = events.iter().map(|event| event_message(event, Channel::Mail, ""));
        self.paced_in_tx(tx, &MAIL_PACE, messages.collect()).await
    }

    /// To the phones of those who have one.
    pub(super) async fn texted_in_tx(
        &self,
        tx: &Transaction<'_>,
        events: Vec<Appended<'_>>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let users: HashSet<UserId> = events.iter().map(|(event, _)| event.user).collect();
        let phones = self.identity.phones(&users.into_iter().collect::<Vec<_>>()).await?;
        let messages = events.iter().filter_map(|event| {
            let number = phones.get(&event.0.user)?;
            Some(event_message(event, Channel::Sms, number))
        });
        self.paced_in_tx(tx, &SMS_PACE, messages.collect()).await
    }

    /// To every browser that a user has subscribed.
    pub(super) async fn pushed_in_tx(
        &self,
        tx: &Transaction<'_>,
        events: Vec<Appended<'_>>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        let users: HashSet<Uuid> = events.iter().map(|(event, _)| event.user.as_uuid()).collect();
        let users: Vec<Uuid> = users.into_iter().collect();
        let subscribed = push_subscriptions::store::of_users_in_tx(tx, &users).await?;
        let messages = events.iter().flat_map(|event| {
            let browsers = subscribed.iter().filter(|(user, _)| *user == event.0.user);
            browsers.map(|(_, id)| event_message(event, Channel::Push, &id.to_string()))
        });
        self.paced_in_tx(tx, &PUSH_PACE, messages.collect()).await
    }

    /// Leaves out what is beyond the pace of mail to an address that a guest gave: whoever orders may
    /// give anybody's. Mail to guests is made by one consumer, so that all before is counted.
    pub(super) async fn guests_paced_in_tx(
        &self,
        tx: &Transaction<'_>,
        mut messages: Vec<NewMessage>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        let is_guests = |message: &NewMessage| {
            let kind = EventKind::from_name(message.kind);
            message.user.is_none() && kind.is_some_and(EventKind::is_purchase)
        };
        let guests = messages.iter().filter(|message| is_guests(message));
        let addresses: HashSet<String> = guests.map(|message| message.to.to_lowercase()).collect();
        if addresses.is_empty() {
            return Ok(messages);
        }
        let addresses: Vec<String> = addresses.into_iter().collect();
        let since = self.clock.now().saturating_sub(MAIL_PACE.period);
        let mut sent = messages::store::guests_since_in_tx(tx, &addresses, since).await?;
        messages.retain(|message| {
            if !is_guests(message) {
                return true;
            }
            let sent = sent.entry(message.to.to_lowercase()).or_default();
            *sent += 1;
            *sent <= MAIL_PACE.max
        });
        Ok(messages)
    }

    /// Leaves out what is beyond a channel's pace: the list has it all. Else whoever sends requests
    /// could bury the mail that warns their user; so that is never left out. The logs of the users
    /// are locked, so that every message is counted.
    async fn paced_in_tx(
        &self,
        tx: &Transaction<'_>,
        pace: &Pace,
        mut messages: Vec<NewMessage>,
    ) -> Result<Vec<NewMessage>, NotificationsError> {
        let paced = |message: &NewMessage| {
            let kind = EventKind::from_name(message.kind);
            pace.counts_security || !kind.is_some_and(EventKind::is_security)
        };
        let users = messages.iter().filter(|message| paced(message)).filter_map(|it| it.user);
        let users: HashSet<Uuid> = users.map(UserId::as_uuid).collect();
        if users.is_empty() {
            return Ok(messages);
        }
        let users: Vec<Uuid> = users.into_iter().collect();
        let since = self.clock.now().saturating_sub(pace.period);
        let mut sent = messages::store::paced_since_in_tx(
            tx,
            (pace.channel, pace.counts_security),
            &users,
            since,
        )
        .await?;
        messages.retain(|message| {
            let Some(user) = message.user.filter(|_| paced(message)) else { return true };
            let sent = sent.entry(user).or_default();
            *sent += 1;
            *sent <= pace.max
        });
        Ok(messages)
    }
}

/// A message that says what an event says. Without `to` it goes to the user's address.
fn event_message((event, id): &Appended<'_>, channel: Channel, to: &str) -> NewMessage {
    let mut params = event.data.clone();
    params["at"] = json!(event.at);
    let own = event.mail.as_ref().filter(|_| channel == Channel::Mail);
    if let Some(own) = own {
        params[ENCLOSED] = own.enclosed.clone();
    }
    let source = match channel {
        Channel::Mail | Channel::Sms => format!("{}:{}", event.source, channel.as_str()),
        // Several browsers are told.
        Channel::Push => {
            params["event_id"] = json!(id);
            format!("{}:push:{to}", event.source)
        }
    };
    NewMessage {
        source,
        channel,
        kind: event.kind.as_str(),
        user: Some(event.user),
        to: own.map_or_else(|| to.to_owned(), |own| own.to.clone()),
        locale: own.map(|own| own.locale.clone()).unwrap_or_default(),
        params,
    }
}
