//! How messages get out: a job for each endpoint that has something to send.
//!
//! A job works on its endpoint's queue in the order in which messages are due, with at most two
//! requests in flight, and for at most 20 seconds; then it goes to the end of the line. So busy
//! endpoints take turns, and one that doesn't answer holds a place for seconds and then rests. A
//! job for each message would let the queue of one dead endpoint take all places.
//!
//! No message is forgotten, and no endpoint has two jobs at work:
//! - A job's key is the endpoint and its generation. A run raises the generation when it begins.
//!   What is added to the queue before that is seen by the run: it is added under a lock on the
//!   endpoint that the raise waits for. What is added later finds a new generation, so its job is
//!   a new one, which runs after this run.
//! - The endpoint's row names the job that works on it; another one comes again in a moment.
//! - A job whose process died comes again as itself when its lease is over, and goes on at once.
//!   Messages whose outcome wasn't written are then sent again, under the same id.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::Transaction;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::bus::{self, Backoff, Bus, Job, JobError, NewEvent, NewJob, Outcome, Policy, Worker};
use kernel::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::schedule::{self, Alarm, Ended, Next};
use super::secret::Secret;
use super::sender::{Outgoing, Reply};
use super::store::endpoints;
use super::store::queue::{self as store, Begin, Due, Target, Wanted};
use super::{DisabledReason, WebhookError, WebhookId, Webhooks, message};
use crate::events::UserEvent;

const DELIVER: &str = "notifications.webhooks.deliver";
const CLEAN: &str = "notifications.webhooks.clean";

/// How long a job works before others have their turn.
const TURN: Duration = Duration::from_secs(20);
/// For the turn, the requests in flight at its end, and writing.
const TIMEOUT: Duration = Duration::from_secs(60);
/// After this the run is over whatever happened: longer than the lease of its job.
const RUN_MAX: Duration = Duration::from_secs(75);
const BUSY_AGAIN: Duration = Duration::from_millis(500);
const IN_FLIGHT: usize = 2;
const BATCH: i64 = 32;

/// How long the log of deliveries is kept.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);
const CLEAN_EACH: Duration = Duration::from_secs(600);
const CLEAN_BATCH: i64 = 5_000;
/// A queue that nobody has looked at for so long has lost its job.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(300);

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    webhook_id: WebhookId,
}

/// Makes deliveries of events that were appended to logs in this transaction. One round trip
/// where no endpoint wants any of them.
pub(crate) async fn fan_out_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    events: impl IntoIterator<Item = &UserEvent> + Send,
) -> Result<(), WebhookError> {
    let events: Vec<&UserEvent> = events.into_iter().filter(|event| event.is_webhook).collect();
    if events.is_empty() {
        return Ok(());
    }
    let wanted = store::fan_out_in_tx(tx, &events, clock.now()).await?;
    enqueue_in_tx(tx, clock, wanted).await
}

/// Lets endpoints have a run. In the order of ids, so that two transactions don't wait for each
/// other's keys.
pub(super) async fn enqueue_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    mut wanted: Vec<Wanted>,
) -> Result<(), WebhookError> {
    wanted.sort_unstable();
    let job = |(webhook_id, generation): &Wanted| {
        NewJob::new(DELIVER, Payload { webhook_id: *webhook_id })
            .key(format!("{webhook_id}:{generation}"))
    };
    let jobs: Vec<NewJob> = wanted.iter().map(job).collect();
    Ok(bus::enqueue_in_tx(tx, clock, &jobs).await?)
}

pub(super) fn register(webhooks: &Webhooks, bus: Bus) -> Bus {
    bus.worker(Deliver(webhooks.clone())).worker(Clean(webhooks.clone()))
}

pub(super) async fn ensure_jobs(webhooks: &Webhooks) -> Result<(), WebhookError> {
    let job = NewJob::new(CLEAN, json!({}));
    Ok(bus::ensure_recurring(&webhooks.database, &*webhooks.clock, job).await?)
}

struct Deliver(Webhooks);

impl Worker for Deliver {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    /// Only the database can make a run fail, so it is tried until that is there again.
    fn policy(&self) -> Policy {
        let (first, max) = (Duration::from_secs(1), Duration::from_secs(60));
        Policy {
            attempts_max: 10_000,
            timeout: TIMEOUT,
            concurrency: self.0.concurrency,
            backoff: Backoff::Exponential { first, max },
        }
    }

    async fn run(&self, job: &Job) -> Outcome {
        match work(&self.0, job).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry(error),
        }
    }
}

async fn work(webhooks: &Webhooks, job: &Job) -> Result<Outcome, JobError> {
    let Payload { webhook_id } = job.parse()?;
    let now = webhooks.clock.now();
    let client = webhooks.database.client().await?;
    let began = store::begin(&client, webhook_id, job.id, now, now.saturating_add(RUN_MAX)).await?;
    drop(client);
    match began {
        Begin::Over => Ok(Outcome::Done),
        Begin::Busy => Ok(Outcome::Later(now.saturating_add(BUSY_AGAIN))),
        Begin::Ours => {
            let run =
                Run { webhooks, webhook: webhook_id, runner: job.id, ends: Instant::now() + TURN };
            run.send_due().await?;
            run.end().await?;
            Ok(Outcome::Done)
        }
    }
}

/// A turn of one endpoint.
struct Run<'a> {
    webhooks: &'a Webhooks,
    webhook: WebhookId,
    runner: u128,
    ends: Instant,
}

impl Run<'_> {
    /// Sends what is due, until nothing is, the endpoint rests, or the turn is over.
    async fn send_due(&self) -> Result<(), JobError> {
        while Instant::now() < self.ends {
            let now = self.webhooks.clock.now();
            let client = self.webhooks.database.client().await?;
            let target = store::target(&client, self.webhook, self.runner, now).await?;
            let Some(target) = target else { return Ok(()) };
            if target.health.rests_until.is_some_and(|until| until > now) {
                return Ok(());
            }
            // One that keeps failing has to show with one message that it is back.
            let limit = if target.health.is_suspect() { 1 } else { BATCH };
            let due = store::due(&client, self.webhook, now, limit).await?;
            drop(client);
            if due.is_empty() {
                return Ok(());
            }
            self.send_batch(&target, due).await?;
        }
        Ok(())
    }

    async fn send_batch(&self, target: &Target, due: Vec<Due>) -> Result<(), JobError> {
        let open = |sealed: &Vec<u8>| Secret::open(&self.webhooks.vault, self.webhook, sealed);
        let secrets: Vec<Secret> = target.secrets.iter().map(open).collect::<Result<_, _>>()?;
        let goes_on = AtomicBool::new(true);
        let sent = stream::iter(due).map(Ok).try_for_each_concurrent(IN_FLIGHT, |due| async {
            let due = due;
            if goes_on.load(Ordering::Relaxed) && Instant::now() < self.ends {
                let health_is_good = self.send(target, &secrets, &due).await?;
                goes_on.fetch_and(health_is_good, Ordering::Relaxed);
            }
            Ok::<(), JobError>(())
        });
        sent.await
    }

    /// One attempt and its record. Says whether the next one may follow at once.
    async fn send(&self, target: &Target, secrets: &[Secret], due: &Due) -> Result<bool, JobError> {
        let Some(body) = body(due) else { return self.give_up(due).await };
        let at = self.webhooks.clock.now();
        let seconds = at.as_micros().div_euclid(1_000_000);
        let signature = message::signatures(secrets, due.id, seconds, &body);
        let outgoing = Outgoing { url: &target.url, id: due.id, seconds, signature, body };
        let reply = self.webhooks.sender.send(outgoing, at).await;
        metrics::histogram!("webhook_attempt_seconds").record(reply.duration);
        let outcome = if reply.ended() == Ended::Succeeded { "succeeded" } else { "failed" };
        metrics::counter!("webhook_attempts_total", "outcome" => outcome).increment(1);
        self.record(target, due, at, &reply).await
    }

    async fn record(
        &self,
        target: &Target,
        due: &Due,
        at: Timestamp,
        reply: &Reply,
    ) -> Result<bool, JobError> {
        let (now, ended) = (self.webhooks.clock.now(), reply.ended());
        let mut client = self.webhooks.database.client().await?;
        let tx = client.transaction().await?;
        let health = store::lock_health_in_tx(&tx, self.webhook).await?;
        let next = schedule::next(now, due.attempts + 1, due.id.as_u128(), ended);
        store::record_in_tx(&tx, due.id, at, now, reply, next).await?;
        let Some(before) = health else {
            tx.commit().await?;
            return Ok(false);
        };
        let (after, alarm) = before.after(now, ended);
        if after != before {
            store::set_health_in_tx(&tx, self.webhook, &after).await?;
        }
        if let Some(alarm) = alarm {
            self.raise_in_tx(&tx, target, alarm).await?;
        }
        tx.commit().await?;
        Ok(!after.is_suspect() && after.rests_until.is_none() && alarm.is_none())
    }

    /// Tells the user in their log of events, and disables the endpoint if that has to be.
    async fn raise_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        target: &Target,
        alarm: Alarm,
    ) -> Result<(), JobError> {
        let clock = &*self.webhooks.clock;
        let (kind, reason) = match alarm {
            Alarm::Failing => ("notifications.webhook.failing", None),
            Alarm::DisabledAsFailing => {
                ("notifications.webhook.disabled", Some(DisabledReason::Failing))
            }
            Alarm::DisabledAsGone => ("notifications.webhook.disabled", Some(DisabledReason::Gone)),
        };
        if let Some(reason) = reason {
            endpoints::disable_in_tx(tx, self.webhook, reason, clock.now()).await?;
        }
        // The address may hold a token, so only its host is told.
        let host =
            url::Url::parse(&target.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let data = json!({ "webhook_id": self.webhook, "webhook_host": host, "reason": reason });
        let event = NewEvent::new("notifications", kind, Some(target.user.as_u128()), data);
        bus::publish_in_tx(tx, clock, &[event]).await?;
        Ok(())
    }

    /// The event has gone from the log, so there is nothing to send.
    async fn give_up(&self, due: &Due) -> Result<bool, JobError> {
        let now = self.webhooks.clock.now();
        let mut client = self.webhooks.database.client().await?;
        let tx = client.transaction().await?;
        let reply = Reply::nothing_to_send();
        store::record_in_tx(&tx, due.id, now, now, &reply, Next::Failed).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives the queue up, and sees to the next run if anything waits.
    async fn end(&self) -> Result<(), JobError> {
        let clock = &*self.webhooks.clock;
        let mut client = self.webhooks.database.client().await?;
        let tx = client.transaction().await?;
        if let Some((at, generation)) = store::end_in_tx(&tx, self.webhook, self.runner).await? {
            if at <= clock.now() {
                enqueue_in_tx(&tx, clock, vec![(self.webhook, generation)]).await?;
            } else {
                // Named by its time: runs that find the same message waiting make one job.
                let job = NewJob::new(DELIVER, Payload { webhook_id: self.webhook })
                    .key(format!("{}@{}", self.webhook, at.as_micros()))
                    .at(at);
                bus::enqueue_in_tx(&tx, clock, &[job]).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The text of a message; `None` if its event is gone.
fn body(due: &Due) -> Option<Vec<u8>> {
    match &due.event {
        Some((data, at)) => Some(message::body(&due.kind, *at, due.sequence, data)),
        None if due.sequence == 0 => {
            Some(message::body(&due.kind, due.created_at, 0, &message::test_data()))
        }
        None => None,
    }
}

/// Forgets old deliveries, and finds queues that have lost their job.
struct Clean(Webhooks);

impl Worker for Clean {
    fn kind(&self) -> &'static str {
        CLEAN
    }

    fn policy(&self) -> Policy {
        Policy { concurrency: 1, attempts_max: 10_000, ..Policy::default() }
    }

    async fn run(&self, _: &Job) -> Outcome {
        match clean(&self.0).await {
            Ok(again) => Outcome::Later(again),
            Err(error) => Outcome::Retry(error),
        }
    }
}

/// Answers when to clean again.
async fn clean(webhooks: &Webhooks) -> Result<Timestamp, JobError> {
    let (clock, now) = (&*webhooks.clock, webhooks.clock.now());
    let mut client = webhooks.database.client().await?;
    let before = now.saturating_sub(FORGOTTEN_AFTER);
    let forgotten = store::forgotten(&client, before, CLEAN_BATCH).await?;
    let tx = client.transaction().await?;
    enqueue_in_tx(&tx, clock, forgotten).await?;
    tx.commit().await?;
    let before = now.saturating_sub(KEPT_FOR);
    let count = super::store::deliveries::forget(&client, before, CLEAN_BATCH).await?;
    let is_all = count < CLEAN_BATCH.unsigned_abs();
    Ok(now.saturating_add(if is_all { CLEAN_EACH } else { Duration::from_secs(1) }))
}
