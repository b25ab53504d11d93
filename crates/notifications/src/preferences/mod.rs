//! Which kinds of events a user wants to be told, and how: in the list, by mail, to webhooks, by
//! short message, in browsers.
//!
//! Invariants: what protects the user can't be switched off in list, mail and webhooks; an event remembers what was chosen
//! when it happened, so a later choice changes nothing that was told; what isn't stored is as by
//! default, so a default that changes reaches everybody who chose nothing.

pub(crate) mod http;
pub(crate) mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::NotificationsError;
use crate::events::EventKind;

/// Where a kind is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) in_app: bool,
    pub(crate) email: bool,
    pub(crate) webhook: bool,
    /// Where the user has a phone.
    pub(crate) sms: bool,
    /// Where the user has subscribed a browser.
    pub(crate) push: bool,
}

impl Choice {
    /// A short message costs, so only what protects the user is told by it. Nobody has to be told
    /// at once what they did themselves a moment ago.
    pub(crate) fn default_of(kind: EventKind) -> Self {
        let push = kind != EventKind::TransferSent;
        let email = kind.is_mailed_by_default();
        Self { in_app: true, email, webhook: true, sms: kind.is_security(), push }
    }

    /// Another event tells people the same.
    pub(crate) const fn for_programs_only(self) -> Self {
        Self { in_app: false, email: false, sms: false, push: false, webhook: self.webhook }
    }
}

/// What a user asks for. Who doesn't name the newer channels, or chose before there were any,
/// keeps their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) in_app: bool,
    pub(crate) email: bool,
    pub(crate) webhook: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sms: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) push: Option<bool>,
}

impl Wish {
    fn of(self, kind: EventKind) -> Choice {
        let default = Choice::default_of(kind);
        let (sms, push) = (self.sms.unwrap_or(default.sms), self.push.unwrap_or(default.push));
        // Also if a row was stored when the kind was none of these.
        if kind.is_security() {
            return Choice { sms, push, ..default };
        }
        Choice { in_app: self.in_app, email: self.email, webhook: self.webhook, sms, push }
    }
}

/// What a user chose, as stored: by the kind's name, so that a name which this program doesn't
/// know stays untouched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Choices(BTreeMap<String, Wish>);

impl Choices {
    /// Checks what a user asks for. Kinds that are left out are as by default.
    pub(crate) fn try_new(
        asked: impl IntoIterator<Item = (String, Wish)>,
    ) -> Result<Self, NotificationsError> {
        let (mut choices, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for (name, wish) in asked {
            let Some(kind) = EventKind::from_name(&name) else {
                return Err(NotificationsError::KindUnknown(name));
            };
            if !seen.insert(kind) {
                return Err(NotificationsError::KindTwice(name));
            }
            let is_all = wish.in_app && wish.email && wish.webhook;
            if kind.is_security() && !is_all {
                return Err(NotificationsError::SecurityRequired(kind.as_str()));
            }
            // Defaults aren't stored, so that they may change.
            if wish.of(kind) != Choice::default_of(kind) {
                choices.insert(name, wish);
            }
        }
        Ok(Self(choices))
    }

    pub(crate) fn of(&self, kind: EventKind) -> Choice {
        let wish = self.0.get(kind.as_str());
        wish.map_or_else(|| Choice::default_of(kind), |wish| wish.of(kind))
    }
}

/// A user's choices with their version: 0 for somebody who never chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) version: u32,
    pub(crate) choices: Choices,
}
