//! The shop through its edge, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod buying;
mod carts;
mod availability;
mod caching;
mod categories;
mod collections;
mod document;
mod orders;
mod images;
mod products;
mod races;
mod search;
mod stock;
