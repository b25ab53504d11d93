//! Changing one's password. It needs the one in force, and ends all other sessions.

pub(crate) mod http;
mod refusals;
mod service;
