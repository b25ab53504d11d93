//! Which body an `Idempotency-Key` came with first. The ids that follow from a key make a repeat
//! harmless; this makes a repeat with another body an error that changes nothing.

mod store;

use crate::error::LedgerError;
use crate::ledger::Ledger;

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUse {
    /// It is new, or came with this body before.
    Fits,
    /// It came with another body before.
    OtherBody,
}

impl Ledger {
    /// Remembers the body of a key, for ever.
    pub(crate) async fn claim_key(
        &self,
        key: u128,
        body: &[u8; 32],
    ) -> Result<KeyUse, LedgerError> {
        let client = self.client().await?;
        let first = store::claim(&client, key, body, self.clock.now().as_micros()).await?;
        Ok(if first == body { KeyUse::Fits } else { KeyUse::OtherBody })
    }

    /// Forgets a key whose request was refused: nothing was carried out under it.
    pub(crate) async fn release_key(&self, key: u128, body: &[u8; 32]) -> Result<(), LedgerError> {
        let client = self.client().await?;
        Ok(store::release(&client, key, body).await?)
    }
}
