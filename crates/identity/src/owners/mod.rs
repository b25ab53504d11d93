//! Whose a session or an API key is, for staff who have only that in front of them. Whoever asks
//! has checked, and recorded, that they may.

mod store;

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{ApiKeyId, SessionId, UserId};
use crate::sessions;

impl Identity {
    /// Whose session it is or was.
    pub async fn owner_of_session(
        &self,
        session: SessionId,
    ) -> Result<Option<UserId>, IdentityError> {
        let client = self.database.client().await?;
        Ok(sessions::store::user_of(&client, session).await?)
    }

    /// Whose API key it is or was.
    pub async fn owner_of_api_key(&self, key: ApiKeyId) -> Result<Option<UserId>, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::of_key(&client, key).await?)
    }

    /// Who has an API key with these first characters, as far as they are shown: at most 50.
    pub async fn owners_of_api_keys(&self, prefix: &str) -> Result<Vec<UserId>, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::of_prefix(&client, prefix).await?)
    }
}
