use kernel::bus::{self, Job, JobError, NewJob, Outcome, Worker};
use kernel::http::ClientInfo;
use serde::{Deserialize, Serialize};

use crate::challenges::{NewChallenge, Purpose};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::limits::Attempt;
use crate::users::store::Account;
use crate::users::{EmailAddress, UserKey};

const KIND: &str = "identity.email_verification.send";

#[derive(Serialize, Deserialize)]
struct Payload {
    email: String,
    device: Option<String>,
}

/// Looks whether somebody waits for the mail, and sends it.
pub(crate) struct SendVerification(pub(crate) Identity);

impl Worker for SendVerification {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        self.send(job).await.into()
    }
}

impl SendVerification {
    async fn send(&self, job: &Job) -> Result<(), JobError> {
        let Payload { email, device } = job.parse()?;
        if let Some(account) = self.0.account(UserKey::Email(&email)).await? {
            self.0.verification(&account, device.as_deref()).await?;
        }
        Ok(())
    }
}

impl Identity {
    /// Notes that somebody asks for the mail again.
    pub(crate) async fn resend_verification(
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

    /// Sends the mail to somebody who signed in with the right password before they verified.
    pub(crate) async fn send_verification(
        &self,
        account: &Account,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        self.verification(account, client_info.user_agent.as_deref()).await
    }

    async fn verification(
        &self,
        account: &Account,
        device: Option<&str>,
    ) -> Result<(), IdentityError> {
        if account.user.is_email_verified || account.is_deleted() {
            return Ok(());
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let challenge = NewChallenge {
            user: account.user.id,
            purpose: Purpose::VerifyEmail,
            email: &account.user.email,
            sign_in: None,
            registration: None,
            device,
        };
        self.challenge_in_tx(&tx, challenge).await?;
        Ok(tx.commit().await?)
    }
}
