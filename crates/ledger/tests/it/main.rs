//! The ledger's features, through its edges, on a real Postgres.

#![cfg(test)]

mod accounts;
mod app;
mod assets;
mod document;
mod events;
mod groups;
mod grpc;
mod malformed;
mod transfers;
