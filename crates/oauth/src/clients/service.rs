use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::ClientCredentials;
use crate::applications::{Application, Kind, SECRET_PREFIX};
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;

impl Oauth {
    /// The application that calls, if it is the one that it says.
    pub(crate) async fn authenticate_client(
        &self,
        given: &ClientCredentials,
        client: &ClientInfo,
    ) -> Result<Application, ProtocolError> {
        let now = self.clock.now();
        if let Some(retry_after_s) = self.limiters.client_wait_s(client, now).await {
            return Err(ProtocolError::RateLimited { retry_after_s });
        }
        let found = self.usable_application(given.id).await?;
        if let Some(application) = found.filter(|application| self.is_proved(application, given)) {
            return Ok(application);
        }
        self.limiters.client_failed(client, now).await;
        let entry = NewEntry::new(AuditActor::Anonymous, "oauth.client.refused");
        let entry = entry.object(given.id).ip(client.ip);
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Err(ProtocolError::InvalidClient { by_header: given.by_header })
    }

    fn is_proved(&self, application: &Application, given: &ClientCredentials) -> bool {
        match (application.kind, &given.secret) {
            (Kind::Public, secret) => secret.is_none(),
            (Kind::Confidential, None) => false,
            (Kind::Confidential, Some(text)) => SecretToken::parse(SECRET_PREFIX, text)
                .is_some_and(|secret| application.has_secret(&secret.hash(), self.clock.now())),
        }
    }
}
