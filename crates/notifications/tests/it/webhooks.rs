//! Webhooks from the event to the receiver and back to the log, and what users do with them.

mod addresses;
mod deliveries;
mod endpoints;
mod grpc;
mod harness;
mod log;
mod receiver;
mod start;

use std::time::Duration;

use identity::UserId;
use serde_json::Value;

use receiver::{Receiver, Reply};

const DAY: Duration = Duration::from_secs(86_400);
/// Longer than any lease of a job or a run.
const LEASE: Duration = Duration::from_secs(120);

fn ann() -> UserId {
    UserId::from_u128(0xa11)
}

fn bob() -> UserId {
    UserId::from_u128(0xb0b)
}

async fn accepting() -> Receiver {
    Receiver::start(|_| Reply::Status(204)).await
}

/// The ids of the messages that came.
fn ids(receiver: &Receiver) -> Vec<String> {
    receiver.received().iter().map(|it| it.header("webhook-id").to_owned()).collect()
}

/// The sequences of the events that came.
fn sequences(receiver: &Receiver) -> Vec<i64> {
    receiver.received().iter().map(|it| it.json()["sequence"].as_i64().unwrap()).collect()
}

fn statuses(log: &[Value]) -> Vec<&str> {
    log.iter().map(|delivery| delivery["status"].as_str().unwrap()).collect()
}
