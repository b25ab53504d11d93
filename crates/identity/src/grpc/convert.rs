//! Fields that several calls read or write.

use std::fmt::Display;
use std::str::FromStr;

use kernel::http::invalid_field;
use kernel::{Cursor, Limit, Problem, Timestamp};
use proto::identity::v1 as api;

use crate::ids::SessionId;
use crate::keys::PublicKey;
use crate::sessions::{Secrets, Session, SignedIn, Transport};
use crate::sign_ins::{Method, Pending};

/// An id in a field of this name.
pub(super) fn id<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error: T::Err| invalid_field(format!("/{field}"), error.to_string()))
}

/// The limit of a page; 0 is the usual one.
pub(super) fn limit(given: u32) -> Result<Limit, Problem> {
    match given {
        0 => Ok(Limit::DEFAULT),
        other => {
            Limit::try_new(other.into()).map_err(|error| invalid_field("/limit", error.to_string()))
        }
    }
}

/// Where a page begins; the first one has no cursor.
pub(super) fn cursor(text: &str) -> Result<Option<SessionId>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let cursor: Result<Cursor<SessionId>, _> = text.parse();
    let cursor = cursor.map_err(|error| invalid_field("/cursor", error.to_string()))?;
    Ok(Some(cursor.0))
}

pub(super) fn time(time: Timestamp) -> proto::Timestamp {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).expect("below 10^9");
    proto::Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

/// Sessions that begin over gRPC have tokens.
pub(super) fn signed_in(new: SignedIn) -> Result<api::SignedIn, Problem> {
    let Secrets::Tokens(tokens) = new.secrets else {
        return Err(Problem::internal(&"a session of gRPC has a cookie"));
    };
    Ok(api::SignedIn {
        user_id: new.user.to_string(),
        session_id: new.session.to_string(),
        access_token: tokens.access,
        access_token_expires_at: Some(time(tokens.access_expires_at)),
        refresh_token: tokens.refresh.as_str().to_owned(),
        device_token: new.device_token.map(|token| token.as_str().to_owned()),
        session_expires_at: Some(time(new.expires_at)),
    })
}

pub(super) fn pending(pending: &Pending) -> api::ConfirmationRequired {
    let method = |method: &Method| match method {
        Method::EmailCode => api::ConfirmationMethod::EmailCode,
        Method::Totp => api::ConfirmationMethod::Totp,
        Method::RecoveryCode => api::ConfirmationMethod::RecoveryCode,
    };
    api::ConfirmationRequired {
        sign_in: pending.id.to_string(),
        methods: pending.methods.iter().map(|it| method(it).into()).collect(),
        expires_at: Some(time(pending.expires_at)),
    }
}

pub(super) fn key(key: PublicKey) -> api::PublicKey {
    api::PublicKey {
        kid: key.kid,
        key: key.key,
        valid_from: Some(time(key.valid_from)),
        retires_at: key.retires_at.map(time),
    }
}

pub(super) fn session(session: Session, current: SessionId) -> api::Session {
    api::Session {
        id: session.id.to_string(),
        device: session.device,
        user_agent: session.user_agent,
        ip: session.ip.to_string(),
        has_cookie: session.transport == Transport::Cookie,
        created_at: Some(time(session.created_at)),
        last_used_at: Some(time(session.last_used_at)),
        expires_at: Some(time(session.expires_at)),
        is_current: session.id == current,
    }
}
