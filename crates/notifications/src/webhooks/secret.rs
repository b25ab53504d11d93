//! The secrets that sign messages (Standard Webhooks 1.0, symmetric signatures `v1`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use kernel::{Vault, secret};
use sha2::Sha256;

use super::{DeliveryId, WebhookError, WebhookId};

const PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;
const PURPOSE: &str = "bushel notifications webhook secrets v1";

/// 256 random bits. `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret([u8; SECRET_BYTES]);

impl Secret {
    pub(super) fn generate() -> Self {
        Self(secret::random_bytes())
    }

    #[cfg(test)]
    pub(super) const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// As its owner gets it.
    pub(super) fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// The signature of a message that is sent at this second.
    pub(super) fn sign(&self, id: DeliveryId, seconds: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Sealed for one webhook: in another's row it can't be opened.
    pub(super) fn seal(&self, vault: &Vault, webhook: WebhookId) -> Vec<u8> {
        vault.seal(PURPOSE, &[&webhook.as_u128().to_be_bytes()[..], &self.0].concat())
    }

    pub(super) fn open(
        vault: &Vault,
        webhook: WebhookId,
        sealed: &[u8],
    ) -> Result<Self, WebhookError> {
        let opened = vault.open(PURPOSE, sealed).ok_or(WebhookError::SecretUnreadable)?;
        let secret = opened.strip_prefix(&webhook.as_u128().to_be_bytes()[..]);
        let secret = secret.and_then(|secret| secret.try_into().ok());
        secret.map(Self).ok_or(WebhookError::SecretUnreadable)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
