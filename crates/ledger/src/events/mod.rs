//! The journal as a feed: every committed transfer, in sequence, without gaps.

mod service;
