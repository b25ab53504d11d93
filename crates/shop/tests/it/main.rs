//! The shop through its edge, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod availability;
mod buying;
mod caching;
mod carts;
mod categories;
mod collections;
mod custom_fields;
mod document;
mod growing;
mod images;
mod imports;
mod orders;
mod price_lists;
mod products;
mod races;
mod search;
mod stock;
