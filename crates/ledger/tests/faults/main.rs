//! The ledger on a real Postgres: its history, its races, and what it survives.
#![cfg(test)]

mod clock;
mod database;
mod history;
mod leaders;
mod proxy;
mod races;
mod tampering;
mod world;
