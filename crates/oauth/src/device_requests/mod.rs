//! Devices without a browser (RFC 8628): they show a short code, which a user who is signed in
//! elsewhere types in and allows.
//!
//! Invariants: a user code has 34 random bits, lives ten minutes, and may be guessed ten times in
//! a row by somebody who is signed in; a device code has 256 and is good once; who asks too often
//! has to wait longer.

pub(crate) mod http;
mod poll;
mod service;
pub(crate) mod store;

pub(crate) use poll::poll_in_tx;
pub(crate) use service::DeviceView;

use std::time::Duration;

use identity::UserId;
use kernel::secret::{self, SecretToken};
use kernel::{Timestamp, Vault};

use crate::scopes::Scopes;

const DEVICE_CODE_PREFIX: &str = "bshl_dc_";
const LIFE: Duration = Duration::from_secs(600);
/// Seconds between two questions of a device, to begin with.
const INTERVAL_S: i32 = 5;
const PURPOSE: &str = "bushel oauth user codes v1";
/// Without vowels, so that no words come about, and without what looks alike (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;

/// The code that a user types in: eight letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserCode(String);

/// What a device begins with.
pub(crate) struct NewDeviceRequest {
    pub(crate) device_code: SecretToken,
    pub(crate) user_code: UserCode,
    pub(crate) expires_in_s: u64,
    pub(crate) interval_s: i32,
}

/// What a user allowed a device.
pub(crate) struct Allowed {
    pub(crate) user: UserId,
    pub(crate) scopes: Scopes,
    pub(crate) authenticated_at: Timestamp,
}

impl UserCode {
    fn generate() -> Self {
        let mut code = String::with_capacity(CODE_LETTERS);
        while code.len() < CODE_LETTERS {
            let [byte] = secret::random_bytes::<1>();
            // Of 256 values 240 are spread evenly over 20 letters; the rest is thrown away.
            if byte < 240 {
                code.push(char::from(LETTERS[usize::from(byte % 20)]));
            }
        }
        Self(code)
    }

    /// As somebody types it: in any case, with spaces and hyphens.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|letter| !matches!(letter, ' ' | '-'));
        let code: String =
            letters.take(CODE_LETTERS + 1).map(|it| it.to_ascii_uppercase()).collect();
        let is_code = code.len() == CODE_LETTERS && code.bytes().all(|it| LETTERS.contains(&it));
        is_code.then_some(Self(code))
    }

    fn hash(&self, vault: &Vault) -> [u8; 32] {
        *blake3::keyed_hash(&vault.key(PURPOSE), self.0.as_bytes()).as_bytes()
    }
}

/// As it is shown: `WDJB-MJHT`.
impl std::fmt::Display for UserCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (left, right) = self.0.split_at(CODE_LETTERS / 2);
        write!(f, "{left}-{right}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = UserCode::generate();
        let text = code.to_string();
        assert_eq!(text.len(), 9);
        for typed in
            [text.clone(), text.to_lowercase(), text.replace('-', " "), text.replace('-', "")]
        {
            assert_eq!(UserCode::parse(&typed).as_ref(), Some(&code), "{typed}");
        }
        for wrong in ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "WDJB_MJHT"] {
            assert_eq!(UserCode::parse(wrong), None, "{wrong}");
        }
        assert_ne!(UserCode::generate(), code);
        let vault = Vault::new([7; 32]);
        assert_ne!(code.hash(&vault), code.hash(&Vault::new([8; 32])));
    }
}
