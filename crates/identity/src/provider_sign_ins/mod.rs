//! Signing in with an outside provider: the browser goes there and comes back with a code.
//!
//! - Only the browser that began can finish, once, within ten minutes: state and cookie fit.
//! - Whoever is known signs in. It stands for password and mail, never for the authenticator app.
//! - Whoever has an account with the same verified address confirms by a mailed code that it is
//!   theirs, before the two are linked; with an authenticator app they sign in and link it then.
//! - An account is made only for an address that the provider has verified; others register here.

mod finish;
pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use finish::{CameBack, Finished};

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Vault;
use kernel::secret::push_hex;
use sha2::{Digest as _, Sha256};

use crate::providers::Asked;

kernel::define_id! {
    /// A browser that was sent to a provider.
    pub(crate) struct ProviderSignInId = "psi";
}

const STATE_PREFIX: &str = "bshl_ps_";
const BROWSER_PREFIX: &str = "bshl_pb_";
/// How long somebody may take at the provider.
const LIFE: Duration = Duration::from_secs(600);

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) provider: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
}

/// What is asked of a provider. Nonce and verifier follow from the id, so that they are stored
/// nowhere.
fn asked(vault: &Vault, id: ProviderSignInId, public_url: &str) -> Asked {
    let secret = |purpose: &'static str| {
        let hash = blake3::keyed_hash(&vault.key(purpose), &id.as_u128().to_be_bytes());
        let mut text = String::new();
        push_hex(&mut text, hash.as_bytes());
        text
    };
    Asked {
        redirect_uri: format!("{}/sign-in/callback", public_url.trim_end_matches('/')),
        nonce: secret("bushel identity provider nonces v1"),
        verifier: secret("bushel identity provider verifiers v1"),
    }
}

/// PKCE's challenge of a verifier (RFC 7636, 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonce_and_verifier_follow_from_the_id_and_the_key() {
        let (vault, id) = (Vault::new([7; 32]), ProviderSignInId::from_u128(1));
        let first = asked(&vault, id, "https://bank.example/");
        let again = asked(&vault, id, "https://bank.example");
        assert_eq!((&first.nonce, &first.verifier), (&again.nonce, &again.verifier));
        assert_eq!(first.redirect_uri, "https://bank.example/sign-in/callback");
        assert_eq!(first.redirect_uri, again.redirect_uri);
        assert_ne!(first.nonce, first.verifier);
        assert_ne!(first.nonce, asked(&Vault::new([8; 32]), id, "").nonce);
        assert_ne!(first.nonce, asked(&vault, ProviderSignInId::from_u128(2), "").nonce);
        assert_eq!((first.verifier.len(), challenge(&first.verifier).len()), (64, 43));
    }
}
