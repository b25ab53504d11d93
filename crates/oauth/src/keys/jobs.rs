use std::time::Duration;

use kernel::bus::{Job, Outcome, Worker};

use crate::oauth::Oauth;

pub(crate) const KIND: &str = "oauth.keys.rotate";
const EVERY: Duration = Duration::from_secs(6 * 3_600);

/// Looks whether it is time for a new key.
pub(crate) struct RotateKeys(pub(crate) Oauth);

impl Worker for RotateKeys {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: &Job) -> Outcome {
        match self.0.rotate_old_key().await {
            Ok(()) => Outcome::Later(self.0.clock.now().saturating_add(EVERY)),
            Err(error) => Outcome::Retry(error.into()),
        }
    }
}
