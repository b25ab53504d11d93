//! The token endpoint (RFC 6749, 3.2): codes, refresh tokens, an application's own secret and
//! devices become access tokens. Revocation (RFC 7009) and introspection (RFC 7662) beside it.
//!
//! There is no implicit grant and no password grant: nobody but us sees a password.

pub(crate) mod http;
mod inspect;
mod refresh;
mod service;

pub(crate) use inspect::Inspected;
pub(crate) use service::{asked, require};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::secret::{self, SecretToken};
use sha2::{Digest as _, Sha256};

use crate::scopes::Scopes;

/// What an application gets.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: SecretToken,
    pub(crate) refresh: Option<SecretToken>,
    pub(crate) scopes: Scopes,
    pub(crate) id_token: Option<String>,
}

/// Whether a verifier is the one of this challenge (RFC 7636, 4.6): S256, the only method.
pub(crate) fn is_verifier_of(challenge: &str, verifier: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && secret::is_same(
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)).as_bytes(),
            challenge.as_bytes(),
        )
}

/// Whether a text can be a challenge by S256.
pub(crate) fn is_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn line_19_challenges_are_answered_by_their_verifier_only() {
        let (verifier, challenge) = (
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        );
        assert!(is_challenge(challenge) && is_verifier_of(challenge, verifier));
        assert!(!is_verifier_of(challenge, challenge));
        assert!(!is_verifier_of(challenge, &verifier[..42]));
        assert!(!is_verifier_of(challenge, &verifier.replace('-', "+")));
        for other in ["", "short", &challenge[..42], &format!("{challenge}="), &"é".repeat(21)] {
            assert!(!is_challenge(other), "{other}");
        }
    }
}
