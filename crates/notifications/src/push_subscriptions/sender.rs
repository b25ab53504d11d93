//! One attempt: a POST to the push service of a browser, and what came of it.

use std::time::Duration;

use kernel::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder};
use tokio::sync::OnceCell;
use url::Url;

use super::KEPT_FOR;
use super::payload::Delivery;
use super::vapid::VapidKey;
use crate::outgoing::{AddressGuard, GuardedClient, reason, retry_after};
use crate::webhooks::WebhookOptions;

const USER_AGENT: &str = concat!("Bushel/", env!("CARGO_PKG_VERSION"));

/// Sends to push services. They are reached like webhooks, because users name them, too.
pub(crate) struct Push {
    client: GuardedClient,
    timeout: Duration,
    /// Read or made when it is first needed.
    pub(super) key: OnceCell<VapidKey>,
}

/// A message that is encrypted and signed for.
pub(super) struct Outgoing<'a> {
    pub(super) endpoint: &'a str,
    pub(super) authorization: String,
    pub(super) delivery: Delivery,
    pub(super) body: Vec<u8>,
}

/// What the push service makes of it. The texts go to staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken(String),
    /// The browser wants nothing more.
    Gone(String),
    /// No further attempt helps.
    Refused(String),
    Later {
        why: String,
        after: Option<Duration>,
    },
}

impl Push {
    pub(crate) fn new(options: &WebhookOptions) -> Self {
        let guard = AddressGuard::new(options.allowed.clone());
        let client =
            GuardedClient::new(guard, &options.resolver, options.connect_timeout, USER_AGENT);
        Self { client, timeout: options.timeout, key: OnceCell::new() }
    }

    /// The origin of an endpoint that may be reached.
    pub(super) fn check(&self, endpoint: &str) -> Result<Url, crate::outgoing::UrlRefusal> {
        self.client.guard().check_url(endpoint).map(|(url, _)| url)
    }

    pub(super) async fn send(&self, message: Outgoing<'_>, now: Timestamp) -> Outcome {
        let (client, url) = match self.client.pick(message.endpoint) {
            Ok(picked) => picked,
            Err(why) => return Outcome::Refused(why.to_owned()),
        };
        let request = request(client, url, message).timeout(self.timeout);
        match request.send().await {
            Err(error) => Outcome::Later { why: reason(&error).to_owned(), after: None },
            Ok(response) => {
                outcome(response.status().as_u16(), retry_after(response.headers(), now))
            }
        }
    }
}

fn request(client: &Client, url: Url, message: Outgoing<'_>) -> RequestBuilder {
    let Outgoing { authorization, delivery, body, .. } = message;
    let mut request = client
        .post(url)
        .header(AUTHORIZATION, authorization)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm")
        .header("ttl", KEPT_FOR.as_secs())
        .header("urgency", delivery.urgency);
    if let Some(topic) = delivery.topic {
        request = request.header("topic", topic);
    }
    request.body(body)
}

fn outcome(status: u16, after: Option<Duration>) -> Outcome {
    let said = status.to_string();
    match status {
        200..=299 => Outcome::Taken(said),
        404 | 410 => Outcome::Gone(said),
        429 | 500..=599 => Outcome::Later { why: said, after },
        _ => Outcome::Refused(said),
    }
}
