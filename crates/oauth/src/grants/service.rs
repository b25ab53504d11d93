use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::DatabaseError;
use kernel::audit::{self, AuditActor, NewEntry};
use serde_json::json;

use super::{EndReason, store};
use crate::ids::GrantId;
use crate::oauth::Oauth;

impl Oauth {
    /// Ends a grant with all its tokens, if and when `tx` commits. The caller then lets this node
    /// forget the user.
    pub(crate) async fn end_grant_in_tx(
        &self,
        tx: &Transaction<'_>,
        (grant, user): (GrantId, UserId),
        actor: AuditActor,
        reason: EndReason,
    ) -> Result<(), DatabaseError> {
        if !store::end(tx, grant, reason, self.clock.now()).await? {
            return Ok(());
        }
        let entry = NewEntry::new(actor, "oauth.grant.ended")
            .subject(user.as_u128())
            .object(grant)
            .data(json!({ "reason": reason.as_str() }));
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        self.identity.record_change_in_tx(tx, user).await
    }
}
