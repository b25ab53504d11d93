//! What goes on with requests in the background.

use kernel::bus::{Job, NewJob, Outcome, Worker};
use serde::Deserialize;
use serde_json::json;

use crate::error;
use crate::ids::RequestId;
use crate::wallet::Wallet;

pub(super) const FINISH: &str = "wallet.requests.finish";
pub(super) const EXPIRE: &str = "wallet.requests.expire";

#[derive(Deserialize)]
struct Payload {
    request: RequestId,
}

pub(super) fn job(kind: &'static str, id: RequestId) -> NewJob {
    NewJob::new(kind, json!({ "request": id })).key(id.to_string())
}

/// Finishes a payment that a crash left.
pub(crate) struct Finish(pub(crate) Wallet);

impl Worker for Finish {
    fn kind(&self) -> &'static str {
        FINISH
    }

    async fn run(&self, job: &Job) -> Outcome {
        let id = match job.parse::<Payload>() {
            Ok(payload) => payload.request,
            Err(error) => return Outcome::Dead(error),
        };
        match self.0.finish_request(id).await {
            Ok(()) => Outcome::Done,
            Err(error) if error.is_refusal() => Outcome::Done,
            Err(error) => error.outcome(self.0.clock.now()),
        }
    }
}

/// Ends a request that nobody answered.
pub(crate) struct Expire(pub(crate) Wallet);

impl Worker for Expire {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(Payload { request }) => {
                error::outcome(self.0.expire_request(request).await, self.0.clock.now())
            }
            Err(error) => Outcome::Dead(error),
        }
    }
}
