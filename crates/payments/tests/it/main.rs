//! Payments through their edges, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod charges;
mod crashes;
mod deposits;
mod document;
mod grpc;
mod operations;
mod overview;
mod providers;
mod reconciliations;
mod refunds;
mod sandbox;
mod secrets;
mod stripe;
mod webhooks;
mod withdrawals;
