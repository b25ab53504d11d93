//! What a user says about themselves, all that is known about them, and how they leave.
//!
//! - A change is based on a version (ETag), and touches only what it names.
//! - A handle is changed once in 30 days, and never given to anybody else afterwards.
//! - Nobody leaves while another part of the bank still holds something of theirs
//!   ([`Identity::before_delete`](crate::Identity::before_delete)). What stays of who left is an
//!   id, the times, and the handle that nobody else gets.

pub(crate) mod hooks;
pub(crate) mod http;
mod service;
mod store;

pub use hooks::HookAnswer;
pub(crate) use hooks::Hooks;

use std::time::Duration;

use kernel::Timestamp;

use crate::users::{Confirmation, Handle, User};

/// How often a handle can be changed.
const HANDLE_KEPT_MIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// A user as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) user: User,
    /// What is in force, chosen or not.
    pub(crate) confirmation: Confirmation,
    handle_changed_at: Option<Timestamp>,
    /// Whether strangers find the user by the beginning of the handle.
    pub(crate) is_discoverable: bool,
}

/// What to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProfilePatch {
    pub(crate) name: Option<String>,
    /// `Some(None)` takes it away.
    pub(crate) handle: Option<Option<Handle>>,
    pub(crate) locale: Option<String>,
    /// `Some(None)` leaves it to the house.
    pub(crate) confirmation: Option<Option<Confirmation>>,
    pub(crate) is_discoverable: Option<bool>,
}

impl Profile {
    /// Before this the handle can't be changed; `None` if it can be now.
    pub(crate) fn handle_changeable_at(&self, now: Timestamp) -> Option<Timestamp> {
        let at = self.handle_changed_at?.saturating_add(HANDLE_KEPT_MIN);
        (at > now).then_some(at)
    }
}

impl ProfilePatch {
    /// The names of the fields that it changes in a profile, for the log.
    fn fields(&self, profile: &Profile) -> Vec<&'static str> {
        let user = &profile.user;
        let is_other =
            |new: &Option<String>, old: &str| new.as_deref().is_some_and(|new| new != old);
        let mut fields = Vec::new();
        if is_other(&self.name, &user.name) {
            fields.push("name");
        }
        if self.changes_handle(profile) {
            fields.push("handle");
        }
        if is_other(&self.locale, &user.locale) {
            fields.push("locale");
        }
        if self.confirmation.is_some() {
            fields.push("sign_in_confirmation");
        }
        if self.is_discoverable.is_some_and(|wanted| wanted != profile.is_discoverable) {
            fields.push("is_discoverable");
        }
        fields
    }

    fn changes_handle(&self, profile: &Profile) -> bool {
        let new = self.handle.as_ref().map(|handle| handle.as_ref().map(Handle::as_str));
        new.is_some_and(|new| new != profile.user.handle.as_deref())
    }
}

#[cfg(test)]
mod tests;
