//! The vault: what has to be stored so that it can be read again (signing keys, TOTP secrets,
//! webhook secrets) is sealed with a key that is not in the database.
//!
//! Sealed with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03); each purpose has a key of its own,
//! derived from the master key with BLAKE3's key derivation, so that a value can't be moved to
//! where it means something else.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::secret;

const NONCE_LEN: usize = 24;

/// Seals and opens. `Debug` does not show the key.
#[derive(Clone)]
pub struct Vault {
    master: [u8; 32],
}

impl Vault {
    pub const fn new(master: [u8; 32]) -> Self {
        Self { master }
    }

    /// A master key from 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self::new(secret::from_hex(text.trim())?.try_into().ok()?))
    }

    /// A key for one purpose, such as `bushel identity one-time codes v1`. The text must be in the
    /// code, never input.
    pub fn key(&self, purpose: &'static str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.master)
    }

    /// Tells master keys apart without telling them.
    pub fn fingerprint(&self) -> [u8; 16] {
        let key = self.key("bushel vault fingerprint v1");
        key[..16].try_into().expect("a key has 32 bytes")
    }

    /// Encrypts and authenticates.
    pub fn seal(&self, purpose: &'static str, secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = secret::random_bytes();
        let sealed = self.cipher(purpose).encrypt(&XNonce::from(nonce), secret);
        let sealed = sealed.expect("only a text of 256 GiB is too long");
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed for this purpose; `None` if it was changed, or sealed with another key.
    pub fn open(&self, purpose: &'static str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        self.cipher(purpose).decrypt(&XNonce::from(*nonce), sealed).ok()
    }

    fn cipher(&self, purpose: &'static str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key(purpose).into())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_is_opened_only_with_key_and_purpose() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal("a", b"apple");
        assert_eq!(vault.open("a", &sealed).as_deref(), Some(&b"apple"[..]));
        assert_eq!(vault.open("b", &sealed), None);
        assert_eq!(Vault::new([8; 32]).open("a", &sealed), None);
        let mut changed = sealed.clone();
        changed[30] ^= 1;
        assert_eq!(vault.open("a", &changed), None);
        assert_eq!(vault.open("a", &sealed[..10]), None);
        assert_ne!(vault.seal("a", b"apple"), sealed);
    }

    #[test]
    fn keys_are_read_from_hexadecimal() {
        let vault = Vault::parse(&"07".repeat(32)).unwrap();
        assert_eq!(vault.fingerprint(), Vault::new([7; 32]).fingerprint());
        assert!(Vault::parse("07").is_none());
        assert!(!format!("{vault:?}").contains("07"));
    }
}
