//! What can go wrong with second factors, passkeys, API keys, outside providers, the profile and roles.

use kernel::ErrorKind;

/// A refusal that depends on no more than its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    #[error("there is an authenticator app already; remove it first")]
    TotpExists,
    #[error("no authenticator app waits for its first code; begin anew")]
    TotpNotStarted,
    #[error("there is no authenticator app")]
    TotpNotEnabled,
    #[error("give a code of the authenticator app or a recovery code, not both")]
    OneFactorOnly,
    #[error("this session is not new any more; give the password, too")]
    PasswordRequired,
    #[error("passkeys need a public address with a name, such as https://bank.example")]
    PasskeysUnavailable,
    #[error("there is no such passkey")]
    PasskeyNotFound,
    #[error("this challenge is unknown, was answered before, or has expired; begin anew")]
    PasskeyChallengeGone,
    #[error("what the authenticator answered is not valid for this challenge")]
    PasskeyRefused,
    #[error("this passkey is known already")]
    PasskeyExists,
    #[error("there are 25 passkeys already; remove one first")]
    PasskeysTooMany,
    #[error("the passkey is unknown, or its answer is not valid")]
    PasskeySignInRefused,
    #[error("the passkey's counter went back: there may be a copy of it, so it can't be used")]
    PasskeyCopied,
    #[error("there is no such API key")]
    ApiKeyNotFound,
    #[error("there are 50 API keys already; revoke one first")]
    ApiKeysTooMany,
    #[error(
        "the first request with this Idempotency-Key made an API key, which was shown only then"
    )]
    ApiKeyExists,
    #[error("this API key has a successor already")]
    ApiKeyRotated,
    #[error("an API key can have no scope that its owner doesn't have")]
    ApiKeyScopeRefused,
    #[error("the handle can be changed once in 30 days")]
    HandleChangedRecently,
    #[error("staff confirms sign-ins; it can't be turned off")]
    ConfirmationRequired,
    #[error("nobody changes their own roles")]
    OwnRoles,
    #[error("this bank sends no short messages, so there are no phones")]
    PhonesUnavailable,
    #[error("this bank sends no short messages to this country")]
    PhoneRefused,
    #[error("there is no phone")]
    PhoneNotFound,
    #[error("there is no such provider")]
    ProviderNotFound,
    #[error("the provider doesn't answer at the moment; try again, or sign in otherwise")]
    ProviderUnavailable,
    #[error("the provider, or you at the provider, refused; begin again")]
    ProviderRefused,
    #[error(
        "this browser began no such sign-in, it was finished before, or it took too long; begin again"
    )]
    ProviderSignInGone,
    #[error("who you are at this provider is linked to an account already")]
    ProviderLinkedElsewhere,
    #[error("there is no such linked identity")]
    LinkedIdentityNotFound,
    #[error("it is the last way in; set a password or add a passkey first")]
    LastWayIn,
}

use CredentialError as E;

impl CredentialError {
    pub const ALL: [Self; 31] = [
        E::TotpExists,
        E::TotpNotStarted,
        E::TotpNotEnabled,
        E::OneFactorOnly,
        E::PasswordRequired,
        E::PasskeysUnavailable,
        E::PasskeyNotFound,
        E::PasskeyChallengeGone,
        E::PasskeyRefused,
        E::PasskeyExists,
        E::PasskeysTooMany,
        E::PasskeySignInRefused,
        E::PasskeyCopied,
        E::ApiKeyNotFound,
        E::ApiKeysTooMany,
        E::ApiKeyExists,
        E::ApiKeyRotated,
        E::ApiKeyScopeRefused,
        E::HandleChangedRecently,
        E::ConfirmationRequired,
        E::OwnRoles,
        E::PhonesUnavailable,
        E::PhoneRefused,
        E::PhoneNotFound,
        E::ProviderNotFound,
        E::ProviderUnavailable,
        E::ProviderRefused,
        E::ProviderSignInGone,
        E::ProviderLinkedElsewhere,
        E::LinkedIdentityNotFound,
        E::LastWayIn,
    ];

    pub(crate) const fn kind(self) -> ErrorKind {
        match self {
            E::TotpExists
            | E::TotpNotStarted
            | E::TotpNotEnabled
            | E::PasskeyExists
            | E::ApiKeyExists
            | E::ApiKeyRotated
            | E::ProviderLinkedElsewhere => ErrorKind::Conflict,
            E::PasskeyNotFound
            | E::PasskeyChallengeGone
            | E::ApiKeyNotFound
            | E::ProviderNotFound
            | E::ProviderSignInGone
            | E::LinkedIdentityNotFound
            | E::PhoneNotFound => ErrorKind::NotFound,
            E::ProviderUnavailable => ErrorKind::Unavailable,
            E::OneFactorOnly => ErrorKind::Invalid,
            E::PasswordRequired | E::OwnRoles => ErrorKind::Forbidden,
            E::PasskeySignInRefused | E::PasskeyCopied | E::ProviderRefused => {
                ErrorKind::Unauthenticated
            }
            E::PasskeysUnavailable
            | E::PasskeyRefused
            | E::PasskeysTooMany
            | E::ApiKeysTooMany
            | E::ApiKeyScopeRefused
            | E::HandleChangedRecently
            | E::ConfirmationRequired
            | E::PhonesUnavailable
            | E::PhoneRefused
            | E::LastWayIn => ErrorKind::Unprocessable,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            E::TotpExists => "identity.totp.already_enabled",
            E::TotpNotStarted => "identity.totp.not_started",
            E::TotpNotEnabled => "identity.totp.not_enabled",
            E::OneFactorOnly => "identity.second_factor.ambiguous",
            E::PasswordRequired => "identity.password.required",
            E::PasskeysUnavailable => "identity.passkeys.unavailable",
            E::PasskeyNotFound => "identity.passkey.not_found",
            E::PasskeyChallengeGone => "identity.passkey.challenge_gone",
            E::PasskeyRefused => "identity.passkey.refused",
            E::PasskeyExists => "identity.passkey.already_added",
            E::PasskeysTooMany => "identity.passkeys.too_many",
            E::PasskeySignInRefused => "identity.passkey.sign_in_refused",
            E::PasskeyCopied => "identity.passkey.copied",
            E::ApiKeyNotFound => "identity.api_key.not_found",
            E::ApiKeysTooMany => "identity.api_keys.too_many",
            E::ApiKeyExists => "identity.api_key.already_made",
            E::ApiKeyRotated => "identity.api_key.already_rotated",
            E::ApiKeyScopeRefused => "identity.api_key.scope_refused",
            E::HandleChangedRecently => "identity.handle.changed_recently",
            E::ConfirmationRequired => "identity.profile.confirmation_required",
            E::OwnRoles => "identity.roles.own",
            E::PhonesUnavailable => "identity.phone.unavailable",
            E::PhoneRefused => "identity.phone.country_refused",
            E::PhoneNotFound => "identity.phone.not_found",
            E::ProviderNotFound => "identity.provider.not_found",
            E::ProviderUnavailable => "identity.provider.unavailable",
            E::ProviderRefused => "identity.provider.refused",
            E::ProviderSignInGone => "identity.provider_sign_in.gone",
            E::ProviderLinkedElsewhere => "identity.provider.linked_elsewhere",
            E::LinkedIdentityNotFound => "identity.linked_identity.not_found",
            E::LastWayIn => "identity.linked_identity.last_way_in",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_refusal_has_its_own_code() {
        let codes: HashSet<&str> = CredentialError::ALL.iter().map(|error| error.code()).collect();
        assert_eq!(codes.len(), CredentialError::ALL.len());
        for code in codes {
            assert!(code.starts_with("identity.") && code.split('.').count() == 3, "{code}");
        }
        let faults = CredentialError::ALL.iter().filter(|error| error.kind().is_server_fault());
        assert_eq!(faults.collect::<Vec<_>>(), [&CredentialError::ProviderUnavailable]);
    }
}
