//! Events, their consumers, and jobs, in Postgres (schema `bus`).
//!
//! A context says what happened with [`publish_in_tx`] and what is to be done with
//! [`enqueue_in_tx`], in the transaction that makes it true. A [`Bus`] in each process hands
//! events to [`Consumer`]s and jobs to [`Worker`]s.
//!
//! Invariants:
//! - Events of a context have positions from 1 without gaps; a reader that goes by position
//!   misses none, however long a publisher's transaction took.
//! - A consumer's writes and its position commit together: each event counts once, in order. One
//!   that keeps failing is put aside, unless its consumer is patient.
//! - A job runs at least once; only the run that holds its claim can say how it ended.
//! - What fails for good stays as a dead job until somebody redrives or discards it.
//!
//! Reading order: `event.rs`, `job.rs`, `worker.rs`, `consumer.rs` say what there is; `runner/`
//! does the work; all SQL is in `store/`.

mod backoff;
mod consumer;
mod event;
mod hint;
mod job;
mod operator;
mod runner;
mod store;
mod worker;

pub use backoff::Backoff;
pub use consumer::Consumer;
pub use event::{
    Event, NewEvent, events, events_of_subject, forget_events, last_position, publish_in_tx,
    sequence,
};
pub use job::{
    Job, JobError, NewJob, Outcome, cancel_in_tx, enqueue, enqueue_in_tx, ensure_recurring,
};
pub use operator::{
    ConsumerRow, JobFilter, JobRow, JobState, consumers, contexts, discard, job, jobs, redrive,
    redrive_all, set_position,
};
pub use runner::{Bus, RunningBus};
pub use worker::{Policy, Worker};

use crate::Migrations;

/// The tables of this module.
pub const MIGRATIONS: Migrations = crate::migrations! {
    "bus";
    1 "bus" "../../migrations/0001_bus.sql",
    2 "bus_kinds" "../../migrations/0002_bus_kinds.sql",
};

#[cfg(test)]
mod tests;
