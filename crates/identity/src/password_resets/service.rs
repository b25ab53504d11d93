use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use crate::challenges::{Answer, Challenge, Purpose};
use crate::changes;
use crate::email_verifications::Reply;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::second_factors::SecondFactor;
use crate::sessions::{self, EndReason};
use crate::sign_ins;
use crate::totp;
use crate::users::store::Account;
use crate::users::{self, UserKey};

/// A reset as it is answered.
pub(crate) struct Reset<'r> {
    pub(crate) reply: &'r Reply,
    pub(crate) password: String,
    pub(crate) factor: Option<SecondFactor<'r>>,
}

impl Identity {
    /// Puts a new password in force.
    pub(crate) async fn reset_password(
        &self,
        reset: Reset<'_>,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let answer = self.answer_of(reset.reply, client_info).await?;
        // First whether the answer is right, then the slow hash, then once more under locks.
        let account = self.account_to_reset(&answer, client_info).await?;
        let client = self.database.client().await?;
        let factors = self.factors(&client, account.user.id).await?;
        drop(client);
        if factors.has_totp && reset.factor.is_none() {
            return Err(IdentityError::SecondFactorRequired);
        }
        let strength = self.strength_of(&account, factors);
        let hash = self.passwords.hash_new(reset.password, account.own_texts(), strength).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = self.answered_in_tx(&tx, Purpose::ResetPassword, None, &answer).await?;
        let challenge = found.ok_or(IdentityError::ChallengeRefused)?;
        // The app may be there since a moment ago.
        if totp::is_enabled(&tx, challenge.user).await? {
            let factor = reset.factor.ok_or(IdentityError::SecondFactorRequired)?;
            if let Err(refusal) = self.check_factor_in_tx(&tx, challenge.user, factor).await? {
                tx.commit().await?;
                return Err(refusal);
            }
        }
        self.reset_in_tx(&tx, &challenge, &hash, client_info).await?;
        tx.commit().await?;
        self.changes.forget(challenge.user);
        Ok(())
    }

    /// Whose password it is. A wrong code is counted.
    async fn account_to_reset(
        &self,
        answer: &Answer<'_>,
        client_info: &ClientInfo,
    ) -> Result<Account, IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = self.answered_in_tx(&tx, Purpose::ResetPassword, None, answer).await?;
        let account = match &found {
            Some(challenge) => users::store::by_key(&tx, UserKey::Id(challenge.user)).await?,
            None => {
                self.refuse_answer_in_tx(&tx, Purpose::ResetPassword, answer, client_info).await?;
                None
            }
        };
        tx.commit().await?;
        let account = account.filter(|account| !account.is_deleted());
        account.ok_or(IdentityError::ChallengeRefused)
    }

    async fn reset_in_tx(
        &self,
        tx: &Transaction<'_>,
        challenge: &Challenge,
        hash: &str,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let (user, now) = (challenge.user, self.clock.now());
        let account = users::store::lock(tx, user).await?;
        let is_meant =
            |account: &Account| account.user.email.eq_ignore_ascii_case(&challenge.email);
        let account = account.filter(is_meant).ok_or(IdentityError::ChallengeRefused)?;
        self.close_challenges_in_tx(tx, challenge).await?;
        self.void_challenges_in_tx(tx, user, Purpose::VerifyEmail).await?;
        sign_ins::store::void(tx, user, now).await?;
        users::store::set_password(tx, user, hash, now).await?;
        let mut events = vec![IdentityEvent::PasswordReset];
        if !account.user.is_email_verified {
            // Whoever answers the mail has the address.
            users::store::verify_email(tx, user, None, None, now).await?;
            events.push(IdentityEvent::EmailVerified { email: account.user.email });
        }
        let actor = AuditActor::User(user.as_u128());
        self.end_sessions_in_tx(tx, user, None, actor, EndReason::PasswordReset).await?;
        sessions::store::forget_devices(tx, user).await?;
        tell_in_tx(tx, &*self.clock, user, &events).await?;
        self.record_reset_in_tx(tx, user, client_info).await
    }

    async fn record_reset_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let entry = NewEntry::new(AuditActor::User(user.as_u128()), "identity.password.reset");
        let entry = entry.subject(user.as_u128()).ip(client_info.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(changes::record_in_tx(tx, &*self.clock, Some(user)).await?)
    }
}
