//! What the kernel keeps in a database, on a real Postgres.
#![cfg(test)]

mod audit;
mod logs;
mod replay;
mod replicas;
mod shared;
