//! The wallet's features, through its edges, on a real Postgres with the real ledger and identity.

#![cfg(test)]

mod accounts;
mod app;
mod balances;
mod crashes;
mod document;
mod feed;
mod foreign;
mod grpc;
mod history;
mod invitations;
mod limits;
mod overview;
mod past_transfers;
mod personal_data;
mod quotas;
mod races;
mod recipients;
mod requests;
mod schedules;
mod statements;
mod transfers;
