//! Webhooks: events of a user's log, posted to addresses of the user's choice, signed by Standard
//! Webhooks 1.0 (<https://github.com/standard-webhooks/standard-webhooks>).
//!
//! Invariants:
//! - An event and its deliveries commit together, so none is lost; a message may come twice, and
//!   then with the same `webhook-id`.
//! - One run at a time works on an endpoint's queue, with at most two requests in flight, and for
//!   a bounded time: an endpoint that is slow or dead costs the others nothing.
//! - No request goes to an address that `outgoing::address_guard` refuses, whatever a name resolves to.
//! - A secret is stored sealed, and leaves only to its owner.
//!
//! Reading order: this file, `secret`, `message` and `schedule` are rules without
//! I/O; `sender` does the request; `queue` says how the jobs work; `service` has the use cases.

pub(crate) mod grpc;
pub(crate) mod http;
mod kinds;
mod message;
mod queue;
mod refusal;
mod schedule;
mod secret;
mod sender;
mod service;
mod store;

pub use crate::outgoing::{Resolver, Resolving, SystemResolver};
pub(crate) use queue::fan_out_in_tx;
pub use refusal::WebhookError;
pub(crate) use service::erase_in_tx;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use identity::UserId;
use ipnet::IpNet;
use kernel::bus::Bus;
use kernel::{Clock, Database, Timestamp, Vault};

use sender::Sender;

kernel::define_id! {
    /// An address to which a user has events posted.
    pub struct WebhookId = "wh";
}
kernel::define_id! {
    /// An event for one webhook: the header `webhook-id`.
    pub struct DeliveryId = "msg";
}

/// Most endpoints of a user.
pub(crate) const ENDPOINTS_MAX: usize = 20;

/// The feature's parts. Clones share them.
#[derive(Clone)]
pub struct Webhooks(Arc<Parts>);

/// What the use cases and jobs work with.
pub struct Parts {
    database: Database,
    clock: Arc<dyn Clock>,
    vault: Vault,
    sender: Sender,
    concurrency: usize,
}

/// How webhooks are sent.
#[derive(Clone)]
pub struct WebhookOptions {
    /// Networks that may be reached although they are private, and without TLS: for development.
    pub allowed: Vec<IpNet>,
    /// Asks what a name's addresses are.
    pub resolver: Arc<dyn Resolver>,
    /// For an attempt as a whole.
    pub timeout: Duration,
    /// For names, connection and TLS.
    pub connect_timeout: Duration,
    /// Endpoints that this process works for at the same time.
    pub concurrency: usize,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            resolver: Arc::new(SystemResolver),
            timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(5),
            concurrency: 32,
        }
    }
}

impl Webhooks {
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        vault: Vault,
        options: WebhookOptions,
    ) -> Self {
        let sender = Sender::new(&options);
        let concurrency = options.concurrency;
        Self(Arc::new(Parts { database, clock, vault, sender, concurrency }))
    }

    /// Adds the workers of this feature.
    pub fn register(&self, bus: Bus) -> Bus {
        queue::register(self, bus)
    }

    /// Makes sure that the recurring work is there; to be called at each start.
    pub async fn ensure_jobs(&self) -> Result<(), WebhookError> {
        queue::ensure_jobs(self).await
    }
}

impl Deref for Webhooks {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// An address to which events are posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) id: WebhookId,
    pub(crate) user: UserId,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) kinds: Vec<String>,
    /// Why and since when no events are posted.
    pub(crate) disabled: Option<(DisabledReason, Timestamp)>,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) secret_made_at: Timestamp,
    /// Until when the secret before this one signs too.
    pub(crate) overlap_until: Option<Timestamp>,
    /// Counts the user's changes.
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// An endpoint to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewEndpoint {
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) kinds: Vec<String>,
}

/// What to change of an endpoint; `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EndpointPatch {
    pub(crate) url: Option<String>,
    pub(crate) description: Option<Option<String>>,
    pub(crate) kinds: Option<Vec<String>>,
}

/// Defines an enum whose variants have a name that is stored and shown. The name is a token, because
/// the API's document doesn't see through a `literal`.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub(crate) enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                [$(Self::$variant,)*].into_iter().find(|it| it.as_str() == name)
            }
        }
    };
}

named! {
    /// Why no events are posted: the user switched it off, it answered 410, or nothing succeeded
    /// for five days.
    DisabledReason {
        User = "user",
        Gone = "gone",
        Failing = "failing",
    }
}

named! {
    /// What became of a message: it waits for an attempt, was answered with 2xx, has no attempt
    /// left, or its webhook was disabled before.
    DeliveryStatus {
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// An event for one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: DeliveryId,
    /// Its place in the log.
    pub(crate) no: i64,
    /// In the user's log of events; 0 for a test.
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) status: DeliveryStatus,
    /// The last ones, oldest first.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

/// A try to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) number: u32,
    pub(crate) at: Timestamp,
    pub(crate) duration_ms: u32,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) response: Option<String>,
}

/// How far a replay came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replayed {
    pub(crate) queued: u32,
    pub(crate) last_sequence: i64,
    pub(crate) is_complete: bool,
}

#[cfg(test)]
mod tests;
