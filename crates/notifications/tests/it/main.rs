//! The features of this context through their edges, on a real Postgres, with the real identity,
//! ledger and wallet, and a real SMTP server.

#![cfg(test)]

mod app;
mod bounces;
mod document;
mod erasure;
mod events;
mod feed;
mod grpc;
mod inbox;
mod kills;
mod mailbox;
mod orders;
mod outside;
mod preferences;
mod push_subscriptions;
mod retention;
mod sending;
mod sms;
mod smtp;
mod stream;
mod webhooks;
