//! Being somebody in a demo world: one click, no password. In any other world there is no such thing.

pub(crate) mod http;
