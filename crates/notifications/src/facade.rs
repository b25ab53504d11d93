//! The facade: what the features work with, what it takes to start them, and their routes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::map_response;
use identity::{Identity, UserId};
use kernel::bus::Bus;
use kernel::http::{documents, no_store};
use kernel::{Clock, Database, Vault};
use lettre::message::Mailbox;
use parking_lot::Mutex;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use wallet::Wallet;

use crate::error::NotificationsError;
use crate::events::feed::RunningFeed;
use crate::events::{consumer, feed};
use crate::messages::{Layouts, MailOptions, Smtp, jobs};
use crate::push_subscriptions::{Push, PushSubscription};
use crate::sms::{Sms, SmsUrl};
use crate::stream::Hub;
use crate::texts::Texts;
use crate::webhooks::{WebhookOptions, Webhooks};
use crate::{
    events, inbox, mailbox, messages, preferences, push_subscriptions, sms, stream, suppressions,
    webhooks,
};

/// How it behaves.
#[derive(Clone)]
pub struct NotificationsOptions {
    /// Where links in mail lead, without a slash at the end: `https://bank.example`.
    pub public_url: String,
    pub mail: MailOptions,
    /// Providers of short messages in the order in which they are asked. Without one, short messages
    /// are kept in the mailbox.
    pub sms: Vec<SmsUrl>,
    /// Browsers' push services are reached by the same rules.
    pub webhooks: WebhookOptions,
    /// How long a stream lasts, and so how long one goes on after its session has ended.
    pub stream_max: Duration,
    /// How long users' logs and the log of messages are kept.
    pub kept_for: Duration,
}

impl Default for NotificationsOptions {
    fn default() -> Self {
        Self {
            public_url: "http://localhost:8080".to_owned(),
            mail: MailOptions::default(),
            sms: Vec::new(),
            webhooks: WebhookOptions::default(),
            stream_max: Duration::from_secs(60),
            kept_for: Duration::from_secs(365 * 24 * 3_600),
        }
    }
}

/// What users are told. Clones share everything.
#[derive(Clone)]
pub struct Notifications(pub(crate) Arc<Parts>);

/// What the facade is made of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) identity: Identity,
    pub(crate) wallet: Wallet,
    pub(crate) webhooks: Webhooks,
    pub(crate) options: NotificationsOptions,
    pub(crate) texts: Texts,
    pub(crate) layouts: Layouts,
    /// Whom mail is from.
    pub(crate) sender: Mailbox,
    /// In the order in which they are asked. Without one, mail is kept in the mailbox.
    pub(crate) smtp: Vec<Smtp>,
    pub(crate) sms: Sms,
    pub(crate) push: Push,
    pub(crate) hub: Hub,
    /// How far the wallet's transfers were read, as far as this process knows.
    pub(crate) feed_position: Mutex<Option<i64>>,
    listening: stream::store::Listening,
}

impl Deref for Notifications {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Notifications {
    /// Starts it on a migrated database. Nothing is told before [`workers`] run on a bus and
    /// [`start_feed`](Self::start_feed) was called.
    pub async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        vault: Vault,
        identity: Identity,
        wallet: Wallet,
        options: NotificationsOptions,
    ) -> Result<Self, NotificationsError> {
        let hub = Hub::default();
        let webhooks =
            Webhooks::new(database.clone(), clock.clone(), vault.clone(), options.webhooks.clone());
        let mut options = options;
        options.public_url = options.public_url.trim_end_matches('/').to_owned();
        let parts = Parts {
            texts: Texts::try_new()?,
            layouts: Layouts::try_new()?,
            sender: options.mail.sender()?,
            smtp: options.mail.smtp.iter().cloned().map(Smtp::new).collect(),
            sms: Sms::new(&options.sms),
            push: Push::new(&options.webhooks),
            feed_position: Mutex::default(),
            listening: stream::store::listen(database.clone(), hub.clone()),
            hub,
            webhooks,
            database,
            clock,
            vault,
            identity,
            wallet,
            options,
        };
        let notifications = Self(Arc::new(parts));
        jobs::ensure_jobs(&notifications).await?;
        events::jobs::ensure_jobs(&notifications).await?;
        notifications.webhooks.ensure_jobs().await?;
        Ok(notifications)
    }

    /// Reads wallet transfers into logs for as long as the result lives, where this process leads
    /// the ledger.
    #[must_use = "when it is dropped, transfers are no longer told"]
    pub fn start_feed(&self) -> RunningFeed {
        feed::start(self)
    }

    /// Ends what runs beside requests and the bus.
    pub fn stop(&self) {
        self.listening.stop();
    }

    /// All that is kept about a user, for the user: the log, the choices, the messages, the webhooks
    /// and browsers without their secrets.
    pub async fn export(&self, user: UserId) -> Result<Value, NotificationsError> {
        let events = events::store::after(&self.database, user, 0, i64::MAX).await?;
        let event = |event: &events::UserEvent| {
            json!({
                "id": event.id, "sequence": event.sequence, "kind": event.kind, "at": event.at,
                "data": event.data, "read_at": event.read_at,
            })
        };
        let mail = |message: &messages::Message| {
            json!({
                "id": message.id, "channel": message.channel, "kind": message.kind, "to": message.to,
                "status": message.status.as_str(), "at": message.created_at,
            })
        };
        let messages = self.messages_of(user).await?;
        let preferences = preferences::store::get(&self.database, user).await?;
        let webhook = |webhook: &webhooks::Endpoint| {
            json!({
                "id": webhook.id, "url": webhook.url, "description": webhook.description,
                "kinds": webhook.kinds, "at": webhook.created_at,
            })
        };
        let webhooks = self.webhooks.list(user, None, webhooks::ENDPOINTS_MAX as i64).await?;
        let browser = |browser: &PushSubscription| {
            json!({
                "id": browser.id, "endpoint": browser.endpoint, "device": browser.device,
                "at": browser.created_at, "last_sent_at": browser.last_sent_at,
            })
        };
        let browsers = self.push_subscriptions_of(user).await?;
        Ok(json!({
            "push_subscriptions": browsers.iter().map(browser).collect::<Vec<_>>(),
            "events": events.iter().map(event).collect::<Vec<_>>(),
            "mail": messages.iter().map(mail).collect::<Vec<_>>(),
            "preferences": preferences.choices,
            "webhooks": webhooks.iter().map(webhook).collect::<Vec<_>>(),
        }))
    }
}

/// What this context does in the background.
pub struct Workers(Notifications);

/// Its consumers and workers, to be registered with the process' bus.
pub fn workers(notifications: &Notifications) -> Workers {
    Workers(notifications.clone())
}

impl Workers {
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        let bus = consumer::register(&self.0, bus);
        let bus = jobs::register(&self.0, bus);
        let bus = sms::jobs::register(&self.0, bus);
        let bus = push_subscriptions::jobs::register(&self.0, bus);
        let bus = events::jobs::register(&self.0, bus);
        self.0.webhooks.register(bus)
    }
}

/// All routes. They authenticate nobody: that is done in front of them.
pub fn routes(notifications: Notifications) -> OpenApiRouter {
    let webhooks = webhooks::http::routes(notifications.webhooks.clone());
    let mut router =
        documented_routes().with_state(notifications).merge(webhooks).layer(map_response(no_store));
    documents::complete(router.get_openapi_mut());
    router
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    let mut document = documented_routes().into_openapi();
    document.merge(webhooks::http::document());
    documents::complete(&mut document);
    document
}

fn documented_routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default()
        .merge(inbox::http::routes())
        .merge(stream::http::routes())
        .merge(events::http::routes())
        .merge(preferences::http::routes())
        .merge(push_subscriptions::http::routes())
        .merge(sms::http::routes())
        .merge(messages::http::routes())
        .merge(mailbox::http::routes())
        .merge(suppressions::http::routes())
}
