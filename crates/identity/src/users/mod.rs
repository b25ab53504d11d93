//! Users: registration, and who is who for everybody else.
//!
//! Invariants: an e-mail address belongs to at most one user, whatever its case; a handle, once
//! taken, is never anybody else's; registering answers the same for known and unknown addresses.

mod email;
mod handle;
pub(crate) mod http;
mod search;
pub(crate) mod service;
pub(crate) mod staff;
pub(crate) mod store;

pub(crate) use email::EmailAddress;
pub(crate) use handle::Handle;
pub use search::UserFilter;

use kernel::Timestamp;

use crate::ids::UserId;
use crate::permissions::{Role, RoleSet};

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 100;

/// A user as others see them. There is nothing secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// In lower case.
    pub handle: Option<String>,
    pub name: String,
    pub email: String,
    pub is_email_verified: bool,
    /// `en` or `de`.
    pub locale: String,
    pub roles: RoleSet,
    pub status: UserStatus,
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: u32,
}

/// What a user may do at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    Active,
    /// May sign in and look, but move nothing.
    Frozen,
    /// Is gone; only what others have to keep remains.
    Deleted,
}

impl UserStatus {
    pub const ALL: [Self; 3] = [Self::Active, Self::Frozen, Self::Deleted];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Deleted => "deleted",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// How to find a user. Handles and addresses in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKey<'k> {
    Id(UserId),
    Handle(&'k str),
    Email(&'k str),
}

/// When a sign-in with the password has to be confirmed by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confirmation {
    Always,
    /// On devices on which no sign-in was confirmed before.
    NewDevices,
    Never,
}

impl Confirmation {
    pub const ALL: [Self; 3] = [Self::Always, Self::NewDevices, Self::Never];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::NewDevices => "new_devices",
            Self::Never => "never",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// A user to create without asking them: by a command on the host, an import or a test.
#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub handle: Option<String>,
    pub locale: String,
    pub password: NewPassword,
    pub roles: RoleSet,
    pub is_email_verified: bool,
    /// `None` is the policy of the house.
    pub confirmation: Option<Confirmation>,
}

/// What a new user signs in with.
#[derive(Clone)]
pub enum NewPassword {
    /// They reset it first, or sign in otherwise.
    None,
    /// Checked against the rules, then hashed.
    Text(String),
    /// Taken as it is: a PHC text of Argon2id, or bcrypt.
    Hash(String),
}

impl NewUser {
    /// A user with a verified address and the role `user`.
    pub fn new(email: impl Into<String>, name: impl Into<String>, password: &str) -> Self {
        Self {
            email: email.into(),
            name: name.into(),
            handle: None,
            locale: "en".to_owned(),
            password: NewPassword::Text(password.to_owned()),
            roles: RoleSet::default().with(Role::User),
            is_email_verified: true,
            confirmation: None,
        }
    }
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Whether a text can be the name of a user: it goes into mails, so it has no line feeds.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    let chars = name.chars().count();
    if name.trim().is_empty() || chars > NAME_CHARS_MAX {
        Err("a name has 1 to 100 characters")
    } else if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        Err("a name has no control characters, such as a line feed")
    } else {
        Ok(())
    }
}

/// Line and paragraph separators, and what turns the direction of the text around it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub(crate) fn check_locale(locale: &str) -> Result<(), &'static str> {
    if matches!(locale, "en" | "de") { Ok(()) } else { Err("a locale is `en` or `de`") }
}

#[cfg(test)]
mod tests;
