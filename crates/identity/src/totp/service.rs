use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::http::ClientInfo;
use kernel::{Clock, DatabaseError, Vault};
use totp_rs::Secret;

use super::{Enrolment, PURPOSE, SECRET_BYTES, Verdict, bank_name, otpauth_url, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::passwords::{PasswordFlaw, check};
use crate::recovery_codes;
use crate::second_factors::{Factors, SecondFactor};
use crate::sign_ins;

/// What an app has to know. `Debug` doesn't show it.
pub(crate) struct Started {
    pub(crate) otpauth_url: String,
    /// In base32.
    pub(crate) secret: String,
}

/// One of the two, for whoever has to give a second factor.
pub(crate) fn one_factor<'f>(
    code: Option<&'f str>,
    recovery_code: Option<&'f str>,
) -> Result<SecondFactor<'f>, CredentialError> {
    match (code, recovery_code) {
        (Some(code), None) => Ok(SecondFactor::Totp(code)),
        (None, Some(code)) => Ok(SecondFactor::RecoveryCode(code)),
        _ => Err(CredentialError::OneFactorOnly),
    }
}

impl Identity {
    /// Makes a secret for an app, which has to prove that it has it.
    pub(crate) async fn start_totp(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: &str,
    ) -> Result<Started, IdentityError> {
        let account = self.check_password(owner.user, password, client).await?;
        let secret: [u8; SECRET_BYTES] = kernel::secret::random_bytes();
        let sealed = self.vault.seal(PURPOSE, &secret);
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        if !store::start(&tx, owner.user, &sealed, self.clock.now()).await? {
            return Err(CredentialError::TotpExists.into());
        }
        tx.commit().await?;
        Ok(Started {
            otpauth_url: otpauth_url(
                &secret,
                &bank_name(&self.options.issuer),
                &account.user.email,
            ),
            secret: Secret::from(secret).to_base32(),
        })
    }

    /// Makes the app a factor with its first code. Answers with recovery codes.
    pub(crate) async fn confirm_totp(
        &self,
        owner: &Owner,
        code: &str,
    ) -> Result<Vec<String>, IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let enrolment = store::lock(&tx, owner.user).await?;
        let enrolment = enrolment.ok_or(CredentialError::TotpNotStarted)?;
        let now = self.clock.now();
        if enrolment.is_confirmed() {
            return Err(CredentialError::TotpExists.into());
        }
        if !enrolment.is_waiting(now) {
            return Err(CredentialError::TotpNotStarted.into());
        }
        let verdict =
            judge_in_tx(&tx, &*self.clock, &self.vault, (owner.user, &enrolment), code).await?;
        if let Err(refusal) = verdict.into_result() {
            owner.refused_in_tx(&tx, &*self.clock).await?;
            tx.commit().await?;
            return Err(refusal);
        }
        store::confirm(&tx, owner.user, now).await?;
        // From now on the mail alone is not enough, for those that wait for it neither.
        sign_ins::store::void(&tx, owner.user, now).await?;
        owner.added_in_tx(&tx, &*self.clock, Credential::Totp, (None, "")).await?;
        let codes = recovery_codes::renew_in_tx(&tx, &*self.clock, owner).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Takes the factor away, with the password and one of its own codes.
    pub(crate) async fn remove_totp(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: &str,
        given: SecondFactor<'_>,
    ) -> Result<(), IdentityError> {
        let account = self.check_password(owner.user, password, client).await?;
        let mut client = self.database.client().await?;
        let factors = self.factors(&client, owner.user).await?;
        if !factors.has_totp {
            return Err(CredentialError::TotpNotEnabled.into());
        }
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        if let Err(refusal) = self.check_factor_in_tx(&tx, owner.user, given).await? {
            // A wrong code counts.
            owner.refused_in_tx(&tx, &*self.clock).await?;
            tx.commit().await?;
            return Err(refusal);
        }
        // What is enough beside a second factor may be too little without it.
        let strength = self.strength_of(&account, Factors { has_totp: false, ..factors });
        if check(password, &[], strength) == Err(PasswordFlaw::TooShortAlone) {
            return Err(IdentityError::Password(PasswordFlaw::TooShortAlone));
        }
        store::delete(&tx, owner.user).await?;
        recovery_codes::store::delete(&tx, owner.user).await?;
        owner.removed_in_tx(&tx, &*self.clock, Credential::Totp, (None, "")).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether the user has a second factor that works.
pub(crate) async fn is_enabled(
    client: &impl GenericClient,
    user: UserId,
) -> Result<bool, DatabaseError> {
    store::is_confirmed(client, user).await
}

/// Checks a code of a user's app and uses it up. A wrong one is counted, so the transaction has to
/// be committed then, too.
pub(crate) async fn verify_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    vault: &Vault,
    user: UserId,
    code: &str,
) -> Result<Verdict, IdentityError> {
    match store::lock(tx, user).await? {
        Some(enrolment) if enrolment.is_confirmed() => {
            judge_in_tx(tx, clock, vault, (user, &enrolment), code).await
        }
        _ => Ok(Verdict::Wrong),
    }
}

async fn judge_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    vault: &Vault,
    (user, enrolment): (UserId, &Enrolment),
    code: &str,
) -> Result<Verdict, IdentityError> {
    let now = clock.now();
    if let Some(retry_after_s) = enrolment.locked_for_s(now) {
        return Ok(Verdict::Locked { retry_after_s });
    }
    match enrolment.step_of(vault, code, now) {
        Some(step) => {
            store::use_step(tx, user, step).await?;
            Ok(Verdict::Right)
        }
        None => {
            store::count_failure(tx, user, now).await?;
            Ok(Verdict::Wrong)
        }
    }
}

impl Verdict {
    pub(crate) const fn into_result(self) -> Result<(), IdentityError> {
        match self {
            Self::Right => Ok(()),
            Self::Wrong => Err(IdentityError::SecondFactorRefused),
            Self::Locked { retry_after_s } => Err(IdentityError::RateLimited { retry_after_s }),
        }
    }
}
