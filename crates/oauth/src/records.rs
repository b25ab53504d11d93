//! What the audit log says of a user's own acts in this context.

use identity::{ApplicationId, UserId};
use kernel::audit::{AuditActor, NewEntry};
use kernel::http::ClientInfo;

/// A user did something about an application.
pub(crate) fn by_user(
    user: UserId,
    action: &'static str,
    application: ApplicationId,
    client: &ClientInfo,
) -> NewEntry {
    let user = user.as_u128();
    NewEntry::new(AuditActor::User(user), action).subject(user).object(application).ip(client.ip)
}
