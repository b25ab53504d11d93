//! Short messages: rendered at each attempt like mail, and handed to the first provider that takes
//! them, or kept in the mailbox where none is configured.
//!
//! What is promised (docs/decisions/0020-channels-and-providers.md):
//! - A provider that is down, slow, or refuses for reasons of its own is passed over for the next
//!   one, and rests after three failures in a row.
//! - A provider's word about the number is final: no other one is asked.
//! - Providers have no idempotency. One that was handed a message and didn't answer may have sent
//!   it. Then it is handed over once more, to the next one: a code that nobody gets is worse than
//!   one that comes twice. After a second time without an answer it is `unknown`, and left to staff.
//!
//!
//! Reading order: this file, `options` (a provider as a URL), `twilio`, `text`, `jobs` (an
//! attempt), `http` (what providers report later).

pub(crate) mod http;
pub(crate) mod jobs;
mod options;
mod provider;
mod service;
#[cfg(test)]
mod tests;
mod text;
mod twilio;

pub use options::SmsUrl;
pub(crate) use provider::{Callback, Outcome, Provider, Report, Sending};
use twilio::Twilio;

use crate::breaker::Breaker;

/// The providers in the order in which they are asked; none: messages are kept in the mailbox.
pub(crate) struct Sms {
    providers: Vec<(Box<dyn Provider>, Breaker)>,
}

impl Sms {
    pub(crate) fn new(urls: &[SmsUrl]) -> Self {
        let provider = |url: &SmsUrl| Box::new(Twilio::new(url.clone())) as Box<dyn Provider>;
        Self { providers: urls.iter().map(|url| (provider(url), Breaker::default())).collect() }
    }
}

/// A short message that can be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShortMessage {
    pub(crate) to: String,
    pub(crate) text: String,
    /// Where the provider reports what became of it, if it can reach us.
    pub(crate) status_url: Option<String>,
}
