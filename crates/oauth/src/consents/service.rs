use deadpool_postgres::Transaction;
use identity::{ApplicationId, UserId};
use kernel::audit;
use kernel::http::ClientInfo;
use serde_json::json;

use super::{Consent, store};
use crate::applications::Application;
use crate::error::OauthError;
use crate::events::{About, OauthEvent, tell_in_tx};
use crate::oauth::Oauth;
use crate::records;
use crate::scopes::Scopes;
use crate::{device_requests, grants, requests};

impl Oauth {
    /// What a user allows, the newest first. There are few.
    pub(crate) async fn consents(&self, user: UserId) -> Result<Vec<Consent>, OauthError> {
        Ok(store::of_user(&self.database.client().await?, user).await?)
    }

    /// Remembers what a user allowed just now. Told and recorded if it is more than before.
    pub(crate) async fn consent_in_tx(
        &self,
        tx: &Transaction<'_>,
        (user, application, scopes): (UserId, &Application, &Scopes),
        client_info: &ClientInfo,
    ) -> Result<(), OauthError> {
        let now = self.clock.now();
        let before = store::lock(tx, user, application.id).await?;
        let added = scopes.without(&before.clone().unwrap_or_default());
        if before.is_some() && added.is_empty() {
            return Ok(());
        }
        store::add(tx, (user, application.id), scopes, now).await?;
        let entry = records::by_user(user, "oauth.consent.granted", application.id, client_info);
        let entry = entry.data(json!({ "scopes": added.names() }));
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        let about = About {
            application_id: application.id,
            application_name: &application.details.name,
            ip: Some(client_info.ip),
        };
        Ok(tell_in_tx(tx, &*self.clock, user, OauthEvent::ConsentGranted, &about).await?)
    }

    /// Takes back what a user allowed an application: all its tokens end, everywhere within a
    /// second.
    pub(crate) async fn revoke_consent(
        &self,
        user: UserId,
        application: ApplicationId,
        client_info: &ClientInfo,
    ) -> Result<(), OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let name = store::delete(&tx, user, application).await?;
        let name = name.ok_or(OauthError::ConsentNotFound)?;
        // Codes first: an exchange that is under way has ended when the grants are looked at.
        requests::store::delete_decided(&tx, user, application).await?;
        device_requests::store::delete_decided(&tx, user, application).await?;
        grants::store::end_all(&tx, user, application, self.clock.now()).await?;
        let entry = records::by_user(user, "oauth.consent.revoked", application, client_info);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        let (application_id, ip) = (application, Some(client_info.ip));
        let about = About { application_id, application_name: &name, ip };
        tell_in_tx(&tx, &*self.clock, user, OauthEvent::ConsentRevoked, &about).await?;
        self.identity.record_change_in_tx(&tx, user).await?;
        tx.commit().await?;
        self.identity.forget(user);
        Ok(())
    }
}
