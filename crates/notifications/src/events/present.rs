//! Events as their user reads them: with texts in the user's language and the names of people as
//! they are now.

use std::collections::HashMap;
use std::sync::Arc;

use identity::{User, UserId, UserStatus};
use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::UserEvent;
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::EventId;
use crate::texts::{Locale, Names, View, link_path, one_line, people};

/// Something that the user is told.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notification)]
pub(crate) struct EventJson {
    pub(crate) id: EventId,
    /// From 1 without gaps per user.
    #[schema(minimum = 1, example = 7)]
    pub(crate) sequence: i64,
    /// The kind's stable name.
    #[schema(example = "transfer.received")]
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    /// In the user's language.
    #[schema(example = "You received 12.50 EUR")]
    pub(crate) title: String,
    /// In the user's language.
    #[schema(example = "Bob sent you 12.50 EUR.")]
    pub(crate) text: String,
    /// Where the web pages show more.
    #[schema(example = "/transfers/tr_01h455vb4pex5vsknk084sn02q")]
    pub(crate) link: String,
    /// The facts, which depend on the kind. People are named by their ids.
    #[schema(value_type = Object, example = json!({"role": "recipient", "asset": "EUR", "amount": "1250", "scale": 2}))]
    pub(crate) data: Value,
    /// The other side, if it is a user.
    #[schema(required)]
    pub(crate) counterparty: Option<PersonJson>,
    /// Whether it is in the list of notifications, by the user's choice.
    pub(crate) is_in_app: bool,
    /// When the user read it; null if it is unread.
    #[schema(required)]
    pub(crate) read_at: Option<Timestamp>,
}

/// A user as others see them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NotificationPerson)]
pub(crate) struct PersonJson {
    pub(crate) id: UserId,
    /// Null for a user without one, and for one who has gone.
    #[schema(required)]
    pub(crate) handle: Option<String>,
    /// Null for a user who has gone.
    #[schema(required)]
    pub(crate) name: Option<String>,
}

impl Notifications {
    /// Shows events to the user whom they belong to.
    pub(crate) async fn present(
        &self,
        reader: UserId,
        events: Vec<UserEvent>,
    ) -> Result<Vec<EventJson>, NotificationsError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<UserId> = events.iter().flat_map(|event| people(&event.data)).collect();
        wanted.push(reader);
        let users = self.identity.users(&wanted).await?;
        let locale = Locale::of(users.get(&reader).map_or("", |user| &user.locale));
        let there = |user: &Arc<User>| user.status != UserStatus::Deleted;
        let names: Names = users
            .values()
            .filter(|user| there(user))
            .map(|user| (user.id, user.name.clone()))
            .collect();
        Ok(events.into_iter().map(|event| self.shown(locale, &names, &users, event)).collect())
    }

    fn shown(
        &self,
        locale: Locale,
        names: &Names,
        users: &HashMap<UserId, Arc<User>>,
        event: UserEvent,
    ) -> EventJson {
        let (title, text) = self.texts_of(locale, names, &event).unwrap_or_else(|error| {
            // A newer program's kind, or a gap in what an older one stored: the facts remain.
            tracing::warn!(%error, kind = event.kind, "an event has no text");
            (event.kind.clone(), String::new())
        });
        let counterparty = people(&event.data).next().map(|id| {
            let user = users.get(&id).filter(|user| user.status != UserStatus::Deleted);
            let handle = user.and_then(|user| user.handle.clone());
            PersonJson { id, handle, name: user.map(|user| one_line(&user.name)) }
        });
        EventJson {
            id: event.id,
            sequence: event.sequence,
            link: link_path(&event.kind, &event.data),
            kind: event.kind,
            at: event.at,
            title,
            text,
            data: event.data,
            counterparty,
            is_in_app: event.is_in_app,
            read_at: event.read_at,
        }
    }

    fn texts_of(
        &self,
        locale: Locale,
        names: &Names,
        event: &UserEvent,
    ) -> Result<(String, String), NotificationsError> {
        let catalogue = self.texts.of(locale);
        let unknown = || NotificationsError::Text(format!("{} has no text", event.kind));
        let kind = catalogue.kinds.get(&event.kind).ok_or_else(unknown)?;
        let view = View::new(catalogue, one_line).with_data(&event.data, names);
        let fill = |text: &str| self.texts.fill(text, view.values());
        Ok((fill(&kind.title)?, fill(&kind.text)?))
    }
}
