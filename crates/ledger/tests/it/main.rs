//! The ledger's features, through its edges, on a real Postgres.
#![cfg(test)]

mod grpc;
