use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use crate::challenges::Purpose;
use crate::changes;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::limits::Attempt;
use crate::passwords;
use crate::sessions::EndReason;
use crate::sign_ins;
use crate::users::store::Account;
use crate::users::{self, UserKey};

impl Identity {
    /// The account, if the password is the user's. Wrong ones are limited and counted as those of
    /// sign-ins are: whoever has a session may still not guess for ever.
    pub(crate) async fn check_password(
        &self,
        user: UserId,
        password: &str,
        client_info: &ClientInfo,
    ) -> Result<Account, IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::SignIn, client_info, Some(&user.to_text()), now).await?;
        let account = self.account(UserKey::Id(user)).await?.ok_or(IdentityError::UserNotFound)?;
        let may_be_right = account.may_try_password() && passwords::is_possible(password);
        let stored = account.password_hash.clone().filter(|_| may_be_right);
        if self.passwords.verify(password.to_owned(), stored).await?.is_right {
            return Ok(account);
        }
        let entry = NewEntry::new(AuditActor::User(user.as_u128()), "identity.password.refused");
        self.refuse_password(Some(user), entry.ip(client_info.ip)).await?;
        Err(IdentityError::PasswordWrong)
    }

    /// Exchanges the password for a new one.
    pub(crate) async fn change_password(
        &self,
        (user, session): (UserId, SessionId),
        current: &str,
        new: String,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let account = self.check_password(user, current, client_info).await?;
        let factors = self.factors(&self.database.client().await?, user).await?;
        let strength = self.strength_of(&account, factors);
        let hash = self.passwords.hash_new(new, account.own_texts(), strength).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let locked = users::store::lock(&tx, user).await?;
        // Two changes at once: the second one has not shown the password that is in force now.
        let is_same = |locked: &Account| locked.password_hash == account.password_hash;
        if !locked.as_ref().is_some_and(is_same) {
            return Err(IdentityError::PasswordWrong);
        }
        let now = self.clock.now();
        users::store::set_password(&tx, user, &hash, now).await?;
        let actor = AuditActor::User(user.as_u128());
        let reason = EndReason::PasswordChanged;
        self.end_sessions_in_tx(&tx, user, Some(session), actor, reason).await?;
        sign_ins::store::void(&tx, user, now).await?;
        self.void_challenges_in_tx(&tx, user, Purpose::ResetPassword).await?;
        tell_in_tx(&tx, &*self.clock, user, &[IdentityEvent::PasswordChanged]).await?;
        let entry = NewEntry::new(actor, "identity.password.changed").subject(user.as_u128());
        audit::record_in_tx(&tx, &*self.clock, &[entry.ip(client_info.ip)]).await?;
        changes::record_in_tx(&tx, &*self.clock, Some(user)).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }
}
