//! Tax rates: what a country takes of a class of goods. There are few, so they come at once.

pub(crate) mod http;
mod service;
pub(crate) mod store;
