//! What staff does, through its edges, on a real Postgres.

#![cfg(test)]

mod adjustments;
mod app;
mod audit;
mod crashes;
mod document;
mod grpc;
mod jobs;
mod timeline;
mod users;
