use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use kernel::{Timestamp, Vault, secret};
use sha2::Sha256;

use super::Purpose;
use crate::ids::{ChallengeId, SignInId, UserId};

const PURPOSE: &str = "bushel identity one-time codes v1";
/// Eight digits.
const CODES: u64 = 100_000_000;

/// What a mail about a challenge has to hold. `Debug` does not show the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeSecret {
    pub user: UserId,
    pub purpose: Purpose,
    /// Where it goes: an address; for a phone its number.
    pub email: String,
    /// To be typed in: eight digits.
    pub code: String,
    /// To be put into the link.
    pub link_token: String,
    /// When the code expires.
    pub code_expires_at: Timestamp,
    /// When the link expires, at the same time or later.
    pub expires_at: Timestamp,
    /// Who asked for it.
    pub device: Option<String>,
    /// The sign-in that it confirms.
    pub sign_in: Option<SignInId>,
    /// Whether a page can take the link. Who signs in with an app can only type the code there:
    /// the page would begin a session that nobody has.
    pub takes_link: bool,
}

impl std::fmt::Debug for ChallengeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChallengeSecret").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

/// The code of a challenge.
pub(super) fn code(vault: &Vault, id: ChallengeId, nonce: &[u8]) -> String {
    let mac = mac(vault, b"code", id, nonce);
    let number = u64::from_be_bytes(*mac.first_chunk().expect("a MAC has 32 bytes"));
    // The remainder of 2^64 favours some codes by less than one in 10^11.
    format!("{:08}", number % CODES)
}

/// The token of a challenge's link: its id and a MAC.
pub(super) fn link_token(vault: &Vault, id: ChallengeId, nonce: &[u8]) -> String {
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(mac(vault, b"link", id, nonce)))
}

/// Whose link a token is, if it has the form of one.
pub(super) fn id_of_link(token: &str) -> Option<ChallengeId> {
    token.split_once('.')?.0.parse().ok()
}

/// Whether a code was meant. People type blanks and dashes.
pub(super) fn is_code(expected: &str, given: &str) -> bool {
    let digits: String = given.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    secret::is_same(expected.as_bytes(), digits.as_bytes())
}

fn mac(vault: &Vault, what: &[u8], id: ChallengeId, nonce: &[u8]) -> [u8; 32] {
    let key = vault.key(PURPOSE);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(what);
    mac.update(&id.as_u128().to_be_bytes());
    mac.update(nonce);
    mac.finalize().into_bytes().into()
}
