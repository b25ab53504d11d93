//! What this context holds of a person: for the export of one's own data, and after somebody has
//! left.

use identity::UserId;
use serde_json::{Value, json};

use crate::error::OauthError;
use crate::oauth::Oauth;
use crate::{applications, consents, device_requests, grants, requests};

impl Oauth {
    /// All that is kept about a user, for the user; no secrets.
    pub async fn export(&self, user: UserId) -> Result<Value, OauthError> {
        let application = |it: applications::Application| {
            json!({
                "id": it.id, "name": it.details.name, "kind": it.kind.as_str(),
                "redirect_uris": it.details.redirect_uris,
                "post_logout_redirect_uris": it.details.post_logout_redirect_uris,
                "scopes": it.details.scopes.names(), "created_at": it.created_at,
            })
        };
        let consent = |it: consents::Consent| {
            json!({
                "application_id": it.application, "application_name": it.application_name,
                "scopes": it.scopes.names(), "granted_at": it.granted_at,
                "updated_at": it.updated_at,
            })
        };
        let applications = self.applications(user).await?;
        let consents = self.consents(user).await?;
        Ok(json!({
            "applications": applications.into_iter().map(application).collect::<Vec<_>>(),
            "consents": consents.into_iter().map(consent).collect::<Vec<_>>(),
        }))
    }

    /// Forgets somebody who has left: what they allowed, and their applications with everything
    /// that others allowed those. Once more does no harm.
    pub async fn erase_user(&self, user: UserId) -> Result<(), OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut concerned = grants::store::users_of_owner(&tx, user).await?;
        concerned.push(user);
        applications::store::delete_of_owner(&tx, user).await?;
        requests::store::delete_of_user(&tx, user).await?;
        device_requests::store::delete_of_user(&tx, user).await?;
        consents::store::delete_of_user(&tx, user).await?;
        grants::store::delete_of_user(&tx, user).await?;
        for user in &concerned {
            self.identity.record_change_in_tx(&tx, *user).await?;
        }
        tx.commit().await?;
        concerned.into_iter().for_each(|user| self.identity.forget(user));
        Ok(())
    }
}
