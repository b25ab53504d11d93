//! The authorization server, through its edge, on a real Postgres.

#![cfg(test)]

mod app;
mod applications;
mod authorize;
mod clients;
mod consents;
mod cors;
mod devices;
mod document;
mod keys;
mod nodes;
mod openid;
mod personal_data;
mod tokens;
