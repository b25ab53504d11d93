//! The ledger's engine under seeded faults, checked against a small independent model.
//!
//! `run` plays a leader, its store and some clients in one thread, with chance and time from one
//! seed: the same seed gives the same run, and a failing seed is a bug report. Used by
//! `cargo run --release -p ledger --example sim`, by the engine's tests and by nothing else.
//!
//! Reading order: `book` (what happened, and what follows from it by counting), `model` (the
//! rules once more, written from their definition), `workload` (what clients ask for), `store`
//! (what survives a crash), `leader` (faults) and `run`.

mod book;
mod leader;
mod model;
mod rng;
mod run;
mod store;
mod workload;

#[cfg(test)]
mod tests;

pub use run::{Summary, run};

#[cfg(test)]
pub(crate) use {
    model::Model,
    rng::Rng,
    workload::{Ids, Workload},
};
