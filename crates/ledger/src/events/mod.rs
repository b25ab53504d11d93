//! The journal as a feed: every committed transfer, in sequence, without gaps.

pub(crate) mod http;
mod service;
