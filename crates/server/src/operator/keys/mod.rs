//! The keys that sign access tokens, exchanged by command.

pub(crate) mod http;
