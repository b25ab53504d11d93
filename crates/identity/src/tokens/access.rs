//! Signing and verifying access tokens.

use std::time::Duration;

use kernel::Timestamp;
use pasetors::Public;
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde::{Deserialize, Serialize};

use crate::authentication::AuthError;
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::keys::SigningKey;
use crate::permissions::RoleSet;

const AUDIENCE: &str = "bushel";
/// Signed with each token but not sent: a token made for something else never fits.
const IMPLICIT: &[u8] = b"bushel access token v1";
/// Longer texts are no tokens of ours.
const BYTES_MAX: usize = 2_048;
/// How far the clocks of two nodes may be apart.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// What a token says of itself. Times are RFC 3339, as the specification asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<'p> {
    #[serde(borrow)]
    iss: std::borrow::Cow<'p, str>,
    aud: std::borrow::Cow<'p, str>,
    sub: UserId,
    sid: SessionId,
    iat: Timestamp,
    nbf: Timestamp,
    exp: Timestamp,
    /// For whoever verifies tokens without asking us; we look up the roles of this moment.
    roles: Vec<std::borrow::Cow<'p, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer<'f> {
    #[serde(borrow)]
    kid: std::borrow::Cow<'f, str>,
}

/// What a verified token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) expires_at: Timestamp,
}

impl Identity {
    /// A fresh token of a session, and when it expires. Whoever asks has the current keys: it is
    /// called within a transaction, where waiting for another connection could starve the pool.
    pub(crate) fn access_token(
        &self,
        user: UserId,
        session: SessionId,
        roles: RoleSet,
    ) -> (String, Timestamp) {
        let now = self.clock.now();
        let expires_at = now.saturating_add(self.options.timeouts.access_token);
        let key =
            self.keys.signing(now).expect("a key was there at the start, and one always signs");
        let claims = Claims { user, session, expires_at };
        (sign(&key, &self.options.issuer, &claims, roles, now), expires_at)
    }
}

pub(super) fn sign(
    key: &SigningKey,
    issuer: &str,
    claims: &Claims,
    roles: RoleSet,
    now: Timestamp,
) -> String {
    let payload = Payload {
        iss: issuer.into(),
        aud: AUDIENCE.into(),
        sub: claims.user,
        sid: claims.session,
        iat: now,
        nbf: now,
        exp: claims.expires_at,
        roles: roles.names().into_iter().map(Into::into).collect(),
    };
    let payload = serde_json::to_vec(&payload).expect("a payload has only plain values");
    let footer = Footer { kid: key.kid.as_str().into() };
    let footer = serde_json::to_vec(&footer).expect("a footer has only a text");
    PublicToken::sign(&key.secret, &payload, Some(&footer), Some(IMPLICIT))
        .expect("the key was checked when it was read")
}

/// What a token stands for, if it is one of ours and its time has not passed.
pub(crate) async fn verify(identity: &Identity, text: &str) -> Result<Claims, AuthError> {
    let (token, kid) = read(text).ok_or(AuthError::Invalid)?;
    if let Err(error) = identity.current_keys().await {
        tracing::warn!(%error, "the signing keys can't be read");
        return Err(AuthError::Unavailable);
    }
    let now = identity.clock.now();
    let key = identity.keys.verifying(&kid, now).ok_or(AuthError::Invalid)?;
    check(&key, &identity.options.issuer, &token, now)
}

/// The token and the id of its key, which nothing vouches for yet.
pub(super) fn read(text: &str) -> Option<(UntrustedToken<Public, V4>, String)> {
    if text.len() > BYTES_MAX || !text.starts_with(PublicToken::HEADER) {
        return None;
    }
    let token = UntrustedToken::<Public, V4>::try_from(text).ok()?;
    let footer: Footer<'_> = serde_json::from_slice(token.untrusted_footer()).ok()?;
    let kid = footer.kid.into_owned();
    Some((token, kid))
}

pub(super) fn check(
    key: &SigningKey,
    issuer: &str,
    token: &UntrustedToken<Public, V4>,
    now: Timestamp,
) -> Result<Claims, AuthError> {
    let trusted = PublicToken::verify(&key.public, token, None, Some(IMPLICIT));
    let trusted = trusted.map_err(|_| AuthError::Invalid)?;
    let payload: Payload<'_> =
        serde_json::from_str(trusted.payload()).map_err(|_| AuthError::Invalid)?;
    let has_begun = payload.nbf <= now.saturating_add(CLOCK_SLACK);
    if payload.iss != issuer || payload.aud != AUDIENCE || !has_begun {
        return Err(AuthError::Invalid);
    }
    if payload.exp <= now {
        return Err(AuthError::Expired);
    }
    Ok(Claims { user: payload.sub, session: payload.sid, expires_at: payload.exp })
}
