//! The text of a message. It is made from the event each time it is sent, and always the same.

use kernel::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::DeliveryId;
use super::secret::Secret;

/// Standard Webhooks asks for less than 20 kB.
pub(super) const BODY_BYTES_MAX: usize = 20_000;

/// The kind of a test message, which is in nobody's log.
pub(super) const TEST_KIND: &str = "webhook.test";

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    sequence: i64,
    data: &'a Value,
    /// Says that `data` was too large; the log of events has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_truncated: bool,
}

/// An event's message.
pub(super) fn body(kind: &str, at: Timestamp, sequence: i64, data: &Value) -> Vec<u8> {
    let encode = |data: &Value, is_truncated| {
        let body = Body { r#type: kind, timestamp: at, sequence, data, is_truncated };
        serde_json::to_vec(&body).expect("JSON can be written as JSON")
    };
    let whole = encode(data, false);
    if whole.len() < BODY_BYTES_MAX { whole } else { encode(&json!({}), true) }
}

/// What a test message says.
pub(super) fn test_data() -> Value {
    json!({ "message": "This is a test. It is not in your log of events." })
}

/// The header `webhook-signature`: one signature for each secret, the newest first.
pub(super) fn signatures(secrets: &[Secret], id: DeliveryId, seconds: i64, body: &[u8]) -> String {
    let signatures: Vec<String> =
        secrets.iter().map(|secret| secret.sign(id, seconds, body)).collect();
    signatures.join(" ")
}
