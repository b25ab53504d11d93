use std::collections::HashMap;
use std::time::Duration;

use deadpool_postgres::Transaction;
use hmac::{Hmac, Mac as _};
use kernel::audit::{self, NewEntry};
use kernel::http::ClientInfo;
use sha2::Sha256;
use uuid::Uuid;

use super::{Phone, PhoneNumber, hint, store};
use crate::challenges::{Answer, NewChallenge, Purpose};
use crate::credential_changes::Owner;
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::limits::Attempt;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// When somebody may ask again whom a day's limit has stopped: counted codes fall out one by one.
const AGAIN_S: u64 = 3_600;
const PURPOSE: &str = "bushel identity phone numbers v1";

impl Identity {
    pub(crate) async fn phone(&self, user: UserId) -> Result<Phone, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::get(&client, user, self.clock.now()).await?)
    }

    /// The numbers of those users who have one.
    pub async fn phones(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, IdentityError> {
        let users: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
        Ok(store::of_users(&self.database.client().await?, &users).await?)
    }

    /// Sends a code to the number that the user wants to have.
    pub(crate) async fn ask_for_phone(
        &self,
        owner: &Owner,
        client_info: &ClientInfo,
        number: &PhoneNumber,
    ) -> Result<(), IdentityError> {
        let (user, now, options) = (owner.user, self.clock.now(), &self.options.phones);
        if !options.is_available {
            return Err(CredentialError::PhonesUnavailable.into());
        }
        if !options.takes(number) {
            return Err(CredentialError::PhoneRefused.into());
        }
        self.limiters.take(Attempt::ShortMessage, client_info, Some(&user.to_text()), now).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        // The user before the challenges: everybody locks in this order.
        owner.lock_in_tx(&tx).await?;
        self.count_code_in_tx(&tx, user, number).await?;
        // Only the newest code counts.
        self.void_challenges_in_tx(&tx, user, Purpose::VerifyPhone).await?;
        let challenge = NewChallenge {
            user,
            purpose: Purpose::VerifyPhone,
            email: number.as_str(),
            sign_in: None,
            registration: None,
            device: None,
            provider: None,
        };
        self.challenge_in_tx(&tx, challenge).await?;
        record_in_tx(self, &tx, owner, "identity.phone.requested").await?;
        Ok(tx.commit().await?)
    }

    /// Counts a code, unless there were enough today.
    async fn count_code_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        number: &PhoneNumber,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.vault.key(PURPOSE))
            .expect("HMAC takes a key of any length");
        mac.update(number.as_str().as_bytes());
        let hash = &mac.finalize().into_bytes()[..16];
        let codes = store::count_codes(tx, user, hash, now.saturating_sub(DAY)).await?;
        if !codes.allow_another(&self.options.phones) {
            tracing::warn!(to_all = codes.to_all, "a day's limit of codes by phone is reached");
            return Err(IdentityError::RateLimited { retry_after_s: AGAIN_S });
        }
        Ok(store::note_code(tx, user, hash, now).await?)
    }

    /// Gives the user the number whose code they know.
    pub(crate) async fn confirm_phone(
        &self,
        owner: &Owner,
        client_info: &ClientInfo,
        code: &str,
    ) -> Result<Phone, IdentityError> {
        let (user, now) = (owner.user, self.clock.now());
        self.limiters.take(Attempt::Confirm, client_info, Some(&user.to_text()), now).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let answer = Answer::Code(user, code);
        let found = self.answered_in_tx(&tx, Purpose::VerifyPhone, None, &answer).await?;
        let Some(challenge) = found else {
            self.refuse_answer_in_tx(&tx, Purpose::VerifyPhone, &answer, client_info).await?;
            tx.commit().await?;
            return Err(IdentityError::ChallengeRefused);
        };
        self.close_challenges_in_tx(&tx, &challenge).await?;
        store::put(&tx, user, &challenge.email, now).await?;
        let event = IdentityEvent::PhoneChanged { phone_hint: hint(&challenge.email) };
        tell_in_tx(&tx, &*self.clock, user, &[event]).await?;
        record_in_tx(self, &tx, owner, "identity.phone.changed").await?;
        tx.commit().await?;
        Ok(Phone { confirmed: Some((challenge.email, now)), waiting: None })
    }

    /// Takes the number away, and voids codes that are on their way.
    pub(crate) async fn remove_phone(&self, owner: &Owner) -> Result<(), IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        self.void_challenges_in_tx(&tx, owner.user, Purpose::VerifyPhone).await?;
        let number = store::delete(&tx, owner.user).await?;
        let number = number.ok_or(CredentialError::PhoneNotFound)?;
        let event = IdentityEvent::PhoneRemoved { phone_hint: hint(&number) };
        tell_in_tx(&tx, &*self.clock, owner.user, &[event]).await?;
        record_in_tx(self, &tx, owner, "identity.phone.removed").await?;
        Ok(tx.commit().await?)
    }
}

/// The number has no place in a log that can't be erased.
async fn record_in_tx(
    identity: &Identity,
    tx: &Transaction<'_>,
    owner: &Owner,
    action: &'static str,
) -> Result<(), IdentityError> {
    let entry = NewEntry::new(owner.audit(), action).subject(owner.user.as_u128()).ip(owner.ip);
    Ok(audit::record_in_tx(tx, &*identity.clock, &[entry]).await?)
}
