use kernel::bus::{self, Job, JobError, NewJob, Outcome, Worker};
use kernel::http::ClientInfo;
use serde::{Deserialize, Serialize};

use crate::challenges::{NewChallenge, Purpose};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempt;
use crate::users::{EmailAddress, UserKey};

const KIND: &str = "identity.password_reset.send";

#[derive(Serialize, Deserialize)]
struct Payload {
    email: String,
    device: Option<String>,
}

/// Looks whether somebody has the address, and sends them the mail.
pub(crate) struct SendReset(pub(crate) Identity);

impl Worker for SendReset {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        self.send(job).await.into()
    }
}

impl SendReset {
    async fn send(&self, job: &Job) -> Result<(), JobError> {
        let Payload { email, device } = job.parse()?;
        let account = self.0.account(UserKey::Email(&email)).await?;
        let Some(account) = account.filter(|account| !account.is_deleted()) else { return Ok(()) };
        let mut client = self.0.database.client().await?;
        let tx = client.transaction().await?;
        let challenge = NewChallenge {
            user: account.user.id,
            purpose: Purpose::ResetPassword,
            email: &account.user.email,
            sign_in: None,
            registration: None,
            device: device.as_deref(),
        };
        self.0.challenge_in_tx(&tx, challenge).await?;
        Ok(tx.commit().await?)
    }
}

impl Identity {
    /// Notes that somebody has forgotten their password.
    pub(crate) async fn ask_for_reset(
        &self,
        email: &EmailAddress,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Mail, client_info, Some(&email.key()), now)?;
        let payload = Payload { email: email.to_string(), device: client_info.user_agent.clone() };
        bus::enqueue(&self.database, &*self.clock, &[NewJob::new(KIND, payload)]).await?;
        Ok(())
    }
}
