//! The inbox of providers' webhooks: verified, stored once, answered at once, processed by a job.
//!
//! A provider may tell things twice, late and out of order. An event's id is stored once; what it
//! says then goes through the rules of its flow, which know what is news.

pub(crate) mod http;
pub(crate) mod jobs;
mod service;
mod store;
