use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use crate::challenges::{Answer, Challenge, NewChallenge, Purpose};
use crate::changes;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::limits::Attempt;
use crate::users::{self, EmailAddress, UserKey};

impl Identity {
    /// Sends a mail to the address that the user wants to have.
    pub(crate) async fn ask_for_email(
        &self,
        user: UserId,
        email: &EmailAddress,
        password: &str,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Mail, client_info, Some(&user.to_text()), now).await?;
        self.check_password(user, password, client_info).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        // The user before the challenges: everybody locks in this order.
        users::store::lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        // Only the newest mail counts.
        self.void_challenges_in_tx(&tx, user, Purpose::ChangeEmail).await?;
        if users::store::by_key(&tx, UserKey::Email(email.as_str())).await?.is_none() {
            let challenge = NewChallenge {
                user,
                purpose: Purpose::ChangeEmail,
                email: email.as_str(),
                sign_in: None,
                registration: None,
                device: client_info.user_agent.as_deref(),
                provider: None,
            };
            self.challenge_in_tx(&tx, challenge).await?;
        }
        let entry = NewEntry::new(AuditActor::User(user.as_u128()), "identity.email.requested");
        let entry = entry.subject(user.as_u128()).ip(client_info.ip);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the user the address whose mail they answer.
    pub(crate) async fn confirm_email(
        &self,
        user: UserId,
        answer: &Answer<'_>,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Confirm, client_info, Some(&user.to_text()), now).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = self.answered_in_tx(&tx, Purpose::ChangeEmail, None, answer).await?;
        // The link of another user is no link.
        let Some(challenge) = found.filter(|challenge| challenge.user == user) else {
            self.refuse_answer_in_tx(&tx, Purpose::ChangeEmail, answer, client_info).await?;
            tx.commit().await?;
            return Err(IdentityError::ChallengeRefused);
        };
        self.change_email_in_tx(&tx, &challenge, client_info).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }

    async fn change_email_in_tx(
        &self,
        tx: &Transaction<'_>,
        challenge: &Challenge,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let (user, now) = (challenge.user, self.clock.now());
        let account = users::store::lock(tx, user).await?;
        let old = account.ok_or(IdentityError::ChallengeRefused)?.user.email;
        self.close_challenges_in_tx(tx, challenge).await?;
        // Codes that went to the old address are of no use to whoever reads its mail.
        self.void_challenges_in_tx(tx, user, Purpose::ResetPassword).await?;
        self.void_challenges_in_tx(tx, user, Purpose::SignIn).await?;
        self.void_challenges_in_tx(tx, user, Purpose::LinkIdentity).await?;
        let is_free = match users::store::set_email(tx, user, &challenge.email, now).await {
            // Somebody else took it at this very moment.
            Err(error) if error.constraint() == Some("users_email_key") => false,
            result => result?,
        };
        if !is_free {
            return Err(IdentityError::ChallengeRefused);
        }
        let event =
            IdentityEvent::EmailChanged { old_email: old, new_email: challenge.email.clone() };
        tell_in_tx(tx, &*self.clock, user, &[event]).await?;
        let entry = NewEntry::new(AuditActor::User(user.as_u128()), "identity.email.changed");
        let entry = entry.subject(user.as_u128()).ip(client_info.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(changes::record_in_tx(tx, &*self.clock, Some(user)).await?)
    }
}
