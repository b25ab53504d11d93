//! What an application learns of who has signed in (OpenID Connect Core 1.0, 2), and the same
//! token as a hint when somebody signs out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;
use identity::{ApplicationId, User, UserId};
use jsonwebtoken::{Algorithm, Header, Validation};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::error::OauthError;
use crate::oauth::Oauth;
use crate::scopes::{Scope, Scopes};

/// As long as the access token beside it.
const LIFE_S: i64 = 900;
const TEXT_BYTES_MAX: usize = 8 << 10;

/// What there is to say about a user, as far as the scopes go. Also the answer of userinfo.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OauthUserinfo)]
pub(crate) struct UserClaims {
    sub: UserId,
    /// With `profile`, like `preferred_username` and `locale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// With `email`, like `email_verified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

impl UserClaims {
    pub(crate) fn new(user: &User, scopes: &Scopes) -> Self {
        let (profile, email) = (scopes.has(Scope::Profile), scopes.has(Scope::Email));
        Self {
            sub: user.id,
            name: profile.then(|| user.name.clone()),
            preferred_username: user.handle.clone().filter(|_| profile),
            locale: profile.then(|| user.locale.clone()),
            email: email.then(|| user.email.clone()),
            email_verified: email.then_some(user.is_email_verified),
        }
    }
}

#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    aud: ApplicationId,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'c str>,
    at_hash: String,
    #[serde(flatten)]
    user: UserClaims,
}

/// What an id_token is about.
pub(crate) struct Subject<'s> {
    pub(crate) application: ApplicationId,
    pub(crate) user: &'s User,
    pub(crate) scopes: &'s Scopes,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) nonce: Option<&'s str>,
    /// The access token that goes with it.
    pub(crate) access_token: &'s str,
}

/// What a hint says, once it is known to be one of ours. It may have expired.
#[derive(Debug, Deserialize)]
pub(crate) struct Hint {
    pub(crate) sub: UserId,
    pub(crate) aud: ApplicationId,
    iss: String,
}

impl Oauth {
    /// Signs an id_token. `client` is whatever session is at hand: in a transaction, waiting for
    /// another connection could starve the pool.
    pub(crate) async fn id_token(
        &self,
        client: &impl GenericClient,
        subject: &Subject<'_>,
    ) -> Result<String, OauthError> {
        let now = seconds(self.clock.now());
        let claims = Claims {
            iss: &self.issuer,
            aud: subject.application,
            iat: now,
            exp: now + LIFE_S,
            auth_time: subject.authenticated_at.map(seconds),
            nonce: subject.nonce,
            at_hash: at_hash(subject.access_token),
            user: UserClaims::new(subject.user, subject.scopes),
        };
        let key = self.signing_key(client).await?;
        let header = Header { kid: Some(key.public.kid.clone()), ..Header::new(Algorithm::ES256) };
        let token = jsonwebtoken::encode(&header, &claims, &key.signs(&self.vault)?);
        token.map_err(|_| OauthError::Corrupt("a signing key does not sign"))
    }

    /// Reads a hint: one of our id_tokens, whose time may be over.
    pub(crate) async fn read_hint(&self, text: &str) -> Result<Option<Hint>, OauthError> {
        if text.len() > TEXT_BYTES_MAX {
            return Ok(None);
        }
        let Ok(header) = jsonwebtoken::decode_header(text) else { return Ok(None) };
        let keys = self.public_keys().await?;
        let Some(key) = keys.into_iter().find(|key| Some(&key.kid) == header.kid.as_ref()) else {
            return Ok(None);
        };
        // The algorithm is ours to say, never the token's; who it was for is looked at by whoever
        // asks.
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let hint = jsonwebtoken::decode::<Hint>(text, &key.verifies()?, &validation);
        Ok(hint.ok().map(|data| data.claims).filter(|hint| hint.iss == self.issuer))
    }
}

/// The left half of the token's SHA-256, in base64url (OpenID Connect Core 1.0, 3.1.3.6).
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}

fn seconds(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The token and its hash from OpenID Connect Core 1.0, A.3.
    #[test]
    fn at_hash_is_the_left_half() {
        assert_eq!(
            at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
