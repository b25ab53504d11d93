//! The demo world: a bank with people, companies and some weeks of past in it, for whoever wants to
//! look around. It is made once, in an empty database, which is marked by a row of `operator.demo`.
//!
//! Invariants: it is made by the same operations as everything else, so nothing in it could not have
//! happened; a half-made one is thrown away at the next start; anybody can be anybody in it, so it is
//! there on this host alone; what is removed is the whole database but the operator's token and key.
//!
//! Reading order: `world` (who there is and what happened), `making` (how it comes into the
//! database), `present` (what goes on at this moment) and `shop` (what is sold and bought), both
//! through `callers`; `service` (whether there is one, starting again, removing), `sign_ins` (being
//! somebody in it), `http`, `store`.

mod callers;
pub(crate) mod http;
mod making;
mod present;
mod service;
mod shop;
pub(crate) mod sign_ins;
mod store;
mod world;

pub(crate) use making::make;
pub(crate) use service::{Demo, begin_again, is_local_url, remove};
pub(crate) use store::mark;

use kernel::{DomainError, ErrorKind};

/// What can go wrong in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("this is no demo world")]
    NoDemo,
    #[error("there is nobody whom one can be by that handle")]
    PersonNotFound,
}

impl DemoError {
    /// One of each, for the list of codes.
    pub(crate) const ALL: [Self; 2] = [Self::NoDemo, Self::PersonNotFound];
}

impl DomainError for DemoError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NotFound
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoDemo => "demo.world.none",
            Self::PersonNotFound => "demo.person.not_found",
        }
    }

    fn client_message(&self) -> String {
        self.to_string()
    }
}
