//! Reading the feed by position, and waiting for more.

use tokio::sync::watch;

use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::transfers::{Transfer, TransferFilter};

impl Ledger {
    /// Committed transfers after a sequence, in order.
    pub async fn events(&self, after: i64, limit: usize) -> Result<Vec<Transfer>, LedgerError> {
        let order = crate::accounts::Order::OldestFirst;
        self.transfers(&TransferFilter::default(), order, Some(after), limit).await
    }

    /// Sequence of the last committed transfer, as it grows.
    pub fn watch_committed(&self) -> Result<watch::Receiver<i64>, LedgerError> {
        Ok(self.handle.led()?.view.watch())
    }
}
