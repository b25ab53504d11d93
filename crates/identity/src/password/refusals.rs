use kernel::audit::{self, AuditActor, NewEntry};

use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::users;
use crate::users::store::FAILURES_MAX;

impl Identity {
    /// Counts and records a wrong password, whatever it was given for. The same statements run
    /// for an unknown user.
    pub(crate) async fn refuse_password(
        &self,
        user: Option<UserId>,
        entry: NewEntry,
    ) -> Result<(), IdentityError> {
        let entry = NewEntry { subject: user.map(UserId::as_u128), ..entry };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let failures = users::store::count_failure(&tx, user.unwrap_or(UserId::NOBODY)).await?;
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        if let Some(user) = user.filter(|_| failures == Some(FAILURES_MAX)) {
            tell_in_tx(&tx, &*self.clock, user, &[IdentityEvent::SignInLocked]).await?;
            let entry = NewEntry::new(AuditActor::System, "identity.sign_in.locked");
            audit::record_in_tx(&tx, &*self.clock, &[entry.subject(user.as_u128())]).await?;
        }
        Ok(tx.commit().await?)
    }
}
