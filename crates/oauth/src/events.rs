//! What this context tells others, by the bus. A stored event is for ever: fields are added, never
//! changed. The subject is the user whom it concerns.

use std::net::IpAddr;

use deadpool_postgres::Transaction;
use identity::{ApplicationId, UserId};
use kernel::bus::{NewEvent, publish_in_tx};
use kernel::{Clock, DatabaseError};
use serde::Serialize;

/// The name of this context on the bus.
pub const CONTEXT: &str = "oauth";

/// What happened to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OauthEvent {
    /// The user registered an application, which may act for them.
    ApplicationCreated,
    ApplicationDeleted,
    /// The user allowed an application more than before.
    ConsentGranted,
    ConsentRevoked,
    /// Somebody has a copy of an application's refresh token: its access was ended.
    RefreshTokenReused,
}

/// About which application, and from where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct About<'a> {
    pub(crate) application_id: ApplicationId,
    pub(crate) application_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<IpAddr>,
}

impl OauthEvent {
    /// Its stable dotted name.
    const fn kind(self) -> &'static str {
        match self {
            Self::ApplicationCreated => "oauth.application.created",
            Self::ApplicationDeleted => "oauth.application.deleted",
            Self::ConsentGranted => "oauth.consent.granted",
            Self::ConsentRevoked => "oauth.consent.revoked",
            Self::RefreshTokenReused => "oauth.refresh_token.reused",
        }
    }
}

/// Tells what happened to a user, if and when `tx` commits.
pub(crate) async fn tell_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    user: UserId,
    event: OauthEvent,
    about: &About<'_>,
) -> Result<(), DatabaseError> {
    let event = NewEvent::new(CONTEXT, event.kind(), Some(user.as_u128()), about);
    publish_in_tx(tx, clock, &[event]).await
}
