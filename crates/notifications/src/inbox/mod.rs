//! The list of notifications in the app: events that the user wants to see there, with what is
//! read and unread.
//!
//! Invariants: reading changes nothing else of an event; the list shows a user's own events only.

pub(crate) mod http;
pub(crate) mod service;
mod store;

/// Unread events are counted up to here; more are "999+".
pub(crate) const UNREAD_MAX: i64 = 999;
