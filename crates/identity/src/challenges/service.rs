use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::{DatabaseError, secret};
use serde_json::json;

use super::secrets::{self, ChallengeSecret};
use super::store::{self, Challenge, Registration};
use super::{CODE_MAX, Purpose};
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::{ChallengeId, SignInId, UserId};
use crate::sign_ins;

const NONCE_BYTES: usize = 16;

/// A challenge to make.
pub(crate) struct NewChallenge<'c> {
    pub(crate) user: UserId,
    pub(crate) purpose: Purpose,
    /// Where it goes: an address; for a phone its number.
    pub(crate) email: &'c str,
    pub(crate) sign_in: Option<SignInId>,
    pub(crate) registration: Option<Registration>,
    pub(crate) device: Option<&'c str>,
    /// What people call the provider whose account is to be linked.
    pub(crate) provider: Option<&'c str>,
}

/// What came back from the mail.
pub(crate) enum Answer<'a> {
    Link(&'a str),
    /// A code, of this user, or of nobody.
    Code(UserId, &'a str),
}

/// What has it sent.
fn event_of(challenge: Challenge, provider: Option<&str>) -> IdentityEvent {
    let (challenge_id, purpose) = (challenge.id, challenge.purpose);
    match purpose {
        Purpose::VerifyPhone => {
            IdentityEvent::PhoneCodeRequested { challenge_id, number: challenge.email }
        }
        _ => IdentityEvent::ChallengeCreated {
            challenge_id,
            purpose,
            email: challenge.email,
            device: challenge.device,
            provider: provider.map(str::to_owned),
        },
    }
}

impl Identity {
    /// Makes a challenge and has its mail sent, unless the user has enough open ones.
    pub(crate) async fn challenge_in_tx(
        &self,
        tx: &Transaction<'_>,
        new: NewChallenge<'_>,
    ) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        store::lock_user(tx, new.user).await?;
        let challenge = Challenge {
            id: ChallengeId::generate(),
            user: new.user,
            purpose: new.purpose,
            email: new.email.to_owned(),
            nonce: secret::random_bytes::<NONCE_BYTES>().to_vec(),
            sign_in: new.sign_in,
            registration: new.registration,
            device: new.device.map(str::to_owned),
            code_expires_at: now.saturating_add(CODE_MAX),
            expires_at: now.saturating_add(new.purpose.link_max()),
        };
        if !store::insert(tx, &challenge, now).await? {
            tracing::debug!(purpose = new.purpose.as_str(), "enough mails are on their way");
            return Ok(());
        }
        tell_in_tx(tx, &*self.clock, new.user, &[event_of(challenge, new.provider)]).await
    }

    /// The challenge that was answered rightly, now locked, and its user before it: whoever locks
    /// both does so in this order. A wrong code is counted. The challenge stays open until
    /// [`close_challenges_in_tx`](Self::close_challenges_in_tx), and the count stays only if the
    /// caller commits.
    pub(crate) async fn answered_in_tx(
        &self,
        tx: &Transaction<'_>,
        purpose: Purpose,
        sign_in: Option<SignInId>,
        answer: &Answer<'_>,
    ) -> Result<Option<Challenge>, DatabaseError> {
        let now = self.clock.now();
        match *answer {
            Answer::Link(token) => {
                let Some(id) = secrets::id_of_link(token) else { return Ok(None) };
                let Some(user) = store::user_of(tx, id).await? else { return Ok(None) };
                store::lock_user(tx, user).await?;
                let challenge = store::lock(tx, id, now).await?;
                Ok(challenge.filter(|challenge| {
                    let expected = secrets::link_token(&self.vault, id, &challenge.nonce);
                    challenge.purpose == purpose
                        && challenge.sign_in == sign_in
                        && secret::is_same(expected.as_bytes(), token.as_bytes())
                }))
            }
            Answer::Code(user, code) => {
                store::lock_user(tx, user).await?;
                let open = store::lock_codes(tx, user, purpose, sign_in, now).await?;
                let is_meant = |challenge: &&Challenge| {
                    secrets::is_code(
                        &secrets::code(&self.vault, challenge.id, &challenge.nonce),
                        code,
                    )
                };
                let found = open.iter().find(is_meant).cloned();
                if found.is_none() {
                    store::count_try(tx, &open).await?;
                }
                Ok(found)
            }
        }
    }

    /// Records an answer that was refused. Whoever answers is not known.
    pub(crate) async fn refuse_answer_in_tx(
        &self,
        tx: &Transaction<'_>,
        purpose: Purpose,
        answer: &Answer<'_>,
        client_info: &ClientInfo,
    ) -> Result<(), DatabaseError> {
        let subject = match *answer {
            Answer::Code(user, _) if user != UserId::NOBODY => Some(user.as_u128()),
            _ => None,
        };
        let entry = NewEntry::new(AuditActor::Anonymous, "identity.challenge.refused");
        let entry = entry.data(json!({ "purpose": purpose })).ip(client_info.ip);
        audit::record_in_tx(tx, &*self.clock, &[NewEntry { subject, ..entry }]).await
    }

    /// Uses a challenge up, and with it all others of the user for the same purpose.
    pub(crate) async fn close_challenges_in_tx(
        &self,
        tx: &Transaction<'_>,
        challenge: &Challenge,
    ) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        store::close_one(tx, challenge.id, now).await?;
        store::close(tx, challenge.user, challenge.purpose, now).await
    }

    /// The user's open challenges of a purpose are void.
    pub(crate) async fn void_challenges_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        purpose: Purpose,
    ) -> Result<(), DatabaseError> {
        store::close(tx, user, purpose, self.clock.now()).await
    }

    /// What the mail about a challenge has to hold; none if it was answered or has expired.
    pub async fn challenge_secret(
        &self,
        id: ChallengeId,
    ) -> Result<Option<ChallengeSecret>, IdentityError> {
        let client = self.database.client().await?;
        let Some(challenge) = store::open(&client, id, self.clock.now()).await? else {
            return Ok(None);
        };
        let takes_link = match challenge.sign_in {
            Some(_) if challenge.purpose == Purpose::LinkIdentity => false,
            Some(sign_in) => sign_ins::store::is_of_browser(&client, sign_in).await?,
            None => true,
        };
        Ok(Some(ChallengeSecret {
            user: challenge.user,
            purpose: challenge.purpose,
            code: secrets::code(&self.vault, id, &challenge.nonce),
            link_token: secrets::link_token(&self.vault, id, &challenge.nonce),
            email: challenge.email,
            code_expires_at: challenge.code_expires_at,
            expires_at: challenge.expires_at,
            device: challenge.device,
            sign_in: challenge.sign_in,
            takes_link,
        }))
    }
}
