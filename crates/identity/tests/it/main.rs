//! Users, sessions and credentials, through their edges, on a real Postgres.

#![cfg(test)]

mod api_keys;
mod app;
mod authenticator;
mod bank;
mod document;
mod email;
mod grpc;
mod grpc_credentials;
mod import;
mod keys;
mod nodes;
mod passkeys;
mod password;
mod password_resets;
mod phone;
mod profile;
mod roles;
mod sessions;
mod sign_ins;
mod staff;
mod tokens;
mod totp;
mod users;
