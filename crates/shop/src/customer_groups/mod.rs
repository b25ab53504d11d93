//! Groups of customers, for which there may be prices of their own. Only users are in groups:
//! nobody proved to be a certain guest.

pub(crate) mod http;
mod service;
mod store;
