//! An attempt to deliver a mail, and the cleaning of what is old.
//!
//! What a crash leaves behind, and what the next run makes of it:
//!
//! | the row says | so | the next run |
//! |---|---|---|
//! | `queued` | the server has seen nothing of the text | sends it |
//! | `handing_over` | the text may have left, the answer isn't known | says `unknown`, and stops: the job is dead, and sends it again when staff redrives it |
//! | anything else | it is over; only the job's end wasn't written | ends the job |

use std::ops::ControlFlow;
use std::time::Duration;

use identity::{ChallengeId, ChallengeSecret};
use kernel::Timestamp;
use kernel::bus::{self, Backoff, Bus, Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use super::compose::{ComposeError, Composed, compose};
use super::render::{Rendered, Secret, Setting};
use super::smtp::{Gate, NotTaken, Smtp};
use super::store::{self, End};
use super::{Channel, Message, MessageStatus, purchase};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::MailId;
use crate::suppressions::store as suppressions;
use crate::texts::{Names, people};

pub(super) const SEND: &str = "notifications.mail.send";
const CLEAN: &str = "notifications.mail.clean";

pub(crate) const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Waits between attempts: ten attempts in about two days.
const WAITS: [Duration; 9] = [
    minutes(1),
    minutes(5),
    minutes(15),
    minutes(60),
    minutes(3 * 60),
    minutes(6 * 60),
    minutes(12 * 60),
    minutes(12 * 60),
    minutes(12 * 60),
];
const ATTEMPTS_MAX: u32 = WAITS.len() as u32 + 1;
/// Somebody sits there and waits for the code.
const CHALLENGE_WAIT: Duration = Duration::from_secs(15);

/// How long the mailbox keeps mail, which holds codes and links.
const MAILBOX_KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);
const CLEAN_EACH: Duration = Duration::from_secs(3_600);
const CLEAN_BATCH: i64 = 5_000;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) mail_id: MailId,
}

/// The job of a message; it can be told by the message's id.
pub(super) fn send_job(mail_id: MailId, channel: Channel) -> NewJob {
    NewJob::new(channel.job_kind(), Payload { mail_id }).key(mail_id.to_string())
}

pub(crate) fn register(notifications: &Notifications, bus: Bus) -> Bus {
    bus.worker(Send(notifications.clone())).worker(Clean(notifications.clone()))
}

pub(crate) async fn ensure_jobs(notifications: &Notifications) -> Result<(), NotificationsError> {
    let job = NewJob::new(CLEAN, ());
    Ok(bus::ensure_recurring(&notifications.database, &*notifications.clock, job).await?)
}

struct Send(Notifications);

impl Worker for Send {
    fn kind(&self) -> &'static str {
        SEND
    }

    /// The timeout is longer than the longest dialogue, so that a run is only broken off when its
    /// process is in trouble.
    fn policy(&self) -> Policy {
        Policy {
            attempts_max: ATTEMPTS_MAX,
            timeout: self.0.smtp.iter().map(Smtp::longest).sum::<Duration>() + minutes(2),
            concurrency: 4,
            backoff: Backoff::Schedule(&WAITS),
        }
    }

    async fn run(&self, job: &Job) -> Outcome {
        match attempt(&self.0, job).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry(error),
        }
    }
}

/// Begins an attempt to hand over a message of a channel that doesn't ask what a crash left behind,
/// unless `may_begin` says of its state that there is nothing to do; then it says what becomes of
/// the job.
pub(crate) async fn begin(
    notifications: &Notifications,
    job: &Job,
    may_begin: impl FnOnce(MessageStatus) -> bool,
) -> Result<ControlFlow<Outcome, Message>, JobError> {
    let Payload { mail_id } = job.parse()?;
    let database = &notifications.database;
    // Without it, its user was deleted.
    let found = store::get(database, mail_id).await?;
    let Some(mut message) = found.filter(|message| may_begin(message.status)) else {
        return Ok(ControlFlow::Break(Outcome::Done));
    };
    if store::begin(database, notifications.clock.now(), &mut message).await? {
        return Ok(ControlFlow::Continue(message));
    }
    Ok(ControlFlow::Break(under_way()))
}

fn under_way() -> Outcome {
    Outcome::RetryAfter(minutes(1), JobError::new("another attempt is under way"))
}

async fn attempt(notifications: &Notifications, job: &Job) -> Result<Outcome, JobError> {
    let Payload { mail_id } = job.parse()?;
    let database = &notifications.database;
    let Some(mut message) = store::get(database, mail_id).await? else {
        // Its user was deleted.
        return Ok(Outcome::Done);
    };
    let now = notifications.clock.now();
    match message.status {
        MessageStatus::Queued => {}
        // A redriven job counts from one again; one whose process died doesn't.
        MessageStatus::Failed | MessageStatus::Unknown if job.attempt == 1 => {}
        MessageStatus::Failed => return Ok(Outcome::Dead(JobError::new("failed for good"))),
        MessageStatus::HandingOver | MessageStatus::Unknown => {
            return in_doubt(notifications, &message, now).await;
        }
        _ => return Ok(Outcome::Done),
    }
    if !store::begin(database, now, &mut message).await? {
        return Ok(under_way());
    }
    let is_last = job.attempt >= ATTEMPTS_MAX;
    deliver(notifications, &message, is_last).await
}

/// Nobody knows whether the server took it. Sending it again could be the second time, so that
/// is left to people.
async fn in_doubt(
    notifications: &Notifications,
    message: &Message,
    now: Timestamp,
) -> Result<Outcome, JobError> {
    let reply = "the process died while it handed the mail over; the server may have taken it";
    let end = End { status: MessageStatus::Unknown, provider: None, reply: Some(reply) };
    store::end(&notifications.database, now, message.id, message.attempt, &end).await?;
    Ok(Outcome::Dead(JobError::new(format!("{reply}: redrive the job to send it again"))))
}

async fn deliver(
    notifications: &Notifications,
    message: &Message,
    is_last: bool,
) -> Result<Outcome, JobError> {
    let database = &notifications.database;
    let finish = |status, reply: Option<String>| async move {
        let now = notifications.clock.now();
        let end = End { status, provider: None, reply: reply.as_deref() };
        store::end(database, now, message.id, message.attempt, &end).await
    };
    if !message.ignores_suppression() && suppressions::is_suppressed(database, &message.to).await? {
        finish(MessageStatus::Suppressed, None).await?;
        return Ok(Outcome::Done);
    }
    let Some(rendered) = render(notifications, message).await? else {
        finish(MessageStatus::Expired, None).await?;
        return Ok(Outcome::Done);
    };
    let composed = match compose(message, &rendered, &notifications.sender) {
        Ok(composed) => composed,
        Err(error) => return refused(notifications, message, &error).await,
    };
    if notifications.smtp.is_empty() {
        let now = notifications.clock.now();
        store::keep(database, now, message, &rendered, &composed.headers).await?;
        return Ok(Outcome::Done);
    }
    match hand_over(notifications, message, &composed).await {
        Ok(reply) => {
            finish(MessageStatus::Sent, Some(reply)).await?;
            if message.ignores_suppression() {
                suppressions::remove(&database.client().await?, &message.to).await?;
            }
            Ok(Outcome::Done)
        }
        Err(why) => not_taken(notifications, message, why, is_last).await,
    }
}

/// To the first server that can be reached.
async fn hand_over(
    notifications: &Notifications,
    message: &Message,
    composed: &Composed,
) -> Result<String, NotTaken> {
    let mut failures = Vec::new();
    for smtp in &notifications.smtp {
        match hand_over_to(notifications, smtp, message, composed).await {
            Err(NotTaken::Unreachable(why)) => failures.push(why),
            outcome => return outcome,
        }
    }
    Err(NotTaken::Later(failures.join("; ")))
}

async fn hand_over_to(
    notifications: &Notifications,
    smtp: &Smtp,
    message: &Message,
    composed: &Composed,
) -> Result<String, NotTaken> {
    let database = &notifications.database;
    let provider = smtp.url.provider();
    let gate = async {
        let now = notifications.clock.now();
        let is_ours =
            store::hand_over(database, now, message.id, message.attempt, &provider).await?;
        Ok::<_, kernel::DatabaseError>(if is_ours { Gate::Open } else { Gate::Closed })
    };
    smtp.deliver(&*notifications.clock, composed, gate).await
}

/// What becomes of a mail that the server didn't take.
async fn not_taken(
    notifications: &Notifications,
    message: &Message,
    why: NotTaken,
    is_last: bool,
) -> Result<Outcome, JobError> {
    let (database, now) = (&notifications.database, notifications.clock.now());
    let write = |status, reply: String| async move {
        let end = End { status, provider: None, reply: Some(&reply) };
        store::end(database, now, message.id, message.attempt, &end).await
    };
    match why {
        NotTaken::Overtaken => Ok(Outcome::Done),
        NotTaken::NoMailbox(reply) => {
            suppressions::add(database, now, &message.to, &reply, message.id).await?;
            write(MessageStatus::Failed, reply).await?;
            Ok(Outcome::Done)
        }
        NotTaken::Refused(reply) => {
            write(MessageStatus::Failed, reply.clone()).await?;
            Ok(Outcome::Dead(JobError::new(reply)))
        }
        NotTaken::Later(reply) | NotTaken::Unreachable(reply) => {
            let status = if is_last { MessageStatus::Failed } else { MessageStatus::Queued };
            write(status, reply.clone()).await?;
            let error = JobError::new(reply);
            Ok(match message.is_challenge() {
                true if !is_last => Outcome::RetryAfter(CHALLENGE_WAIT, error),
                _ => Outcome::Retry(error),
            })
        }
    }
}

/// A mail that can't be written. One to an address that isn't one fails quietly.
async fn refused(
    notifications: &Notifications,
    message: &Message,
    error: &ComposeError,
) -> Result<Outcome, JobError> {
    let (database, now) = (&notifications.database, notifications.clock.now());
    let text = error.to_string();
    let end = End { status: MessageStatus::Failed, provider: None, reply: Some(&text) };
    store::end(database, now, message.id, message.attempt, &end).await?;
    Ok(match error {
        ComposeError::Address => Outcome::Done,
        _ => Outcome::Dead(JobError::new(text)),
    })
}

/// What the mail says now; `None` if that is no longer true.
async fn render(
    notifications: &Notifications,
    message: &Message,
) -> Result<Option<Rendered>, NotificationsError> {
    let secret = match message.is_challenge() {
        false => None,
        true => match secret(notifications, message).await? {
            None => return Ok(None),
            secret => secret,
        },
    };
    let names = notifications.names(message).await?;
    let reader = message.user.and_then(|user| names.get(&user)).map_or("", String::as_str);
    let public_url = notifications.options.public_url.as_str();
    let order_token = purchase::guests_token(&notifications.vault, message);
    let setting = Setting {
        public_url,
        reader,
        names: &names,
        secret: secret.as_ref(),
        order_token: order_token.as_deref(),
    };
    Ok(Some(notifications.layouts.render(&notifications.texts, message, &setting)?))
}

impl Notifications {
    /// The names of those whom a message is about, and of its reader.
    pub(crate) async fn names(&self, message: &Message) -> Result<Names, NotificationsError> {
        let wanted: Vec<_> = people(&message.params).chain(message.user).collect();
        let users = self.identity.users(&wanted).await?.into_values();
        let there = users.filter(|user| user.status != identity::UserStatus::Deleted);
        Ok(there.map(|user| (user.id, user.name.clone())).collect())
    }

    /// What a challenge's message has to hold, unless it was answered or has expired.
    pub(crate) async fn challenge_secret(
        &self,
        message: &Message,
    ) -> Result<Option<ChallengeSecret>, NotificationsError> {
        let id = message.params.get("challenge_id").and_then(|id| id.as_str());
        let id: Option<ChallengeId> = id.and_then(|id| id.parse().ok());
        let missing = || NotificationsError::Text("a challenge's message names none".to_owned());
        let secret = self.identity.challenge_secret(id.ok_or_else(missing)?).await?;
        Ok(secret.filter(|secret| secret.expires_at > self.clock.now()))
    }
}

/// Code and link of a challenge, unless it is over.
async fn secret(
    notifications: &Notifications,
    message: &Message,
) -> Result<Option<Secret>, NotificationsError> {
    let Some(secret) = notifications.challenge_secret(message).await? else { return Ok(None) };
    let now = notifications.clock.now();
    let code =
        (secret.code_expires_at > now).then(|| (secret.code.clone(), secret.code_expires_at));
    let page = match message.kind.as_str() {
        "challenge.verify_email" => "verify",
        "challenge.reset_password" => "reset",
        _ => "confirm",
    };
    let token: String =
        url::form_urlencoded::byte_serialize(secret.link_token.as_bytes()).collect();
    // The page has to say which sign-in it confirms.
    let sign_in = secret.sign_in.map_or_else(String::new, |id| format!("&sign_in={id}"));
    let link = format!("{}/{page}?token={token}{sign_in}", notifications.options.public_url);
    let link = secret.takes_link.then_some(link);
    Ok(Some(Secret { code, link, expires_at: secret.expires_at }))
}

/// Removes what is old, again and again.
struct Clean(Notifications);

impl Worker for Clean {
    fn kind(&self) -> &'static str {
        CLEAN
    }

    /// Only the database can make it fail, so it is tried until that is there again.
    fn policy(&self) -> Policy {
        Policy { concurrency: 1, attempts_max: 10_000, ..Policy::default() }
    }

    async fn run(&self, _: &Job) -> Outcome {
        let now = self.0.clock.now();
        let mailbox_before = now.saturating_sub(MAILBOX_KEPT_FOR);
        let messages_before = first_id(now.saturating_sub(self.0.options.kept_for));
        let database = &self.0.database;
        match store::clean(database, mailbox_before, messages_before, CLEAN_BATCH).await {
            Ok(true) => Outcome::Later(now),
            Ok(false) => Outcome::Later(now.saturating_add(CLEAN_EACH)),
            Err(error) => Outcome::Retry(error.into()),
        }
    }
}

/// Before every id that was made at this moment or later: a UUIDv7 begins with its milliseconds.
fn first_id(at: Timestamp) -> MailId {
    let millis = u64::try_from(at.as_millis()).unwrap_or_default();
    MailId::from_u128(u128::from(millis) << 80)
}
