//! Events, consumers and jobs on a real Postgres.

#![cfg(test)]

mod consumers;
mod events;
mod faults;
mod jobs;
mod kinds;
mod leases;
mod metrics;
mod operator;
mod orchard;
