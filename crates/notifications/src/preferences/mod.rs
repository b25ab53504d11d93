//! Which kinds of events a user wants to be told, and how: in the list, by mail, to webhooks.
//!
//! Invariants: what protects the user can't be switched off; an event remembers what was chosen
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) in_app: bool,
    pub(crate) email: bool,
    pub(crate) webhook: bool,
}

impl Choice {
    pub(crate) fn default_of(kind: EventKind) -> Self {
        Self { in_app: true, email: kind.is_mailed_by_default(), webhook: true }
    }
}

/// What a user chose, as stored: by the kind's name, so that a name which this program doesn't
/// know stays untouched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Choices(BTreeMap<String, Choice>);

impl Choices {
    /// Checks what a user asks for. Kinds that are left out are as by default.
    pub(crate) fn try_new(
        asked: impl IntoIterator<Item = (String, Choice)>,
    ) -> Result<Self, NotificationsError> {
        let (mut choices, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for (name, choice) in asked {
            let Some(kind) = EventKind::from_name(&name) else {
                return Err(NotificationsError::KindUnknown(name));
            };
            if !seen.insert(kind) {
                return Err(NotificationsError::KindTwice(name));
            }
            let is_all = choice.in_app && choice.email && choice.webhook;
            if kind.is_security() && !is_all {
                return Err(NotificationsError::SecurityRequired(kind.as_str()));
            }
            // Defaults aren't stored, so that they may change.
            if choice != Choice::default_of(kind) {
                choices.insert(name, choice);
            }
        }
        Ok(Self(choices))
    }

    pub(crate) fn of(&self, kind: EventKind) -> Choice {
        let default = Choice::default_of(kind);
        let chosen = self.0.get(kind.as_str()).copied().unwrap_or(default);
        // Also if a row was stored when the kind was none of these.
        if kind.is_security() { default } else { chosen }
    }
}

/// A user's choices with their version: 0 for somebody who never chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) version: u32,
    pub(crate) choices: Choices,
}
