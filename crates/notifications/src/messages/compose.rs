//! A mail as bytes (RFC 5322), and what must be so for each of its headers.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::Message;
use super::render::Rendered;

/// A mail that can be handed over.
pub(crate) struct Composed {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Vec<u8>,
    /// For people who look into the mailbox.
    pub(crate) headers: Vec<(String, String)>,
}

/// Why a mail can't be written: no attempt helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ComposeError {
    #[error("the address is not one that mail can be sent to")]
    Address,
    #[error("the header {0} would have a line break in it")]
    LineBreak(&'static str),
    #[error("the mail can't be written: {0}")]
    Other(String),
}

/// Reads `Name <address>` or a bare address.
pub(crate) fn mailbox_of(text: &str) -> Option<Mailbox> {
    let is_clean = !text.chars().any(char::is_control);
    text.parse().ok().filter(|_| is_clean)
}

/// The id of a mail's header: the same at each attempt, so that whoever gets it twice can tell.
pub(crate) fn message_id(message: &Message, from: &Mailbox) -> String {
    format!("<{}@{}>", message.id, from.email.domain())
}

pub(crate) fn compose(
    message: &Message,
    rendered: &Rendered,
    from: &Mailbox,
) -> Result<Composed, ComposeError> {
    let message_id = message_id(message, from);
    let checked = [
        ("Subject", rendered.subject.as_str()),
        ("To", message.to.as_str()),
        ("Message-ID", message_id.as_str()),
    ];
    if let Some((name, _)) = checked.iter().find(|(_, text)| text.chars().any(char::is_control)) {
        return Err(ComposeError::LineBreak(name));
    }
    let address = message.to.parse().map_err(|_| ComposeError::Address)?;
    let created_us = u64::try_from(message.created_at.as_micros()).unwrap_or_default();
    let mail = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, address))
        .subject(rendered.subject.as_str())
        .message_id(Some(message_id))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(created_us))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(rendered.text.clone(), rendered.html.clone()))
        .map_err(|error| ComposeError::Other(error.to_string()))?;
    let bytes = mail.formatted();
    let headers = headers(&bytes);
    Ok(Composed { envelope: mail.envelope().clone(), bytes, headers })
}

/// Out-of-office programs don't answer to it (RFC 3834).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The headers as they were written, unfolded.
fn headers(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    };
    head.split("\r\n").filter_map(pair).collect()
}
