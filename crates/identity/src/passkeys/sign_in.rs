//! Signing in with a passkey: the authenticator says who its user is, and proves it.

use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use serde_json::{Value, json};

use super::relying_party::{Claimed, Refusal};
use super::{CeremonyId, Challenge, StoredPasskey, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempt;
use crate::sessions::{self, NewSession, SignedIn, Transport};
use crate::users;

/// What an authenticator answered, and for what kind of session.
pub(crate) struct PasskeyAnswer {
    pub(crate) id: CeremonyId,
    pub(crate) credential: Value,
    pub(crate) transport: Transport,
    pub(crate) device_name: Option<String>,
    /// Of a device that is known.
    pub(crate) device_token: Option<String>,
}

impl Identity {
    /// Begins a sign-in by whoever is there.
    pub(crate) async fn ask_for_sign_in(
        &self,
        client: &ClientInfo,
    ) -> Result<Challenge, IdentityError> {
        self.limiters.take(Attempt::SignIn, client, None, self.clock.now()).await?;
        let question = self.relying_party.ask_to_sign_in();
        let question = question.ok_or(CredentialError::PasskeysUnavailable)?;
        self.keep_question(None, question).await
    }

    /// Begins the session, if the answer is right.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        client: &ClientInfo,
        answer: PasskeyAnswer,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::SignIn, client, None, now).await?;
        self.current_keys().await?;
        let mut session = self.database.client().await?;
        // Whatever the answer is, the challenge is used up.
        let state = store::take_sign_in(&session, answer.id, now).await?;
        let state = state.ok_or(CredentialError::PasskeyChallengeGone)?;
        let claimed = self.relying_party.identify(answer.credential.clone());
        let claimed = claimed.map_err(|_| CredentialError::PasskeySignInRefused)?;
        let tx = session.transaction().await?;
        let account = users::store::lock(&tx, claimed.user).await?;
        let stored = store::lock(&tx, claimed.user, &claimed.credential_id).await?;
        let (Some(account), Some(stored)) = (account, stored) else {
            return Err(CredentialError::PasskeySignInRefused.into());
        };
        let proved = self.relying_party.sign_in(state, &claimed, stored.credential.clone());
        let credential = match proved {
            Ok(credential) => credential,
            Err(refusal) => {
                let error = self.refused_in_tx(&tx, client, (&claimed, &stored), &refusal).await?;
                tx.commit().await?;
                return Err(error.into());
            }
        };
        store::update_used(&tx, stored.id, &credential, now).await?;
        let token = answer.device_token.as_deref();
        let is_device_known =
            sessions::is_device_known_in_tx(&tx, claimed.user, token, now).await?;
        let new = NewSession {
            user: claimed.user,
            roles: account.user.roles,
            transport: answer.transport,
            device: answer.device_name.as_deref(),
            is_device_known,
            client,
            method: "passkey",
        };
        let signed_in = self.start_session_in_tx(&tx, &new).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// A copied key is of no use to anybody from now on: it is taken away, and its user is told.
    async fn refused_in_tx(
        &self,
        tx: &Transaction<'_>,
        client: &ClientInfo,
        (claimed, stored): (&Claimed, &StoredPasskey),
        refusal: &Refusal,
    ) -> Result<CredentialError, IdentityError> {
        let is_copied = *refusal == Refusal::Copied;
        let reason = if is_copied { "passkey_copied" } else { "passkey_invalid" };
        let entry = NewEntry::new(AuditActor::Anonymous, "identity.sign_in.refused")
            .subject(claimed.user.as_u128())
            .object(stored.id)
            .data(json!({ "method": "passkey", "reason": reason }))
            .ip(client.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        if !is_copied {
            return Ok(CredentialError::PasskeySignInRefused);
        }
        store::delete(tx, claimed.user, stored.id).await?;
        let owner = Owner { user: claimed.user, session: None, ip: client.ip };
        let object = (Some(stored.id.to_string()), &*stored.name);
        owner.removed_in_tx(tx, &*self.clock, Credential::Passkey, object).await?;
        Ok(CredentialError::PasskeyCopied)
    }
}
