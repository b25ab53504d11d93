//! What the operator does for users, from the command line: `bushel admin`, `bushel user`,
//! `bushel identity`. Each goes through the API with the operator's token, so it is audited.

mod admin;
mod identity;
mod reconcile;
mod users;

pub(crate) use admin::AdminCommand;
pub(crate) use identity::IdentityCommand;
pub(crate) use users::UserCommand;
pub(super) use users::{escaped, plain, table};
