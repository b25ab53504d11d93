//! The keys that id_tokens are signed with: ES256, sealed with the vault, published as a JWK set.
//!
//! Invariants: a key is published an hour before it signs, so that who keeps the list has it when
//! its first token comes; it is published for a day after it has signed for the last time; a job
//! makes a new one every 30 days.

pub(crate) mod http;
mod jobs;
mod service;
mod store;

pub(crate) use jobs::{KIND, RotateKeys};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use kernel::{Timestamp, Vault};
use sha2::{Digest as _, Sha256};

use crate::error::OauthError;

const PURPOSE: &str = "bushel oauth signing key v1";

/// The public half, as it is published: the coordinates of a point on P-256, in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// The thumbprint of the key (RFC 7638).
    pub(crate) kid: String,
    pub(crate) x: String,
    pub(crate) y: String,
}

/// A key as it is stored.
pub(crate) struct KeyRow {
    pub(crate) public: PublicKey,
    sealed_secret: Vec<u8>,
    signs_from: Timestamp,
}

impl PublicKey {
    /// Of an uncompressed point: a byte that says so, then the coordinates.
    fn of_point(point: &[u8]) -> Self {
        let (x, y) = point[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self { kid: URL_SAFE_NO_PAD.encode(Sha256::digest(members)), x, y }
    }

    pub(crate) fn verifies(&self) -> Result<DecodingKey, OauthError> {
        let key = DecodingKey::from_ec_components(&self.x, &self.y);
        key.map_err(|_| OauthError::Corrupt("a public key is malformed"))
    }
}

impl KeyRow {
    fn generate(vault: &Vault, signs_from: Timestamp) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random);
        let document = document.expect("the system has randomness");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref());
        let pair = pair.expect("it was made for this algorithm");
        Self {
            public: PublicKey::of_point(pair.public_key().as_ref()),
            sealed_secret: vault.seal(PURPOSE, document.as_ref()),
            signs_from,
        }
    }

    pub(crate) fn signs(&self, vault: &Vault) -> Result<EncodingKey, OauthError> {
        let secret = vault.open(PURPOSE, &self.sealed_secret);
        let secret =
            secret.ok_or(OauthError::Corrupt("a signing key was sealed with another vault key"))?;
        Ok(EncodingKey::from_ec_der(&secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed with one half, verified with the other.
    #[test]
    fn halves_of_a_key_fit() {
        let vault = Vault::new([7; 32]);
        let row = KeyRow::generate(&vault, Timestamp::UNIX_EPOCH);
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        let claims = serde_json::json!({ "exp": 4_000_000_000_u64 });
        let token = jsonwebtoken::encode(&header, &claims, &row.signs(&vault).unwrap()).unwrap();
        let validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        let key = row.public.verifies().unwrap();
        assert!(jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).is_ok());
        let other = KeyRow::generate(&vault, Timestamp::UNIX_EPOCH).public;
        assert_ne!(other.kid, row.public.kid);
        let key = other.verifies().unwrap();
        assert!(jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).is_err());
        assert!(row.signs(&Vault::new([8; 32])).is_err());
    }
}
