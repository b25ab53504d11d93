//! An attempt to push a message to a browser.

use std::ops::ControlFlow;
use std::time::Duration;

use kernel::bus::{Backoff, Bus, Job, JobError, Outcome as Run, Policy, Worker};

use super::encryption::{Ephemeral, encrypt};
use super::sender::{Outcome, Outgoing};
use super::{BrowserKeys, KEPT_FOR, PushSubscription, payload, store};
use crate::Notifications;
use crate::messages::jobs::{begin, minutes};
use crate::messages::store::{self as messages, End};
use crate::messages::{Message, MessageStatus};

pub(crate) const SEND: &str = "notifications.push.send";

/// Waits between attempts: seven attempts in about eight hours.
const WAITS: [Duration; 6] = [
    Duration::from_secs(10),
    minutes(1),
    minutes(10),
    minutes(60),
    minutes(2 * 60),
    minutes(5 * 60),
];
const ATTEMPTS_MAX: u32 = WAITS.len() as u32 + 1;
/// The longest that a push service may ask us to wait.
const RETRY_AFTER_MAX: Duration = minutes(6 * 60);

pub(crate) fn register(notifications: &Notifications, bus: Bus) -> Bus {
    bus.worker(Send(notifications.clone()))
}

struct Send(Notifications);

impl Worker for Send {
    fn kind(&self) -> &'static str {
        SEND
    }

    fn policy(&self) -> Policy {
        Policy {
            attempts_max: ATTEMPTS_MAX,
            timeout: self.0.options.webhooks.timeout + minutes(1),
            concurrency: 8,
            backoff: Backoff::Schedule(&WAITS),
        }
    }

    async fn run(&self, job: &Job) -> Run {
        attempt(&self.0, job).await.unwrap_or_else(Run::Retry)
    }
}

async fn attempt(notifications: &Notifications, job: &Job) -> Result<Run, JobError> {
    let may_begin = |status| match status {
        MessageStatus::Queued => true,
        // A redriven job counts from one again.
        MessageStatus::Failed => job.attempt == 1,
        _ => false,
    };
    let message = match begin(notifications, job, may_begin).await? {
        ControlFlow::Continue(message) => message,
        ControlFlow::Break(run) => return Ok(run),
    };
    let now = notifications.clock.now();
    let subscription = match message.to.parse() {
        Ok(id) => store::get(&notifications.database, &notifications.vault, id).await?,
        Err(_) => None,
    };
    // Unsubscribed, or somebody else's browser meanwhile.
    let subscription = subscription.filter(|(it, _)| Some(it.user) == message.user);
    let is_old = now.since(message.created_at) > KEPT_FOR;
    match subscription.filter(|_| !is_old) {
        None => end(notifications, &message, MessageStatus::Expired, None, "").await,
        Some((subscription, keys)) => {
            let outcome = push(notifications, &message, &subscription, &keys).await?;
            let is_last = job.attempt >= ATTEMPTS_MAX;
            note(notifications, &message, &subscription, outcome, is_last).await
        }
    }
}

async fn push(
    notifications: &Notifications,
    message: &Message,
    subscription: &PushSubscription,
    keys: &BrowserKeys,
) -> Result<Outcome, JobError> {
    let names = notifications.names(message).await?;
    let payload = payload::render(&notifications.texts, message, &names)?;
    let url = match notifications.push.check(&subscription.endpoint) {
        Ok(url) => url,
        Err(why) => return Ok(Outcome::Refused(why.to_string())),
    };
    let now = notifications.clock.now();
    let origin = url.origin().ascii_serialization();
    let key = notifications.push_key().await?;
    let broken = |_| JobError::new("the message can't be encrypted or signed");
    let authorization =
        key.authorization(&origin, &notifications.push_contact(), now).map_err(broken)?;
    let ephemeral = Ephemeral::generate().map_err(broken)?;
    let body = encrypt(keys, &ephemeral, &payload.bytes()).map_err(broken)?;
    let outgoing = Outgoing {
        endpoint: &subscription.endpoint,
        authorization,
        delivery: payload::delivery(message),
        body,
    };
    Ok(notifications.push.send(outgoing, now).await)
}

/// Writes what the push service made of it.
async fn note(
    notifications: &Notifications,
    message: &Message,
    subscription: &PushSubscription,
    outcome: Outcome,
    is_last: bool,
) -> Result<Run, JobError> {
    let database = &notifications.database;
    let provider = host(&subscription.endpoint);
    let end = |status, reply: String| async move {
        end(notifications, message, status, Some(provider), &reply).await
    };
    match outcome {
        Outcome::Taken(reply) => {
            store::note_sent(database, notifications.clock.now(), subscription.id).await?;
            end(MessageStatus::Sent, reply).await
        }
        Outcome::Gone(reply) => {
            store::delete(database, subscription.user, subscription.id).await?;
            end(MessageStatus::Failed, reply).await
        }
        Outcome::Refused(reply) => end(MessageStatus::Failed, reply).await,
        Outcome::Later { why, after } => {
            let status = if is_last { MessageStatus::Failed } else { MessageStatus::Queued };
            end(status, why.clone()).await?;
            let error = JobError::new(why);
            Ok(match after {
                Some(after) if !is_last => Run::RetryAfter(after.min(RETRY_AFTER_MAX), error),
                _ => Run::Retry(error),
            })
        }
    }
}

async fn end(
    notifications: &Notifications,
    message: &Message,
    status: MessageStatus,
    provider: Option<&str>,
    reply: &str,
) -> Result<Run, JobError> {
    metrics::counter!("push_attempts_total", "status" => status.as_str()).increment(1);
    let reply = Some(reply).filter(|reply| !reply.is_empty());
    let (now, end) = (notifications.clock.now(), End { status, provider, reply });
    messages::end(&notifications.database, now, message.id, message.attempt, &end).await?;
    Ok(Run::Done)
}

/// The host of an endpoint; the rest of it is the browser's own.
pub(super) fn host(endpoint: &str) -> &str {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}
