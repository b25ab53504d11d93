//! What goes on with invitations in the background.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::bus::{Consumer, Event, Job, JobError, Outcome, Worker};
use ledger::TransferId;
use serde::Deserialize;

use crate::error;
use crate::wallet::Wallet;

pub(super) const FINISH: &str = "wallet.invitations.finish";
pub(super) const CLAIM: &str = "wallet.invitations.claim";
pub(super) const EXPIRE: &str = "wallet.invitations.expire";

#[derive(Deserialize)]
struct Payload {
    invitation: TransferId,
}

fn id(job: &Job) -> Result<u128, Outcome> {
    job.parse::<Payload>().map(|payload| payload.invitation.as_u128()).map_err(Outcome::Dead)
}

/// Finishes what a crash left of an invitation.
pub(crate) struct Finish(pub(crate) Wallet);

impl Worker for Finish {
    fn kind(&self) -> &'static str {
        FINISH
    }

    async fn run(&self, job: &Job) -> Outcome {
        let id = match id(job) {
            Ok(id) => id,
            Err(outcome) => return outcome,
        };
        match self.0.finish_invitation(id, None).await {
            Ok(_) => Outcome::Done,
            // That is how it ends.
            Err(error) if error.is_refusal() => Outcome::Done,
            Err(error) => error.outcome(self.0.clock.now()),
        }
    }
}

/// Moves the value to whoever verified the address.
pub(crate) struct Claim(pub(crate) Wallet);

impl Worker for Claim {
    fn kind(&self) -> &'static str {
        CLAIM
    }

    async fn run(&self, job: &Job) -> Outcome {
        match id(job) {
            Ok(id) => error::outcome(self.0.claim_invitation(id).await, self.0.clock.now()),
            Err(outcome) => outcome,
        }
    }
}

/// Says that an invitation has run out.
pub(crate) struct Expire(pub(crate) Wallet);

impl Worker for Expire {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    async fn run(&self, job: &Job) -> Outcome {
        match id(job) {
            Ok(id) => error::outcome(self.0.expire_invitation(id).await, self.0.clock.now()),
            Err(outcome) => outcome,
        }
    }
}

/// Whoever verifies an address gets what waits for it.
pub(crate) struct VerifiedEmails(pub(crate) Wallet);

#[derive(Deserialize)]
struct Verified {
    #[serde(alias = "new_email")]
    email: String,
}

impl Consumer for VerifiedEmails {
    fn name(&self) -> &'static str {
        "wallet.invitations"
    }

    fn context(&self) -> &'static str {
        "identity"
    }

    fn kinds(&self) -> Option<&'static [&'static str]> {
        Some(&["identity.email.verified", "identity.email.changed"])
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        for event in events {
            let (Some(subject), verified) = (event.subject, event.parse::<Verified>()?) else {
                continue;
            };
            self.0.begin_claims_in_tx(tx, &verified.email, UserId::from_u128(subject)).await?;
        }
        Ok(())
    }
}
