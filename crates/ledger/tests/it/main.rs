//! The ledger's features, through its edges, on a real Postgres.

mod grpc;
