//! One attempt: a POST to an address that was checked, and what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use url::Url;

use super::schedule::Ended;
use super::{DeliveryId, WebhookOptions};
use crate::outgoing::{AddressGuard, GuardedClient, reason, retry_after};

/// More of an answer isn't read.
const RESPONSE_BYTES_MAX: usize = 64 << 10;
/// What of it is kept.
const EXCERPT_BYTES: usize = 1 << 10;
const USER_AGENT: &str = concat!("Bushel-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Sends messages.
pub(super) struct Sender {
    client: GuardedClient,
    timeout: Duration,
}

/// A message to send.
pub(super) struct Outgoing<'a> {
    pub(super) url: &'a str,
    pub(super) id: DeliveryId,
    pub(super) seconds: i64,
    pub(super) signature: String,
    pub(super) body: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: Option<u16>,
    /// Why it failed, in words for the user. Never an address, and nothing of the request.
    pub(super) error: Option<&'static str>,
    pub(super) excerpt: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) duration: Duration,
}

impl Sender {
    pub(super) fn new(options: &WebhookOptions) -> Self {
        let guard = AddressGuard::new(options.allowed.clone());
        let client =
            GuardedClient::new(guard, &options.resolver, options.connect_timeout, USER_AGENT);
        Self { client, timeout: options.timeout }
    }

    pub(super) const fn guard(&self) -> &Arc<AddressGuard> {
        self.client.guard()
    }

    /// Tries once. It always ends, within the timeout.
    pub(super) async fn send(&self, message: Outgoing<'_>, now: Timestamp) -> Reply {
        let began = Instant::now();
        let mut reply = Reply::failed("it did not answer in time");
        let attempt = self.attempt(message, now, &mut reply);
        // What was learned before the time was over, such as the status, stays.
        let _ = tokio::time::timeout(self.timeout, attempt).await;
        reply.duration = began.elapsed();
        reply
    }

    async fn attempt(&self, message: Outgoing<'_>, now: Timestamp, reply: &mut Reply) {
        let (client, url) = match self.client.pick(message.url) {
            Ok(picked) => picked,
            Err(why) => return *reply = Reply::failed(why),
        };
        match post(client, url, message).await {
            Err(error) => *reply = Reply::failed(reason(&error)),
            Ok(mut response) => {
                let status = response.status().as_u16();
                reply.status = Some(status);
                reply.error = refusal(status);
                reply.retry_after = retry_after(response.headers(), now);
                read(&mut response, reply).await;
            }
        }
    }
}

impl Reply {
    const fn failed(error: &'static str) -> Self {
        let duration = Duration::ZERO;
        Self { status: None, error: Some(error), excerpt: None, retry_after: None, duration }
    }

    /// In the log for an event that isn't there any more.
    pub(super) const fn nothing_to_send() -> Self {
        Self::failed("the event is no longer in the log")
    }

    /// What the schedule has to know.
    pub(super) fn ended(&self) -> Ended {
        match self.status {
            Some(200..=299) => Ended::Succeeded,
            Some(410) => Ended::Gone,
            _ => Ended::Failed { retry_after: self.retry_after },
        }
    }
}

async fn post(client: &Client, url: Url, message: Outgoing<'_>) -> reqwest::Result<Response> {
    let json = HeaderValue::from_static("application/json");
    client
        .post(url)
        .header(CONTENT_TYPE, json)
        .header("webhook-id", message.id.to_string())
        .header("webhook-timestamp", message.seconds)
        .header("webhook-signature", message.signature)
        .body(message.body)
        .send()
        .await
}

/// Reads what is kept and a little more, so that a receiver isn't cut off in a short answer.
async fn read(response: &mut Response, reply: &mut Reply) {
    let (mut kept, mut length) = (Vec::new(), 0);
    while length < RESPONSE_BYTES_MAX {
        // The status has said it all; a body that breaks off changes nothing.
        let Ok(Some(chunk)) = response.chunk().await else { return };
        length += chunk.len();
        let room = EXCERPT_BYTES - kept.len();
        if room > 0 {
            kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
            reply.excerpt = Some(excerpt(&kept));
        }
    }
}

/// Text that can be stored and shown: no zeros, no control characters but line breaks.
fn excerpt(bytes: &[u8]) -> String {
    let is_plain = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    String::from_utf8_lossy(bytes).chars().filter(is_plain).collect()
}

const fn refusal(status: u16) -> Option<&'static str> {
    match status {
        200..=299 => None,
        300..=399 => Some("it answered with a redirect, which is not followed"),
        410 => Some("it answered that it is gone for good"),
        429 => Some("it asked for fewer messages"),
        _ => Some("it did not answer with 2xx"),
    }
}
