//! The check of an id_token (OpenID Connect Core 1.0, 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use kernel::{Timestamp, secret};
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{Claims, OutsideError};

/// Clocks differ by so much.
const SKEW_S: i64 = 60;
/// An id_token is used when it was made just now.
const AGE_MAX_S: i64 = 600;
const TEXT_BYTES_MAX: usize = 32 << 10;

/// Signatures by keys that only the provider has. Never by a secret that both sides know, and
/// never without.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What an id_token has to be about.
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) nonce: &'e str,
    pub(super) access_token: Option<&'e str>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    at_hash: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: bool,
    name: Option<String>,
}

/// Some providers write it as text.
pub(super) fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == serde_json::Value::Bool(true) || value == "true")
}

/// The head of a token, if it is one that may be checked at all.
pub(super) fn read_header(token: &str) -> Result<Header, OutsideError> {
    if token.len() > TEXT_BYTES_MAX {
        return Err(OutsideError::Refused("the id_token is too long"));
    }
    let header = jsonwebtoken::decode_header(token);
    let header = header.map_err(|_| OutsideError::Refused("the id_token is malformed"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(OutsideError::Refused("the algorithm of the id_token is not allowed"));
    }
    Ok(header)
}

/// The key that a token names; without a name, the only one that can be meant.
pub(super) fn key_of<'k>(header: &Header, keys: &'k [Jwk]) -> Option<&'k Jwk> {
    let mut fit = keys.iter().filter(|key| may_verify(key, header));
    let first = fit.next()?;
    if header.kid.is_none() && fit.next().is_some() { None } else { Some(first) }
}

fn may_verify(key: &Jwk, header: &Header) -> bool {
    let common = &key.common;
    let is_named = header.kid.is_none() || common.key_id == header.kid;
    let is_for_signatures =
        common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|it| it.contains(&KeyOperations::Verify));
    let is_for_algorithm =
        common.key_algorithm.is_none_or(|it| it.to_string() == format!("{:?}", header.alg));
    is_named && is_for_signatures && is_for_algorithm
}

/// Who it is about, if everything is right.
pub(super) fn check(
    token: &str,
    key: &Jwk,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Claims, OutsideError> {
    let header = read_header(token)?;
    let key =
        DecodingKey::from_jwk(key).map_err(|_| OutsideError::Refused("the key is not usable"))?;
    let mut validation = Validation::new(header.alg);
    // Looked at below, by our clock and our words.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let data = jsonwebtoken::decode::<Payload>(token, &key, &validation);
    let payload = data
        .map_err(|_| {
            OutsideError::Refused("the signature or the claims of the id_token are wrong")
        })?
        .claims;
    let problems = [
        (payload.iss == expected.issuer, "iss is another issuer"),
        (is_for_us(&payload, expected.client_id), "aud is another application"),
        (is_in_time(&payload, now), "the id_token has expired, or is of another time"),
        (is_same(payload.nonce.as_deref(), expected.nonce), "nonce is another sign-in's"),
        (fits(&payload, header.alg, expected.access_token), "at_hash is another token's"),
        (
            (1..=255).contains(&payload.sub.len()) && !payload.sub.contains('\0'),
            "sub is missing or too long",
        ),
    ];
    if let Some((_, problem)) = problems.into_iter().find(|(is_right, _)| !is_right) {
        return Err(OutsideError::Refused(problem));
    }
    Ok(Claims {
        subject: payload.sub,
        is_email_verified: payload.email.is_some() && payload.email_verified,
        email: payload.email,
        name: payload.name,
    })
}

fn is_for_us(payload: &Payload, client_id: &str) -> bool {
    let is_named = match &payload.aud {
        Audience::One(one) => one == client_id,
        // Among others it has to be said for whom it was made.
        Audience::Many(all) => {
            all.iter().any(|it| it == client_id) && (all.len() == 1 || payload.azp.is_some())
        }
    };
    is_named && payload.azp.as_deref().is_none_or(|azp| azp == client_id)
}

fn is_in_time(payload: &Payload, now: Timestamp) -> bool {
    let now = now.as_micros().div_euclid(1_000_000);
    payload.exp.saturating_add(SKEW_S) > now
        && payload.iat.saturating_sub(SKEW_S) <= now
        && payload.iat.saturating_add(AGE_MAX_S) > now
        && payload.nbf.is_none_or(|nbf| nbf.saturating_sub(SKEW_S) <= now)
}

fn is_same(given: Option<&str>, expected: &str) -> bool {
    given.is_some_and(|given| secret::is_same(given.as_bytes(), expected.as_bytes()))
}

/// Whether the access token is the one that the id_token was made with.
fn fits(payload: &Payload, algorithm: Algorithm, access_token: Option<&str>) -> bool {
    let (Some(hash), Some(token)) = (&payload.at_hash, access_token) else { return true };
    let digest = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => Sha256::digest(token).to_vec(),
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => Sha384::digest(token).to_vec(),
        _ => Sha512::digest(token).to_vec(),
    };
    *hash == URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}
