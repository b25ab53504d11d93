//! What this context tells others: the events on the bus, context `identity`, whose subject is the
//! user. It is the contract with whoever listens.

use std::net::IpAddr;

use deadpool_postgres::Transaction;
use kernel::bus::{NewEvent, publish_in_tx};
use kernel::{Clock, DatabaseError};
use serde::{Deserialize, Serialize};

use crate::challenges::Purpose;
use crate::ids::{ChallengeId, SessionId, UserId};

pub const CONTEXT: &str = "identity";

/// Something that happened to a user.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum IdentityEvent {
    #[serde(skip)]
    UserRegistered,
    /// Came from a file of another system, and gets no mail by that.
    #[serde(skip)]
    UserImported,
    /// Somebody tried to register the address of a user.
    #[serde(skip)]
    UserRegisteredAgain,
    EmailVerified {
        email: String,
    },
    /// A code and a link are to be sent by mail: `Identity::challenge_secret` has them.
    ChallengeCreated {
        challenge_id: ChallengeId,
        purpose: Purpose,
        email: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// Whose account is to be linked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
    },
    /// A code is to be sent to a phone: `Identity::challenge_secret` has it.
    PhoneCodeRequested {
        challenge_id: ChallengeId,
        number: String,
    },
    /// Signed in on a device for the first time. That somebody signs in on one that is known is in
    /// the audit log only: nobody has to be told.
    DeviceAdded {
        session_id: SessionId,
        device: Option<String>,
        ip: IpAddr,
    },
    #[serde(skip)]
    PasswordChanged,
    #[serde(skip)]
    PasswordReset,
    EmailChanged {
        old_email: String,
        new_email: String,
    },
    /// The phone was confirmed, perhaps in place of another. The hint is its last digits.
    PhoneChanged {
        phone_hint: String,
    },
    PhoneRemoved {
        phone_hint: String,
    },
    CredentialAdded(Credential),
    CredentialRemoved(Credential),
    /// Somebody has a copy of a refresh token: the session was ended.
    RefreshTokenReused {
        session_id: SessionId,
        ip: IpAddr,
    },
    UserFrozen {
        reason: String,
    },
    #[serde(skip)]
    UserUnfrozen,
    #[serde(skip)]
    UserDeleted,
    RolesChanged {
        roles: Vec<String>,
    },
    /// A hundred wrong passwords in a row: only a reset helps.
    #[serde(skip)]
    SignInLocked,
}

/// What a user may sign in with besides the password.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Credential {
    /// `totp`, `passkey`, `api_key` or `recovery_codes`.
    pub credential: String,
    pub name: String,
}

impl IdentityEvent {
    /// Its stable dotted name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::UserRegistered => "identity.user.registered",
            Self::UserImported => "identity.user.imported",
            Self::UserRegisteredAgain => "identity.user.registered_again",
            Self::EmailVerified { .. } => "identity.email.verified",
            Self::ChallengeCreated { .. } => "identity.challenge.created",
            Self::PhoneCodeRequested { .. } => "identity.phone.code_requested",
            Self::DeviceAdded { .. } => "identity.device.added",
            Self::PasswordChanged => "identity.password.changed",
            Self::PasswordReset => "identity.password.reset",
            Self::EmailChanged { .. } => "identity.email.changed",
            Self::PhoneChanged { .. } => "identity.phone.changed",
            Self::PhoneRemoved { .. } => "identity.phone.removed",
            Self::CredentialAdded(_) => "identity.credential.added",
            Self::CredentialRemoved(_) => "identity.credential.removed",
            Self::RefreshTokenReused { .. } => "identity.refresh_token.reused",
            Self::UserFrozen { .. } => "identity.user.frozen",
            Self::UserUnfrozen => "identity.user.unfrozen",
            Self::UserDeleted => "identity.user.deleted",
            Self::RolesChanged { .. } => "identity.roles.changed",
            Self::SignInLocked => "identity.sign_in.locked",
        }
    }

    fn data(&self) -> serde_json::Value {
        let empty = || serde_json::Value::Object(serde_json::Map::new());
        match self {
            Self::UserRegistered
            | Self::UserImported
            | Self::UserRegisteredAgain
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::UserUnfrozen
            | Self::UserDeleted
            | Self::SignInLocked => empty(),
            _ => serde_json::to_value(self).expect("an event has only plain values"),
        }
    }
}

/// Tells what happened to a user, if and when `tx` commits.
pub(crate) async fn tell_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    user: UserId,
    events: &[IdentityEvent],
) -> Result<(), DatabaseError> {
    let event = |event: &IdentityEvent| {
        NewEvent::new(CONTEXT, event.kind(), Some(user.as_u128()), event.data())
    };
    let events: Vec<NewEvent> = events.iter().map(event).collect();
    publish_in_tx(tx, clock, &events).await
}
