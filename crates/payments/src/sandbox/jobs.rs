//! What happens later in the sandbox, and the delivery of what it has to tell.

use std::time::Duration;

use ::http::{HeaderMap, HeaderValue};
use kernel::bus::{Backoff, Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use super::NAME;
use super::flow::Step;
use crate::jobs::POLICY;
use crate::payments::Payments;

const STEP: &str = "payments.sandbox.step";
const DELIVER: &str = "payments.sandbox.deliver";

/// A receiver that is slower than this has not received it.
const ANSWER_MAX: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct StepPayload {
    object: String,
    step: Step,
}

#[derive(Serialize, Deserialize)]
struct DeliverPayload {
    event: String,
}

pub(super) fn step(object: &str, step: Step) -> NewJob {
    let key = format!("{object} {step:?}");
    NewJob::new(STEP, StepPayload { object: object.to_owned(), step }).key(key)
}

pub(super) fn deliver(event: &str, copy: usize) -> NewJob {
    let payload = DeliverPayload { event: event.to_owned() };
    NewJob::new(DELIVER, payload).key(format!("{event} {copy}"))
}

/// Lets things happen.
pub(crate) struct Steps(pub(crate) Payments);

impl Worker for Steps {
    fn kind(&self) -> &'static str {
        STEP
    }

    fn policy(&self) -> Policy {
        POLICY
    }

    async fn run(&self, job: &Job) -> Outcome {
        let payload: StepPayload = match job.parse() {
            Ok(payload) => payload,
            Err(error) => return Outcome::Dead(JobError::new(error)),
        };
        let taken = self.0.sandbox.take_step(&payload.object, payload.step).await;
        self.0.pass("sandbox.stepped").await;
        taken.map_err(JobError::from).into()
    }
}

/// Sends webhooks: over HTTP to the address in the options, or else within the process.
pub(crate) struct Deliver {
    payments: Payments,
    http: reqwest::Client,
}

impl Deliver {
    pub(crate) fn new(payments: Payments) -> Self {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client with these settings can be built");
        Self { payments, http }
    }

    async fn send(&self, event: &str) -> Result<(), JobError> {
        let Some((headers, body)) = self.payments.sandbox.signed_event(event).await? else {
            return Ok(());
        };
        let Some(base) = &self.payments.options.sandbox.webhook_url else {
            let headers = headers.into_iter().map(|(name, value)| {
                let value = HeaderValue::try_from(value).expect("ids, digits and base64 are ASCII");
                (::http::HeaderName::from_static(name), value)
            });
            let headers: HeaderMap = headers.collect();
            return Ok(self.payments.receive_webhook(NAME, &headers, body.as_bytes()).await?);
        };
        let url = format!("{}/v1/payments/webhooks/{NAME}", base.trim_end_matches('/'));
        let mut request = self.http.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let status = request.body(body).send().await?.status();
        if status.is_success() {
            return Ok(());
        }
        Err(JobError::new(format_args!("the receiver answered {status}")))
    }
}

impl Worker for Deliver {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    fn policy(&self) -> Policy {
        let (first, max) = (Duration::from_secs(5), Duration::from_secs(3_600));
        Policy { backoff: Backoff::Exponential { first, max }, ..POLICY }
    }

    async fn run(&self, job: &Job) -> Outcome {
        let payload: DeliverPayload = match job.parse() {
            Ok(payload) => payload,
            Err(error) => return Outcome::Dead(JobError::new(error)),
        };
        let sent = self.send(&payload.event).await;
        self.payments.pass("sandbox.delivered").await;
        sent.into()
    }
}
