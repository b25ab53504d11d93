use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use crate::challenges::{Answer, Challenge, Purpose};
use crate::changes;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::limits::Attempt;
use crate::users::{self, EmailAddress, Handle, UserKey};

/// What somebody answers a mail with, without being signed in.
pub(crate) enum Reply {
    Link(String),
    Code(EmailAddress, String),
}

impl Identity {
    /// The answer to a challenge; of nobody if nobody has the address, who is looked for as well.
    pub(crate) async fn answer_of<'r>(
        &self,
        reply: &'r Reply,
        client_info: &ClientInfo,
    ) -> Result<Answer<'r>, IdentityError> {
        let now = self.clock.now();
        match reply {
            Reply::Link(token) => {
                self.limiters.take(Attempt::Confirm, client_info, None, now).await?;
                Ok(Answer::Link(token))
            }
            Reply::Code(email, code) => {
                self.limiters.take(Attempt::Confirm, client_info, Some(&email.key()), now).await?;
                let account = self.account(UserKey::Email(email.as_str())).await?;
                let user = account.map_or(UserId::NOBODY, |account| account.user.id);
                Ok(Answer::Code(user, code))
            }
        }
    }

    /// Verifies an address with the code or link of a mail.
    pub(crate) async fn verify_email(
        &self,
        reply: &Reply,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let answer = self.answer_of(reply, client_info).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = self.answered_in_tx(&tx, Purpose::VerifyEmail, None, &answer).await?;
        let Some(challenge) = found else {
            // The wrong code has been counted.
            self.refuse_answer_in_tx(&tx, Purpose::VerifyEmail, &answer, client_info).await?;
            tx.commit().await?;
            return Err(IdentityError::ChallengeRefused);
        };
        let user = challenge.user;
        self.put_in_force_in_tx(&tx, challenge, client_info).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(())
    }

    async fn put_in_force_in_tx(
        &self,
        tx: &Transaction<'_>,
        challenge: Challenge,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let (user, now) = (challenge.user, self.clock.now());
        let account = users::store::lock(tx, user).await?;
        let is_meant = |account: &users::store::Account| {
            account.user.email.eq_ignore_ascii_case(&challenge.email)
        };
        let account = account.filter(is_meant).ok_or(IdentityError::ChallengeRefused)?;
        self.close_challenges_in_tx(tx, &challenge).await?;
        if account.user.is_email_verified {
            return Ok(());
        }
        let registration = challenge.registration.as_ref();
        let wanted = match registration {
            Some(given) => given.handle.clone(),
            None => users::store::handle_wanted(tx, user).await?,
        };
        let handle = self.wanted_handle_in_tx(tx, user, wanted.as_deref()).await?;
        let given = registration.map(|given| (&*given.password_hash, &*given.name, &*given.locale));
        users::store::verify_email(tx, user, given, handle.as_ref(), now).await?;
        let event = IdentityEvent::EmailVerified { email: account.user.email };
        tell_in_tx(tx, &*self.clock, user, &[event]).await?;
        let entry = NewEntry::new(AuditActor::User(user.as_u128()), "identity.email.verified");
        let entry = entry.subject(user.as_u128()).ip(client_info.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(changes::record_in_tx(tx, &*self.clock, Some(user)).await?)
    }

    /// The handle that was asked for, unless somebody else has taken it since.
    async fn wanted_handle_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        wanted: Option<&str>,
    ) -> Result<Option<Handle>, IdentityError> {
        let Some(handle) = wanted.and_then(|text| Handle::try_new(text).ok()) else {
            return Ok(None);
        };
        let is_free = users::store::take_handle(tx, user, &handle, self.clock.now()).await?;
        Ok(is_free.then_some(handle))
    }
}
