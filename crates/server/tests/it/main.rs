//! The whole binary, as those who run it see it: start and stop, the edge, the commands.
#![cfg(test)]

mod bushel;
mod commands;
mod edge;
mod forwarding;
mod http;
mod import;
mod lifecycle;
mod token;
