//! Signatures of webhooks: Standard Webhooks 1.0
//! (<https://github.com/standard-webhooks/standard-webhooks>), HMAC-SHA256 over id, time and body.

use ::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use kernel::{Timestamp, secret};
use sha2::Sha256;

use crate::provider::WebhookError;

pub(super) const ID: &str = "webhook-id";
pub(super) const TIMESTAMP: &str = "webhook-timestamp";
pub(super) const SIGNATURE: &str = "webhook-signature";

/// A signature is good for so long, and clocks may differ by so much.
const TOLERANCE_S: i64 = 300;

/// The headers of a webhook that is sent now.
pub(super) fn headers(
    key: &[u8; 32],
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> [(&'static str, String); 3] {
    let seconds = now.as_millis().div_euclid(1000);
    let signature = format!("v1,{}", STANDARD.encode(mac(key, id, &seconds.to_string(), body)));
    [(ID, id.to_owned()), (TIMESTAMP, seconds.to_string()), (SIGNATURE, signature)]
}

/// Whether one of the signatures is ours and fresh; answers with the event's id.
pub(super) fn verify<'h>(
    key: &[u8; 32],
    headers: &'h HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<&'h str, WebhookError> {
    let header = |name| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none());
        value.and_then(|value| value.to_str().ok()).ok_or(WebhookError::Signature)
    };
    let (id, seconds, given) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    let expected = mac(key, id, seconds, body);
    let is_ours = |one: &str| {
        let decoded = one.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        decoded.is_some_and(|decoded| secret::is_same(&decoded, &expected))
    };
    if !given.split(' ').any(is_ours) {
        return Err(WebhookError::Signature);
    }
    let signed_at: i64 = seconds.parse().map_err(|_| WebhookError::Signature)?;
    let age = now.as_millis().div_euclid(1000).saturating_sub(signed_at);
    if age.saturating_abs() > TOLERANCE_S { Err(WebhookError::TooOld) } else { Ok(id) }
}

fn mac(key: &[u8; 32], id: &str, seconds: &str, body: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
