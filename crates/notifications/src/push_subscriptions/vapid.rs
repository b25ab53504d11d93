//! By what push services know us: VAPID (RFC 8292), a JWT signed with ES256.

use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use serde_json::json;

/// A push service may refuse more than a day.
const VALID_FOR: Duration = Duration::from_secs(12 * 3_600);

/// The key of this installation.
pub(super) struct VapidKey(EcdsaKeyPair);

impl VapidKey {
    /// A new one, and as PKCS#8 for the vault.
    pub(super) fn generate() -> Result<(Self, Vec<u8>), Unspecified> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        let key = Self::from_pkcs8(document.as_ref()).ok_or(Unspecified)?;
        Ok((key, document.as_ref().to_vec()))
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self)
    }

    /// An uncompressed point.
    pub(super) fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// As browsers take it, in `applicationServerKey`.
    pub(super) fn public_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.public_key())
    }

    /// The header `Authorization` for a push service (`https://push.example`); `contact` is where
    /// its operators find us.
    pub(super) fn authorization(
        &self,
        origin: &str,
        contact: &str,
        now: Timestamp,
    ) -> Result<String, Unspecified> {
        let expires_s = now.saturating_add(VALID_FOR).as_micros().div_euclid(1_000_000);
        let header = json!({ "typ": "JWT", "alg": "ES256" });
        let claims = json!({ "aud": origin, "exp": expires_s, "sub": contact });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes())?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        Ok(format!("vapid t={signed}.{signature},k={}", self.public_text()))
    }
}
