//! Payments through their edges, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod crashes;
mod deposits;
mod document;
mod grpc;
mod operations;
mod refunds;
mod sandbox;
mod secrets;
mod webhooks;
mod withdrawals;
