//! The audit log, for staff to read and to take away as a file. It is written by every context
//! and lives in the kernel; nothing here changes it. Reading it is itself recorded in it.

pub(crate) mod http;
mod service;

use identity::{ApiKeyId, ApplicationId, UserId};
use kernel::audit::{AuditActor, Entry};
use kernel::{IdError, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::AuditEntryId;

/// Entries of an export at most; another one goes on where it ends.
pub(crate) const EXPORT_MAX: usize = 10_000;

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub(crate) struct ActorJson {
    /// `user`, `api_key`, `operator`, `system` or `anonymous`.
    #[schema(value_type = String, example = "user")]
    pub(crate) kind: &'static str,
    /// The id of the user (`usr_…`) or of the API key (`key_…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "usr_00000000000000000000000001")]
    pub(crate) id: Option<String>,
}

/// Something that was done, refused, or looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct EntryJson {
    pub(crate) id: AuditEntryId,
    pub(crate) at: Timestamp,
    pub(crate) actor: ActorJson,
    /// Dotted and stable.
    #[schema(example = "admin.user.viewed")]
    pub(crate) action: String,
    /// The user whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<UserId>,
    /// The id of what it was done to, if that is no user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// What the actor gave as the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What else is to be known.
    pub(crate) data: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "203.0.113.7")]
    pub(crate) ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}

impl ActorJson {
    pub(crate) fn new(actor: AuditActor) -> Self {
        let id = match actor {
            AuditActor::User(id) => Some(UserId::from_u128(id).to_string()),
            AuditActor::ApiKey(id) => Some(ApiKeyId::from_u128(id).to_string()),
            AuditActor::Application(id) => Some(ApplicationId::from_u128(id).to_string()),
            AuditActor::Operator | AuditActor::System | AuditActor::Anonymous => None,
        };
        Self { kind: actor.kind(), id }
    }
}

impl From<Entry> for EntryJson {
    fn from(entry: Entry) -> Self {
        Self {
            id: AuditEntryId::from_u128(entry.id),
            at: entry.at,
            actor: ActorJson::new(entry.actor),
            action: entry.action,
            subject: entry.subject.map(UserId::from_u128),
            object: entry.object,
            reason: entry.reason,
            data: entry.data,
            ip: entry.ip.map(|ip| ip.to_string()),
            request_id: entry.request_id,
        }
    }
}

/// An actor as a filter names it: by the id of a user, an API key or an application.
pub(crate) fn actor_id(text: &str) -> Result<u128, IdError> {
    let key = text.parse::<ApiKeyId>().map(ApiKeyId::as_u128);
    let application = text.parse::<ApplicationId>().map(ApplicationId::as_u128);
    key.or(application).or_else(|_| text.parse::<UserId>().map(UserId::as_u128))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_users_keys_or_applications() {
        assert_eq!(actor_id(&UserId::from_u128(7).to_string()), Ok(7));
        assert_eq!(actor_id(&ApplicationId::from_u128(9).to_string()), Ok(9));
        assert_eq!(actor_id(&ApiKeyId::from_u128(8).to_string()), Ok(8));
        assert!(actor_id("ses_00000000000000000000000001").is_err());
    }

    #[test]
    fn nobody_has_no_id() {
        assert_eq!(ActorJson::new(AuditActor::Operator).id, None);
        assert_eq!(ActorJson::new(AuditActor::ApiKey(1)).kind, "api_key");
    }
}
