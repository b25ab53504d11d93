//! Users from an older system, with the hashes of their passwords.

pub(crate) mod http;
