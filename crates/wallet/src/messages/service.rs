//! Writing and reading messages.

use hashbrown::HashMap;
use identity::UserId;
use kernel::Timestamp;

use super::store;
use crate::error::Result;
use crate::wallet::Wallet;

/// A message before it is written.
pub(crate) struct NewMessage<'a> {
    pub(crate) transfer: u128,
    pub(crate) author: UserId,
    pub(crate) other: Option<UserId>,
    pub(crate) text: &'a str,
}

impl Wallet {
    /// Writes it, unless the transfer has one: the first request counts.
    pub(crate) async fn write_message(&self, message: &NewMessage<'_>) -> Result<()> {
        let client = self.database.client().await?;
        store::insert(&client, message, self.clock.now()).await
    }

    /// Writes messages of transfers that are taken over: each with its own time, and not swept.
    pub(crate) async fn write_past_messages(
        &self,
        messages: &[(NewMessage<'_>, Timestamp)],
    ) -> Result<()> {
        let client = self.database.client().await?;
        store::insert_kept(&client, messages).await
    }

    /// The transfer was refused for good.
    pub(crate) async fn drop_message(&self, transfer: u128) {
        let dropped = async {
            let client = self.database.client().await?;
            store::delete(&client, &[transfer], None).await
        };
        // The sweep comes by if this fails.
        if let Err(error) = dropped.await {
            tracing::warn!(%error, "the message of a refused transfer could not be removed");
        }
    }

    /// Texts by transfer.
    pub(crate) async fn messages(&self, transfers: &[u128]) -> Result<HashMap<u128, String>> {
        if transfers.is_empty() {
            return Ok(HashMap::new());
        }
        let client = self.database.client().await?;
        store::texts(&client, transfers).await
    }

    /// What a user wrote and was written.
    pub(crate) async fn messages_of(&self, user: UserId) -> Result<Vec<store::ExportedMessage>> {
        let client = self.database.client().await?;
        store::of_user(&client, user).await
    }
}
