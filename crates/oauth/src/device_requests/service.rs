use identity::{ApplicationId, SessionId, UserId};
use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::store::{self, Waiting};
use super::{DEVICE_CODE_PREFIX, INTERVAL_S, LIFE, NewDeviceRequest, UserCode};
use crate::applications::{Application, GrantType};
use crate::error::OauthError;
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;
use crate::scopes::Scopes;
use crate::tokens::{asked, require};

/// A user code that is another device's at the moment is drawn again.
const DRAWS_MAX: usize = 5;

/// What a device asks its user for.
pub(crate) struct DeviceView {
    pub(crate) application: ApplicationId,
    pub(crate) application_name: String,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Timestamp,
}

impl Oauth {
    /// Begins the request of a device.
    pub(crate) async fn ask_for_device(
        &self,
        application: &Application,
        scope: Option<&str>,
    ) -> Result<NewDeviceRequest, ProtocolError> {
        require(application, GrantType::DeviceCode)?;
        let scopes = asked(scope, &application.details.scopes)?;
        let (device_code, now) = (SecretToken::generate(DEVICE_CODE_PREFIX), self.clock.now());
        let client = self.database.client().await?;
        for _ in 0..DRAWS_MAX {
            let user_code = UserCode::generate();
            let hashes = (device_code.hash(), user_code.hash(&self.vault));
            let expires_at = now.saturating_add(LIFE);
            let times = (now, expires_at);
            let new = store::New { application: application.id, hashes, scopes: &scopes, times };
            if store::insert(&client, &new, INTERVAL_S).await? {
                let expires_in_s = LIFE.as_secs();
                let interval_s = INTERVAL_S;
                return Ok(NewDeviceRequest { device_code, user_code, expires_in_s, interval_s });
            }
        }
        Err(OauthError::Corrupt("all user codes are taken").into())
    }

    /// What the device with this code asks for.
    pub(crate) async fn device_request(
        &self,
        user: UserId,
        code: &str,
    ) -> Result<DeviceView, OauthError> {
        self.by_user_code(user, code, async |hash| {
            let client = self.database.client().await?;
            let waiting = store::waiting(&client, &hash, self.clock.now()).await?;
            drop(client);
            let waiting = waiting.ok_or(OauthError::DeviceNotFound)?;
            let application = self.usable_application(waiting.application).await?;
            let application = application.ok_or(OauthError::DeviceNotFound)?;
            Ok(DeviceView {
                application: application.id,
                application_name: application.details.name,
                scopes: waiting.scopes,
                expires_at: waiting.expires_at,
            })
        })
        .await
    }

    /// Allows a device what it asks for.
    pub(crate) async fn approve_device(
        &self,
        (user, session): (UserId, SessionId),
        code: &str,
        client_info: &ClientInfo,
    ) -> Result<(), OauthError> {
        self.by_user_code(user, code, async |hash| {
            let signed_in_at = self.identity.signed_in_at(session).await?;
            let signed_in_at = signed_in_at.ok_or(OauthError::SignInTooOld)?;
            let mut client = self.database.client().await?;
            let tx = client.transaction().await?;
            let waiting = self.lock_device_in_tx(&tx, &hash).await?;
            let Waiting { id, application, scopes, .. } = waiting;
            let application = crate::applications::store::get(&tx, application).await?;
            let application = application.ok_or(OauthError::DeviceNotFound)?;
            self.consent_in_tx(&tx, (user, &application, &scopes), client_info).await?;
            store::decide(&tx, id, user, Some(signed_in_at)).await?;
            let asked = (user, application.id);
            self.decided_in_tx(&tx, "oauth.device.approved", asked, client_info).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Refuses a device what it asks for.
    pub(crate) async fn deny_device(
        &self,
        user: UserId,
        code: &str,
        client_info: &ClientInfo,
    ) -> Result<(), OauthError> {
        self.by_user_code(user, code, async |hash| {
            let mut client = self.database.client().await?;
            let tx = client.transaction().await?;
            let waiting = self.lock_device_in_tx(&tx, &hash).await?;
            store::decide(&tx, waiting.id, user, None).await?;
            let asked = (user, waiting.application);
            self.decided_in_tx(&tx, "oauth.device.denied", asked, client_info).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    async fn lock_device_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        hash: &[u8; 32],
    ) -> Result<Waiting, OauthError> {
        let waiting = store::lock(tx, hash, self.clock.now()).await?;
        waiting.ok_or(OauthError::DeviceNotFound)
    }

    /// Does something with the hash of a code that a user typed in. What is no device's code counts
    /// as a guess.
    async fn by_user_code<T>(
        &self,
        user: UserId,
        code: &str,
        act: impl AsyncFnOnce([u8; 32]) -> Result<T, OauthError>,
    ) -> Result<T, OauthError> {
        let now = self.clock.now();
        if let Some(retry_after_s) = self.limiters.user_code_wait_s(user, now).await {
            return Err(OauthError::RateLimited { retry_after_s });
        }
        let done = match UserCode::parse(code) {
            Some(code) => act(code.hash(&self.vault)).await,
            None => Err(OauthError::DeviceNotFound),
        };
        if matches!(done, Err(OauthError::DeviceNotFound)) {
            self.limiters.user_code_missed(user, now).await;
        }
        done
    }
}
