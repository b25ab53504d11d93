//! Stripe's events (<https://docs.stripe.com/api/events/object>). They tell which object changed;
//! how, is asked for. What is kept of a body holds no client secret.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::objects::REFERENCE;
use crate::provider::{About, ProviderEvent, WebhookError};

/// What is read of an event, and kept.
#[derive(Serialize, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Serialize, Deserialize)]
struct Data {
    object: Object,
}

#[derive(Serialize, Deserialize)]
struct Object {
    #[serde(default)]
    id: String,
    /// What kind of object it is.
    #[serde(default)]
    object: String,
    /// Of a dispute or a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment_intent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<BTreeMap<String, String>>,
}

pub(super) fn read(body: &[u8]) -> Result<ProviderEvent, WebhookError> {
    let mut event: Event = serde_json::from_slice(body).map_err(|_| WebhookError::Malformed)?;
    let object = &mut event.data.object;
    // What others wrote into the metadata is theirs.
    let reference = object.metadata.take().and_then(|mut metadata| metadata.remove(REFERENCE));
    object.metadata =
        reference.clone().map(|reference| BTreeMap::from_iter([(REFERENCE.to_owned(), reference)]));
    let payment = object.payment_intent.clone();
    let about = match (object.object.as_str(), reference, payment) {
        ("payment_intent", Some(reference), _) => About::Payment { reference, object: None },
        ("refund", Some(reference), _) => About::Refund { reference, object: None },
        // A dispute doesn't say our reference, but which payment it is about.
        ("dispute", _, Some(payment)) => About::KnownPayment { payment },
        _ => About::Other,
    };
    let kept = serde_json::to_vec(&event).expect("texts are JSON");
    Ok(ProviderEvent { id: event.id, about, kept })
}
