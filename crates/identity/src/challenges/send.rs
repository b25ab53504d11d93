//! Mails that somebody asks for by an address. The request only leaves a job, which looks later
//! whether anybody has it: so asking takes equally long for known and unknown addresses.

use kernel::bus::{self, Job, JobError, NewJob, Outcome, Worker};
use kernel::http::ClientInfo;
use serde::{Deserialize, Serialize};

use super::{NewChallenge, Purpose};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempt;
use crate::users::store::Account;
use crate::users::{EmailAddress, UserKey};

const KIND: &str = "identity.challenge.send";

#[derive(Serialize, Deserialize)]
struct Payload {
    purpose: Purpose,
    email: String,
    device: Option<String>,
}

/// Looks whether somebody waits for the mail, and sends it.
pub(crate) struct SendChallenge(pub(crate) Identity);

impl Worker for SendChallenge {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        self.send(job).await.into()
    }
}

impl SendChallenge {
    async fn send(&self, job: &Job) -> Result<(), JobError> {
        let Payload { purpose, email, device } = job.parse()?;
        if let Some(account) = self.0.account(UserKey::Email(&email)).await? {
            self.0.send_challenge(&account, purpose, device.as_deref()).await?;
        }
        Ok(())
    }
}

impl Identity {
    /// Notes that somebody asks for a mail to verify their address, or to reset their password.
    pub(crate) async fn ask_for_challenge(
        &self,
        purpose: Purpose,
        email: &EmailAddress,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Mail, client_info, Some(&email.key()), now).await?;
        let device = client_info.user_agent.clone();
        let payload = Payload { purpose, email: email.to_string(), device };
        bus::enqueue(&self.database, &*self.clock, &[NewJob::new(KIND, payload)]).await?;
        Ok(())
    }

    /// Sends such a mail to whoever has the address, if it is of any use to them.
    pub(crate) async fn send_challenge(
        &self,
        account: &Account,
        purpose: Purpose,
        device: Option<&str>,
    ) -> Result<(), IdentityError> {
        let is_done = purpose == Purpose::VerifyEmail && account.user.is_email_verified;
        if is_done || account.is_deleted() {
            return Ok(());
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let challenge = NewChallenge {
            user: account.user.id,
            purpose,
            email: &account.user.email,
            sign_in: None,
            registration: None,
            device,
            provider: None,
        };
        self.challenge_in_tx(&tx, challenge).await?;
        Ok(tx.commit().await?)
    }
}
