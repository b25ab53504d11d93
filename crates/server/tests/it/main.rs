//! The whole binary, as those who run it see it: start and stop, the edge, the commands.
#![cfg(test)]

mod bushel;
mod cli_people;
mod commands;
mod demo;
mod edge;
mod forwarding;
mod http;
mod import;
mod invoices;
mod kafka;
mod kills;
mod lifecycle;
mod matrix;
mod node;
mod oauth;
mod people;
mod providers;
mod reconcile;
mod redis;
mod replicas;
mod security;
mod shop_dependencies;
mod shop_mail;
mod shopping;
mod staff;
mod token;
mod tour;
