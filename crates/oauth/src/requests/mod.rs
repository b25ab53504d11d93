//! Authorization requests: an application sends a browser here, its user decides, and the browser
//! goes back with a code (RFC 6749, 4.1; RFC 9700; OpenID Connect Core 1.0, 3.1).
//!
//! Invariants: a browser is never sent to an address that isn't registered, not even with an error;
//! every request has a PKCE challenge by S256; a code is good once, for 60 seconds, for the same
//! application, address and verifier; every answer names its issuer (RFC 9207).

mod begin;
pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use begin::{Begun, Visitor};
pub(crate) use service::View;

use std::time::Duration;

use identity::{ApplicationId, UserId};
use kernel::Timestamp;

use crate::ids::{AuthorizationRequestId, GrantId};
use crate::scopes::Scopes;

/// What a code begins with.
pub(crate) const CODE_PREFIX: &str = "bshl_ac_";
/// How long a user may think.
const REQUEST_LIFE: Duration = Duration::from_secs(1_800);
const CODE_LIFE: Duration = Duration::from_secs(60);

/// What an application asks for.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) id: AuthorizationRequestId,
    pub(crate) application: ApplicationId,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) is_consent_forced: bool,
    /// Only a sign-in after this moment will do.
    pub(crate) signed_in_after: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// What a code stands for.
pub(crate) struct CodeRow {
    pub(crate) application: ApplicationId,
    pub(crate) user: UserId,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) code_expires_at: Timestamp,
    /// What it was exchanged for.
    pub(crate) grant: Option<GrantId>,
}

/// An address with parameters added to those that it has.
pub(crate) fn with_parameters(address: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut added = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            added.append_pair(name, value);
        }
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{}", added.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_to_those_that_are_there() {
        let parameters = [("code", Some("a b&c")), ("state", None), ("iss", Some("https://x"))];
        let check = |address: &str, full: &str| {
            assert_eq!(with_parameters(address, &parameters), full);
        };
        check("https://app.example/cb", "https://app.example/cb?code=a+b%26c&iss=https%3A%2F%2Fx");
        check(
            "https://app.example/?t=1",
            "https://app.example/?t=1&code=a+b%26c&iss=https%3A%2F%2Fx",
        );
    }
}
