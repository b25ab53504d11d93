//! The shop through its edge, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod buying;
mod carts;
mod availability;
mod categories;
mod collections;
mod document;
mod orders;
mod products;
mod races;
mod search;
mod stock;
