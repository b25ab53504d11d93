use std::future::Future;
use std::pin::Pin;

use super::ShortMessage;

/// What came of handing a message to a provider. The texts go to staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The provider took it.
    Taken(String),
    /// The number can get none: no other provider is asked.
    NumberRefused(String),
    /// The provider didn't take it, for a reason of its own: another one may.
    NotTaken(String),
    /// It was handed over, and there was no answer: it may have gone out.
    InDoubt(String),
}

/// What a provider says later. The texts go to staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    OnItsWay,
    Delivered(String),
    Failed(String),
}

/// A request that says it comes from a provider.
pub(crate) struct Callback<'a> {
    /// Where it was sent, as the provider was told.
    pub(crate) address: &'a str,
    /// Of its form.
    pub(crate) fields: &'a [(String, String)],
    pub(crate) signature: &'a str,
}

/// The answer of [`Provider::send`].
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Somebody outside who sends short messages.
pub(crate) trait Provider: Send + Sync {
    /// For the log of messages.
    fn name(&self) -> String;

    /// Hands a message over. It always ends, within the provider's timeout.
    fn send<'a>(&'a self, message: &'a ShortMessage) -> Sending<'a>;

    /// What a callback says; `None` if this provider hasn't signed it.
    fn read(&self, callback: &Callback<'_>) -> Option<Report>;
}
