//! What a browser gets: a small JSON in its user's language, and how urgent it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;

use super::encryption::TEXT_BYTES_MAX;
use crate::error::NotificationsError;
use crate::events::EventKind;
use crate::messages::Message;
use crate::texts::{Locale, Names, Texts, View, link_path, one_line};

const TITLE_CHARS_MAX: usize = 120;
const BODY_CHARS_MAX: usize = 400;

/// For the service worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Payload {
    pub(super) title: String,
    pub(super) body: String,
    /// The page that says more, such as `/transfers/tr_…`.
    pub(super) url: String,
    /// A later message with the same tag takes the place of this one.
    pub(super) tag: String,
}

/// How a push service treats it (RFC 8030, 5.3 and 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) urgency: &'static str,
    /// Of several that wait for a browser only the last comes.
    pub(super) topic: Option<String>,
}

pub(super) fn render(
    texts: &Texts,
    message: &Message,
    names: &Names,
) -> Result<Payload, NotificationsError> {
    let catalogue = texts.of(Locale::of(&message.locale));
    let view = View::new(catalogue, one_line).with_data(&message.params, names);
    let kind = catalogue.kinds.get(&message.kind);
    let kind =
        kind.ok_or_else(|| NotificationsError::Text(format!("{} has no text", message.kind)))?;
    let fill = |text: &str, chars_max: usize| {
        let text = texts.fill(text, view.values())?;
        Ok::<String, NotificationsError>(text.chars().take(chars_max).collect())
    };
    let event_id = message.params.get("event_id").and_then(Value::as_str).unwrap_or_default();
    Ok(Payload {
        title: fill(&kind.title, TITLE_CHARS_MAX)?,
        body: fill(&kind.text, BODY_CHARS_MAX)?,
        url: link_path(&message.kind, &message.params),
        tag: subject(message).unwrap_or(event_id).to_owned(),
    })
}

impl Payload {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let bytes = serde_json::to_vec(self).expect("texts are JSON");
        // 520 characters of four bytes, each of which JSON may write with six for two, an id twice.
        assert!(bytes.len() <= TEXT_BYTES_MAX, "what is pushed is short");
        bytes
    }
}

pub(super) fn delivery(message: &Message) -> Delivery {
    let kind = EventKind::from_name(&message.kind);
    let is_urgent = kind.is_some_and(|kind| kind.asks() || kind.is_security());
    // A topic has at most 32 characters of base64url.
    let topic = |id: &str| {
        let hash = blake3::hash(id.as_bytes());
        URL_SAFE_NO_PAD.encode(&hash.as_bytes()[..24])
    };
    Delivery {
        urgency: if is_urgent { "high" } else { "normal" },
        topic: subject(message).map(topic),
    }
}

/// The thing whose state a message tells, if a later state makes an earlier one pointless.
fn subject(message: &Message) -> Option<&str> {
    let field = match message.kind.split('.').next()? {
        "transfer" => "transfer_id",
        "request" => "request_id",
        "deposit" => "deposit_id",
        "withdrawal" => "withdrawal_id",
        // Each of these is to be read.
        _ => return None,
    };
    message.params.get(field).and_then(Value::as_str)
}
