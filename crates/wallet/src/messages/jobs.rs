//! Sweeps up messages of transfers that were never made.

use std::time::Duration;

use kernel::bus::{Job, Outcome, Worker};

use super::store;
use crate::error::{self, Result};
use crate::wallet::Wallet;

pub(crate) const SWEEP: &str = "wallet.messages.sweep";

/// The job: comes again every ten minutes.
pub(crate) struct Sweep(pub(crate) Wallet);

impl Worker for Sweep {
    fn kind(&self) -> &'static str {
        SWEEP
    }

    async fn run(&self, _: &Job) -> Outcome {
        error::outcome(self.sweep().await, self.0.clock.now())
    }
}

impl Sweep {
    async fn sweep(&self) -> Result<Outcome> {
        const EVERY: Duration = Duration::from_secs(600);
        /// Longer than any request takes, so that its message isn't taken away under its hands.
        const AGE: Duration = Duration::from_secs(600);
        const PAGE: i64 = 500;
        let wallet = &self.0;
        loop {
            let now = wallet.clock.now();
            let client = wallet.database.client().await?;
            let before = now.saturating_sub(AGE);
            let ids = store::unknown(&client, before, PAGE).await?;
            drop(client);
            let (mut there, mut gone) = (Vec::new(), Vec::new());
            for id in &ids {
                match wallet.ledger.transfer(*id).await? {
                    Some(_) => there.push(*id),
                    None => gone.push(*id),
                }
            }
            let client = wallet.database.client().await?;
            store::keep(&client, &there).await?;
            // Unless their request is repeated at this moment.
            store::delete(&client, &gone, Some(before)).await?;
            if (ids.len() as i64) < PAGE {
                return Ok(Outcome::Later(now.saturating_add(EVERY)));
            }
        }
    }
}
