//! A user's log as a stream that goes on with what comes: server-sent events and gRPC.
//!
//! Invariants: a stream shows the log from a sequence on, without gaps, because it reads the log
//! itself; a sign that something came only says when to look. A user has at most three streams in
//! a process. A stream ends after a minute, however much there is to read, and after an event of
//! security: whoever may still read comes back with the last sequence, and is asked again who they
//! are.

pub(crate) mod http;
mod hub;
mod reader;
pub(crate) mod store;

pub(crate) use hub::Hub;
pub(crate) use reader::Reader;

/// Streams of one user in one process.
pub(crate) const STREAMS_PER_USER_MAX: usize = 3;
