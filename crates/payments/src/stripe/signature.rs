//! Signatures of Stripe's webhooks (<https://docs.stripe.com/webhooks#verify-manually>):
//! HMAC-SHA256 over time and body, under the secret of the endpoint. While a secret is exchanged
//! there are several signatures, and there may be several secrets.

use ::http::HeaderMap;
use hmac::{Hmac, Mac as _};
use kernel::{Timestamp, secret};
use sha2::Sha256;

use crate::provider::WebhookError;

pub(super) const HEADER: &str = "stripe-signature";

/// A signature is good for so long, and clocks may differ by so much.
const TOLERANCE_S: i64 = 300;

/// More signatures than there can be secrets: nobody makes us compute without end.
const SIGNATURES_MAX: usize = 16;

/// Whether one of the signatures is made with one of the secrets, and fresh.
pub(super) fn verify(
    secrets: &[String],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(), WebhookError> {
    let mut values = headers.get_all(HEADER).iter();
    let value = values.next().filter(|_| values.next().is_none());
    let given = value.and_then(|value| value.to_str().ok()).ok_or(WebhookError::Signature)?;
    let parts = || given.split(',').filter_map(|part| part.trim().split_once('='));
    let mut times = parts().filter(|(name, _)| *name == "t").map(|(_, value)| value);
    let time = times.next().filter(|_| times.next().is_none()).ok_or(WebhookError::Signature)?;
    let expected: Vec<[u8; 32]> = secrets.iter().map(|secret| mac(secret, time, body)).collect();
    let mut signatures = parts().filter(|(name, _)| *name == "v1").take(SIGNATURES_MAX);
    let is_ours = signatures.any(|(_, hex)| {
        let decoded = secret::from_hex(hex).unwrap_or_default();
        expected.iter().any(|expected| secret::is_same(&decoded, expected))
    });
    if !is_ours {
        return Err(WebhookError::Signature);
    }
    let signed_at: i64 = time.parse().map_err(|_| WebhookError::Signature)?;
    let age = now.as_millis().div_euclid(1000).saturating_sub(signed_at);
    if age.saturating_abs() > TOLERANCE_S { Err(WebhookError::TooOld) } else { Ok(()) }
}

fn mac(secret: &str, time: &str, body: &[u8]) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    for part in [time.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
