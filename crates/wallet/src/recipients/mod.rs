//! Whom one can send to: people with whom one had to do, newest first, and strangers by the
//! beginning of their handle.
//!
//! Invariants: handle and name are all that is told, and never an address. Who doesn't want to be
//! found is shown to those only who had to do with them. Whether an address is somebody's is not
//! looked up at all. How often somebody looks for strangers is limited, so that nobody reads the
//! whole list.

pub(crate) mod http;
mod service;

use kernel::Timestamp;
use kernel::rate_limit::{Quota, SharedRateLimiter};
use kernel::redis::Redis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::people::invitable;

/// How many are shown.
const SHOWN_MAX: usize = 8;
/// Below that a search for strangers would show just anybody.
const START_CHARS_MIN: usize = 2;
/// Searches for strangers: enough for who types, and months for who wants everybody.
const SEARCHES: Quota = Quota { burst: 60, per_period: 300, period_s: 3_600 };

/// Counts searches for strangers.
pub(crate) struct Searches(SharedRateLimiter<identity::UserId>);

impl Searches {
    pub(crate) fn new(redis: Option<Redis>) -> Self {
        Self(SharedRateLimiter::new("wallet.recipient_search.user", SEARCHES, redis))
    }
}

/// Somebody to send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletRecipient)]
pub(crate) struct Recipient {
    #[schema(example = "ann")]
    pub(crate) handle: String,
    #[schema(example = "Ann Apple")]
    pub(crate) name: String,
    /// When there was a transfer or a request last; not there for strangers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_at: Option<Timestamp>,
}

/// What can be sent to although nobody was found: the text itself, as a party of a transfer. It says
/// nothing of whether anybody has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletTypedRecipient)]
pub(crate) enum Typed {
    #[schema(example = "ann")]
    Handle(String),
    #[schema(example = "ann@example.org")]
    Email(String),
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletRecipients)]
pub(crate) struct Recipients {
    /// At most eight: known people first, the one with whom there was something last before the
    /// others; then strangers by handle.
    pub(crate) data: Vec<Recipient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) typed: Option<Typed>,
}

/// What somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted(String);

impl Wanted {
    fn new(text: &str) -> Self {
        Self(text.trim().trim_start_matches('@').to_lowercase())
    }

    /// Whether it is the beginning of the handle or of a word of the name.
    fn is_start_of(&self, handle: &str, name: &str) -> bool {
        let name = name.to_lowercase();
        let starts_word = || {
            let mut rest = name.as_str();
            loop {
                if rest.starts_with(&self.0) {
                    return true;
                }
                match rest.split_once(|c: char| !c.is_alphanumeric()) {
                    Some((_, behind)) => rest = behind,
                    None => return false,
                }
            }
        };
        handle.starts_with(&self.0) || starts_word()
    }

    /// The beginning of a handle, if strangers are to be looked for.
    fn start(&self) -> Option<&str> {
        let is_enough = self.0.chars().count() >= START_CHARS_MIN && !self.0.contains('@');
        is_enough.then_some(&self.0)
    }

    fn typed(&self) -> Option<Typed> {
        if let Some(email) = invitable(&self.0) {
            return Some(Typed::Email(email));
        }
        let is_inner = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let is_handle = (3..=30).contains(&self.0.len()) && self.0.chars().all(is_inner);
        is_handle.then(|| Typed::Handle(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_of_words_and_handles_are_found() {
        let check = |text: &str| Wanted::new(text).is_start_of("ann.apple", "Änne Apfel-Żak");
        for text in ["", "ann", "@Ann.a", "ÄN", "apf", "żak", "apfel-ż"] {
            assert!(check(text), "{text}");
        }
        for text in ["apple", "nn", "zak", "ann apple"] {
            assert!(!check(text), "{text}");
        }
    }

    #[test]
    fn what_is_typed_can_be_sent_to() {
        let typed = |text: &str| Wanted::new(text).typed();
        assert_eq!(typed(" @Ann "), Some(Typed::Handle("ann".into())));
        assert_eq!(typed("Ann@Example.org"), Some(Typed::Email("ann@example.org".into())));
        for text in ["an", "Änne", "ann@", "ann apple"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn strangers_are_looked_for_by_two_characters_of_a_handle() {
        let start = |text: &str| Wanted::new(text).start().map(str::to_owned);
        assert_eq!(start("@An").as_deref(), Some("an"));
        for text in ["", "a", "@a", "ann@example.org"] {
            assert_eq!(start(text), None, "{text}");
        }
    }
}
