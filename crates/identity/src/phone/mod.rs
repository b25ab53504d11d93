//! The phone to which a user has short messages sent: a code that goes there confirms it.
//!
//! Invariants: a number counts only when its code came back; only the newest code counts; who pays
//! for messages is protected: per caller, user, number and day no more codes go out than a person
//! needs. A phone tells of events and lets nobody in: it is no factor.

pub(crate) mod http;
mod number;
mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use number::{PhoneNumber, hint};

use kernel::Timestamp;

/// How phones are dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneOptions {
    /// Whether short messages can be sent at all.
    pub is_available: bool,
    /// Beginnings of numbers that are taken, such as `+49`; empty for all.
    pub prefixes: Vec<String>,
    /// Codes that go out in a day, to all users together.
    pub codes_per_day_max: u32,
}

impl Default for PhoneOptions {
    fn default() -> Self {
        Self { is_available: true, prefixes: Vec::new(), codes_per_day_max: 5_000 }
    }
}

impl PhoneOptions {
    fn takes(&self, number: &PhoneNumber) -> bool {
        let is_of = |prefix: &String| number.as_str().starts_with(prefix.as_str());
        self.prefixes.is_empty() || self.prefixes.iter().any(is_of)
    }
}

/// Codes in a day to one number, and for one user.
const CODES_TO_NUMBER_MAX: i64 = 5;
const CODES_FOR_USER_MAX: i64 = 10;

/// What a user has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Phone {
    /// The number, and since when.
    pub(crate) confirmed: Option<(String, Timestamp)>,
    /// A number whose code has not come back, and until when it may.
    pub(crate) waiting: Option<(String, Timestamp)>,
}

/// How many codes went out in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodesOfADay {
    pub(crate) to_number: i64,
    pub(crate) for_user: i64,
    pub(crate) to_all: i64,
}

impl CodesOfADay {
    const fn allow_another(self, options: &PhoneOptions) -> bool {
        self.to_number < CODES_TO_NUMBER_MAX
            && self.for_user < CODES_FOR_USER_MAX
            && self.to_all < options.codes_per_day_max as i64
    }
}
