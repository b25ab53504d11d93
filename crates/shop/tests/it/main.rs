//! The shop through its edge, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod document;
mod products;
