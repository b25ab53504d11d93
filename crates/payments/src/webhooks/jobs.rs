//! Acts on webhooks that were stored.

use kernel::bus::{Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use crate::jobs::{POLICY, outcome};
use crate::payments::Payments;

const KIND: &str = "payments.webhook.process";

pub(crate) struct Process(pub(crate) Payments);

#[derive(Serialize, Deserialize)]
struct Payload {
    provider: String,
    event_id: String,
}

pub(super) fn process(provider: &str, event_id: &str) -> NewJob {
    let key = format!("{provider} {event_id}");
    let payload = Payload { provider: provider.to_owned(), event_id: event_id.to_owned() };
    NewJob::new(KIND, payload).key(key)
}

impl Worker for Process {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        POLICY
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(Payload { provider, event_id }) => {
                outcome(&*self.0.clock, self.0.process_webhook(&provider, &event_id).await)
            }
            Err(error) => Outcome::Dead(JobError::new(error)),
        }
    }
}
