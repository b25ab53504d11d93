//! What protects an account besides its password, whatever kind it is.

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::passwords::Strength;
use crate::users::Confirmation;
use crate::users::store::Account;
use crate::{passkeys, recovery_codes, totp};

/// What a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factors {
    pub(crate) has_totp: bool,
    pub(crate) has_passkey: bool,
}

/// What a user gives.
#[derive(Clone, Copy)]
pub(crate) enum SecondFactor<'f> {
    Totp(&'f str),
    RecoveryCode(&'f str),
}

impl Identity {
    pub(crate) async fn factors(
        &self,
        client: &impl GenericClient,
        user: UserId,
    ) -> Result<Factors, IdentityError> {
        let has_totp = totp::is_enabled(client, user).await?;
        let has_passkey = passkeys::store::has_any(client, user).await?;
        Ok(Factors { has_totp, has_passkey })
    }

    /// Checks a second factor and uses it up. A wrong one is counted, if the caller commits.
    pub(crate) async fn check_factor_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        given: SecondFactor<'_>,
    ) -> Result<Result<(), IdentityError>, IdentityError> {
        let clock = &*self.clock;
        Ok(match given {
            SecondFactor::Totp(code) => {
                match totp::verify_in_tx(tx, clock, &self.vault, user, code).await? {
                    totp::Verdict::Right => Ok(()),
                    totp::Verdict::Wrong => Err(IdentityError::SecondFactorRefused),
                    totp::Verdict::Locked { retry_after_s } => {
                        Err(IdentityError::RateLimited { retry_after_s })
                    }
                }
            }
            SecondFactor::RecoveryCode(code) => {
                let is_right = recovery_codes::use_in_tx(tx, clock, user, code).await?;
                if is_right { Ok(()) } else { Err(IdentityError::SecondFactorRefused) }
            }
        })
    }

    /// How strong a password of the user has to be.
    pub(crate) fn strength_of(&self, account: &Account, factors: Factors) -> Strength {
        let is_confirmed = self.confirmation_of(account) == Confirmation::Always;
        if factors.has_totp || factors.has_passkey || is_confirmed {
            Strength::WithSecondFactor
        } else {
            Strength::Alone
        }
    }

    /// When a sign-in of the user is confirmed by mail. Staff can't do without.
    pub(crate) fn confirmation_of(&self, account: &Account) -> Confirmation {
        match account.confirmation.unwrap_or(self.options.confirmation) {
            Confirmation::Never if account.user.roles.is_staff() => Confirmation::NewDevices,
            other => other,
        }
    }
}
