use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::{DatabaseError, Limit};
use serde_json::json;

use super::{EndReason, Session, store};
use crate::changes;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::users::UserKey;

impl Identity {
    /// A user's sessions, the newest first, one more than fit on the page.
    pub(crate) async fn list_sessions(
        &self,
        user: UserId,
        before: Option<SessionId>,
        limit: Limit,
    ) -> Result<Vec<Session>, IdentityError> {
        // What this node knows of last uses has to be seen, too.
        self.touched.write(&self.database).await;
        let found = self.user(user).await?.ok_or(IdentityError::UserNotFound)?;
        let timeouts = self.options.timeouts.of(found.roles.is_staff());
        let (client, now) = (self.database.client().await?, self.clock.now());
        let page = (before, limit.with_one_more());
        Ok(store::list(&client, user, timeouts, now, page).await?)
    }

    /// Ends one session of the user. Another's is as unknown as one that never was.
    pub(crate) async fn end_session(
        &self,
        user: UserId,
        session: SessionId,
        actor: AuditActor,
        reason: EndReason,
    ) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !self.end_session_in_tx(&tx, user, session, actor, reason).await? {
            return Err(IdentityError::SessionNotFound);
        }
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }

    /// Ends a session because its user wants so.
    pub async fn sign_out(&self, user: UserId, session: SessionId) -> Result<(), IdentityError> {
        let actor = AuditActor::User(user.as_u128());
        self.end_session(user, session, actor, EndReason::SignedOut).await
    }

    /// When the user proved who they are for this session.
    pub async fn signed_in_at(
        &self,
        session: SessionId,
    ) -> Result<Option<Timestamp>, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::began_at(&client, session).await?)
    }

    /// For what goes on after a session was let in: whether it was ended since.
    pub async fn has_session_ended(&self, session: SessionId) -> Result<bool, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::has_ended(&client, session).await?)
    }

    /// Within a transaction that ends it for a reason of its own.
    pub(crate) async fn end_session_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        session: SessionId,
        actor: AuditActor,
        reason: EndReason,
    ) -> Result<bool, DatabaseError> {
        let ended = store::end(tx, user, session, reason, self.clock.now()).await?;
        if ended {
            self.ended_in_tx(tx, user, &[session], actor, reason).await?;
        }
        Ok(ended)
    }

    /// Ends all sessions of the user but one. Answers with how many they were.
    pub(crate) async fn end_other_sessions(
        &self,
        user: UserId,
        but: Option<SessionId>,
        actor: AuditActor,
    ) -> Result<usize, IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let ended = self.end_sessions_in_tx(&tx, user, but, actor, EndReason::Ended).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(ended)
    }

    /// Within a transaction that ends them for a reason of its own; the caller forgets the user
    /// after the commit (`changes.forget`).
    pub(crate) async fn end_sessions_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        but: Option<SessionId>,
        actor: AuditActor,
        reason: EndReason,
    ) -> Result<usize, DatabaseError> {
        let ended = store::end_all(tx, user, but, reason, self.clock.now()).await?;
        self.ended_in_tx(tx, user, &ended, actor, reason).await?;
        Ok(ended.len())
    }

    /// Records the end of sessions and says it to every node.
    async fn ended_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        ended: &[SessionId],
        actor: AuditActor,
        reason: EndReason,
    ) -> Result<(), DatabaseError> {
        let entry = |session: &SessionId| {
            NewEntry::new(actor, "identity.session.ended")
                .subject(user.as_u128())
                .object(*session)
                .data(json!({ "reason": reason.as_str() }))
        };
        let entries: Vec<NewEntry> = ended.iter().map(entry).collect();
        audit::record_in_tx(tx, &*self.clock, &entries).await?;
        changes::record_in_tx(tx, &*self.clock, Some(user)).await
    }

    /// For staff: the sessions of a user, the newest first, at most 200.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, IdentityError> {
        let mut sessions = self.list_sessions(user, None, Limit::MAX).await?;
        sessions.truncate(Limit::MAX.get());
        Ok(sessions)
    }

    /// For staff: ends all sessions of a user. Answers with how many they were.
    pub async fn end_sessions(
        &self,
        user: UserId,
        actor: AuditActor,
    ) -> Result<usize, IdentityError> {
        self.find(UserKey::Id(user)).await?.ok_or(IdentityError::UserNotFound)?;
        self.end_other_sessions(user, None, actor).await
    }
}
