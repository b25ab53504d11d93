use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::{BROWSER_PREFIX, LIFE, ProviderSignInId, STATE_PREFIX, asked, challenge, store};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::limits::Attempt;
use crate::providers::OutsideError;

/// Where a browser is sent, and what it is known by when it comes back.
pub(crate) struct Begun {
    pub(crate) url: String,
    pub(crate) browser: SecretToken,
    pub(crate) life: std::time::Duration,
}

impl Identity {
    /// Sends a browser to a provider; with a user to link it to.
    pub(crate) async fn begin_provider_sign_in(
        &self,
        (name, user): (&str, Option<UserId>),
        device: Option<&str>,
        client: &ClientInfo,
    ) -> Result<Begun, IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::SignIn, client, None, now).await?;
        let provider = self.providers.get(name).ok_or(CredentialError::ProviderNotFound)?;
        let id = ProviderSignInId::generate();
        let (state, browser) =
            (SecretToken::generate(STATE_PREFIX), SecretToken::generate(BROWSER_PREFIX));
        let asked = asked(&self.vault, id, &self.options.issuer);
        let shown = (state.as_str(), &*challenge(&asked.verifier));
        let url = provider.authorization_url(&asked, shown).await;
        let url = url.map_err(|error| unavailable(name, &error))?;
        let new = store::New {
            id,
            provider: name,
            state: state.hash(),
            browser: browser.hash(),
            user,
            device,
            expires_at: now.saturating_add(LIFE),
        };
        store::insert(&self.database.client().await?, &new, now).await?;
        Ok(Begun { url, browser, life: LIFE })
    }

    /// Where a browser signs out of the provider itself.
    pub(crate) async fn provider_sign_out_url(
        &self,
        name: &str,
    ) -> Result<Option<String>, IdentityError> {
        let provider = self.providers.get(name).ok_or(CredentialError::ProviderNotFound)?;
        let back = format!("{}/", self.options.issuer.trim_end_matches('/'));
        let url = provider.end_session_url(&back).await;
        url.map_err(|error| unavailable(name, &error))
    }
}

/// What people are told of a provider that doesn't answer; the cause is for the log.
pub(super) fn unavailable(provider: &str, error: &OutsideError) -> IdentityError {
    tracing::warn!(provider, %error, "an outside provider could not be used");
    match error {
        OutsideError::Refused(_) | OutsideError::Status(400..=499) => {
            CredentialError::ProviderRefused.into()
        }
        _ => CredentialError::ProviderUnavailable.into(),
    }
}
