//! Browsers in which a user is told, also when no page of ours is open: Web Push (RFC 8030).
//!
//! Invariants:
//! - What is pushed is encrypted for the browser (RFC 8291); its push service reads nothing of it.
//! - A browser tells one user: the one who subscribed it last. A change of the password ends all
//!   subscriptions, because whoever knew it may have made one; our pages subscribe again when they
//!   are opened.
//! - No request goes to an address that `outgoing` refuses. What a push service calls gone (404,
//!   410) is deleted.
//! - A message may come twice; it has the same tag then and takes its own place.
//!
//! Reading order: this file, `encryption`, `vapid` and `payload` without I/O; `sender`, `jobs` (an
//! attempt), `service`, `http`.

mod encryption;
pub(crate) mod http;
pub(crate) mod jobs;
mod payload;
mod sender;
mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod vapid;

pub(crate) use sender::Push;

use std::time::Duration;

use identity::UserId;
use kernel::{Timestamp, Vault};

use crate::error::NotificationsError;
use crate::ids::PushSubscriptionId;

/// Browsers of one user.
pub(crate) const PUSH_SUBSCRIPTIONS_MAX: usize = 20;
/// Of the browser's authentication secret (RFC 8291, 3.2).
const SECRET_BYTES: usize = 16;
const PURPOSE: &str = "bushel notifications push secrets v1";

/// How long a push service keeps a message for a browser that isn't running.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3_600);

/// A browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PushSubscription {
    pub(crate) id: PushSubscriptionId,
    pub(crate) user: UserId,
    pub(crate) endpoint: String,
    pub(crate) device: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_sent_at: Option<Timestamp>,
}

/// What a browser gives to whoever may tell it something.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BrowserKeys {
    /// An uncompressed point of P-256.
    pub(crate) public_key: Vec<u8>,
    pub(crate) secret: [u8; SECRET_BYTES],
}

impl BrowserKeys {
    /// Checks that the point is one.
    pub(crate) fn try_new(public_key: &[u8], secret: &[u8]) -> Result<Self, NotificationsError> {
        let malformed = || NotificationsError::PushKeysMalformed;
        let secret = secret.try_into().map_err(|_| malformed())?;
        if !encryption::is_point(public_key) {
            return Err(malformed());
        }
        Ok(Self { public_key: public_key.to_vec(), secret })
    }

    /// The secret sealed for one subscription: in another's row it can't be opened.
    pub(crate) fn sealed_secret(&self, vault: &Vault, id: PushSubscriptionId) -> Vec<u8> {
        vault.seal(PURPOSE, &[&id.as_u128().to_be_bytes()[..], &self.secret].concat())
    }

    pub(crate) fn open(
        vault: &Vault,
        id: PushSubscriptionId,
        public_key: Vec<u8>,
        sealed: &[u8],
    ) -> Result<Self, NotificationsError> {
        let opened = vault.open(PURPOSE, sealed).ok_or(NotificationsError::KeyUnreadable)?;
        let secret = opened.strip_prefix(&id.as_u128().to_be_bytes()[..]);
        let secret = secret.and_then(|secret| secret.try_into().ok());
        Ok(Self { public_key, secret: secret.ok_or(NotificationsError::KeyUnreadable)? })
    }
}
