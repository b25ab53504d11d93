//! The keys that access tokens are signed with: Ed25519, sealed with the vault, known to all
//! nodes.
//!
//! Invariants: a key is published before it signs, so every node knows it when its first token
//! comes; it verifies until its last token has expired; at each moment exactly one key signs.

pub(crate) mod http;
mod ring;
mod service;
mod store;

pub(crate) use ring::KeyRing;

use kernel::{Timestamp, Vault};
use pasetors::keys::{AsymmetricKeyPair, AsymmetricPublicKey, AsymmetricSecretKey, Generate as _};
use pasetors::paserk::{FormatAsPaserk as _, Id};
use pasetors::version4::V4;

use crate::error::IdentityError;

const PURPOSE: &str = "bushel identity signing key v1";

/// A key as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The PASERK id, `k4.pid.…`: what a token's footer names.
    pub kid: String,
    /// The key as PASERK, `k4.public.…`.
    pub key: String,
    pub valid_from: Timestamp,
    /// From then on nothing is verified with it.
    pub retires_at: Option<Timestamp>,
}

/// A key with both of its halves.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) public: AsymmetricPublicKey<V4>,
    pub(crate) secret: AsymmetricSecretKey<V4>,
    pub(crate) signs_from: Timestamp,
    pub(crate) retires_at: Option<Timestamp>,
}

/// A key as it is stored.
pub(crate) struct KeyRow {
    kid: String,
    public_key: Vec<u8>,
    sealed_secret: Vec<u8>,
    signs_from: Timestamp,
    retires_at: Option<Timestamp>,
}

impl KeyRow {
    fn generate(vault: &Vault, signs_from: Timestamp) -> Self {
        let pair = AsymmetricKeyPair::<V4>::generate().expect("the system has randomness");
        Self {
            kid: kid(&pair.public),
            public_key: pair.public.as_bytes().to_vec(),
            sealed_secret: vault.seal(PURPOSE, pair.secret.as_bytes()),
            signs_from,
            retires_at: None,
        }
    }

    fn open(self, vault: &Vault) -> Result<SigningKey, IdentityError> {
        let secret = vault.open(PURPOSE, &self.sealed_secret);
        let secret = secret
            .ok_or(IdentityError::Corrupt("a signing key was sealed with another vault key"))?;
        let corrupt = |_| IdentityError::Corrupt("a signing key is malformed");
        let public = AsymmetricPublicKey::<V4>::from(&self.public_key).map_err(corrupt)?;
        let secret = AsymmetricSecretKey::<V4>::from(&secret).map_err(corrupt)?;
        if secret.as_bytes()[32..] != *public.as_bytes() || kid(&public) != self.kid {
            return Err(IdentityError::Corrupt("the halves of a signing key don't fit"));
        }
        let Self { kid, signs_from, retires_at, .. } = self;
        Ok(SigningKey { kid, public, secret, signs_from, retires_at })
    }
}

impl SigningKey {
    fn published(&self) -> PublicKey {
        let mut key = String::new();
        self.public.fmt(&mut key).expect("a string takes any text");
        PublicKey {
            kid: self.kid.clone(),
            key,
            valid_from: self.signs_from,
            retires_at: self.retires_at,
        }
    }
}

fn kid(public: &AsymmetricPublicKey<V4>) -> String {
    let mut text = String::new();
    Id::from(public).fmt(&mut text).expect("a string takes any text");
    text
}

#[cfg(test)]
mod tests;
