//! The chain of refresh tokens of a session. The first one is random; each other one follows from
//! the one before it, a fresh nonce and a key of the vault. So a client that lost an answer gets
//! the same answer again, although nothing secret is stored.

use hmac::{Hmac, Mac as _};
use kernel::Vault;
use kernel::secret::{self, SecretToken};
use sha2::Sha256;

pub(super) const PREFIX: &str = "bshl_rt_";
pub(super) const NONCE_BYTES: usize = 16;
const PURPOSE: &str = "bushel identity refresh tokens v1";

/// The first refresh token of a session; the session keeps its hash.
pub(crate) fn first_refresh_token() -> SecretToken {
    SecretToken::generate(PREFIX)
}

/// The token that comes after the one with this hash.
pub(super) fn successor(vault: &Vault, hash: &[u8; 32], nonce: &[u8]) -> SecretToken {
    let key = vault.key(PURPOSE);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(hash);
    mac.update(nonce);
    SecretToken::from_secret(PREFIX, &mac.finalize().into_bytes().into())
}

pub(super) fn nonce() -> [u8; NONCE_BYTES] {
    secret::random_bytes()
}
