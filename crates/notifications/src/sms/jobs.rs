//! An attempt to hand over a short message.
//!
//! The row says `handing_over` before a provider gets the message. Whoever finds that, because a
//! process died, doesn't know whether it went out: that counts like a provider's silence.

use std::ops::ControlFlow;
use std::time::Duration;

use kernel::bus::{Backoff, Bus, Job, JobError, Outcome as Run, Policy, Worker};

use super::text::{Setting, render};
use super::{Outcome, ShortMessage};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::messages::jobs::{begin, minutes};
use crate::messages::store::{self, End};
use crate::messages::{Message, MessageStatus};

pub(crate) const SEND: &str = "notifications.sms.send";

/// Waits between attempts: seven attempts in about four hours.
const WAITS: [Duration; 6] =
    [minutes(1), minutes(5), minutes(15), minutes(30), minutes(60), minutes(120)];
const ATTEMPTS_MAX: u32 = WAITS.len() as u32 + 1;
/// Somebody sits there and waits for the code.
const CHALLENGE_WAIT: Duration = Duration::from_secs(15);
/// What is older is told by mail and in the list long since.
const USEFUL_FOR: Duration = Duration::from_secs(6 * 3_600);
/// Handed over without an answer, a message is handed over once more.
const DOUBTS_MAX: i16 = 1;

pub(crate) fn register(notifications: &Notifications, bus: Bus) -> Bus {
    bus.worker(Send(notifications.clone()))
}

struct Send(Notifications);

impl Worker for Send {
    fn kind(&self) -> &'static str {
        SEND
    }

    /// The timeout is longer than all providers may take one after the other.
    fn policy(&self) -> Policy {
        let providers = self.0.options.sms.iter().map(|url| url.timeout);
        Policy {
            attempts_max: ATTEMPTS_MAX,
            timeout: providers.sum::<Duration>() + minutes(1),
            concurrency: 4,
            backoff: Backoff::Schedule(&WAITS),
        }
    }

    async fn run(&self, job: &Job) -> Run {
        attempt(&self.0, job).await.unwrap_or_else(Run::Retry)
    }
}

async fn attempt(notifications: &Notifications, job: &Job) -> Result<Run, JobError> {
    let may_begin = |status| match status {
        MessageStatus::Queued | MessageStatus::HandingOver => true,
        // A redriven job counts from one again.
        MessageStatus::Failed | MessageStatus::Unknown => job.attempt == 1,
        _ => false,
    };
    let message = match begin(notifications, job, may_begin).await? {
        ControlFlow::Continue(message) => message,
        ControlFlow::Break(run) => return Ok(run),
    };
    let is_old = notifications.clock.now().since(message.created_at) > USEFUL_FOR;
    let text = if is_old { None } else { text(notifications, &message).await? };
    let attempt = Attempt { notifications, message, is_last: job.attempt >= ATTEMPTS_MAX };
    match text {
        None => attempt.end(MessageStatus::Expired, None).await,
        Some(text) if notifications.sms.providers.is_empty() => attempt.keep(text).await,
        Some(text) => attempt.hand_over(text).await,
    }
}

/// What the message says now; `None` if that is of no use any more.
async fn text(
    notifications: &Notifications,
    message: &Message,
) -> Result<Option<String>, NotificationsError> {
    let code = match message.is_challenge() {
        false => None,
        true => match notifications.challenge_secret(message).await? {
            Some(secret) if secret.code_expires_at > notifications.clock.now() => Some(secret.code),
            _ => return Ok(None),
        },
    };
    let names = notifications.names(message).await?;
    let public_url = notifications.options.public_url.as_str();
    let setting = Setting { public_url, names: &names, code: code.as_deref() };
    render(&notifications.texts, message, &setting).map(Some)
}

struct Attempt<'a> {
    notifications: &'a Notifications,
    message: Message,
    is_last: bool,
}

impl Attempt<'_> {
    /// Asks the providers one after the other, until one has the last word.
    async fn hand_over(mut self, text: String) -> Result<Run, JobError> {
        let (notifications, id) = (self.notifications, self.message.id);
        // Providers refuse addresses that they can't call.
        let is_public = notifications.options.public_url.starts_with("https://");
        let status_url = is_public.then(|| notifications.sms_status_url(id));
        let short = ShortMessage { to: self.message.to.clone(), text, status_url };
        let mut why = "every provider rests".to_owned();
        for (provider, breaker) in &notifications.sms.providers {
            if self.message.doubts > DOUBTS_MAX {
                return self.in_doubt().await;
            }
            let now = notifications.clock.now();
            if !breaker.admits(now) {
                continue;
            }
            let (database, name) = (&notifications.database, provider.name());
            if !store::hand_over(database, now, id, self.message.attempt, &name).await? {
                return Ok(Run::Done);
            }
            let outcome = provider.send(&short).await;
            count(&name, &outcome);
            let now = notifications.clock.now();
            match outcome {
                Outcome::Taken(reply) => {
                    breaker.succeeded();
                    return self.end(MessageStatus::Sent, Some(reply)).await;
                }
                Outcome::NumberRefused(reply) => {
                    breaker.succeeded();
                    return self.end(MessageStatus::Failed, Some(reply)).await;
                }
                Outcome::NotTaken(reply) => {
                    breaker.failed(now);
                    self.write(MessageStatus::Queued, Some(&reply)).await?;
                    why = format!("{name}: {reply}");
                }
                Outcome::InDoubt(reply) => {
                    breaker.failed(now);
                    store::doubt(database, now, &mut self.message, &reply).await?;
                    why = format!("{name}: {reply}");
                }
            }
        }
        if self.message.doubts > DOUBTS_MAX {
            return self.in_doubt().await;
        }
        self.later(why).await
    }

    async fn later(&self, why: String) -> Result<Run, JobError> {
        if self.message.is_challenge() {
            // However often: the code's end is the end of it.
            let again = self.notifications.clock.now().saturating_add(CHALLENGE_WAIT);
            return Ok(Run::Later(again));
        }
        if self.is_last {
            self.write(MessageStatus::Failed, None).await?;
        }
        Ok(Run::Retry(JobError::new(why)))
    }

    /// It may have gone out twice already.
    async fn in_doubt(&self) -> Result<Run, JobError> {
        self.write(MessageStatus::Unknown, None).await?;
        let why = "handed over twice without an answer: redrive the job to send it again";
        Ok(Run::Dead(JobError::new(why)))
    }

    async fn keep(self, text: String) -> Result<Run, JobError> {
        let (notifications, now) = (self.notifications, self.notifications.clock.now());
        let rendered = crate::messages::Rendered { text, ..Default::default() };
        store::keep(&notifications.database, now, &self.message, &rendered, &[]).await?;
        Ok(Run::Done)
    }

    async fn end(&self, status: MessageStatus, reply: Option<String>) -> Result<Run, JobError> {
        self.write(status, reply.as_deref()).await?;
        Ok(Run::Done)
    }

    async fn write(&self, status: MessageStatus, reply: Option<&str>) -> Result<(), JobError> {
        let (notifications, message) = (self.notifications, &self.message);
        let (now, end) = (notifications.clock.now(), End { status, provider: None, reply });
        store::end(&notifications.database, now, message.id, message.attempt, &end).await?;
        Ok(())
    }
}

fn count(provider: &str, outcome: &Outcome) {
    let outcome = match outcome {
        Outcome::Taken(_) => "taken",
        Outcome::NumberRefused(_) => "number_refused",
        Outcome::NotTaken(_) => "not_taken",
        Outcome::InDoubt(_) => "in_doubt",
    };
    metrics::counter!("sms_attempts_total", "provider" => provider.to_owned(), "outcome" => outcome)
        .increment(1);
}
