//! Changing one's e-mail address: the password asks for it, a mail to the new address confirms it.
//!
//! Invariant: asking for an address that somebody has looks the same as any other.

pub(crate) mod http;
mod service;
