//! What a short message says: the title of its kind and where to read on, or a code. Short, because
//! each 160 characters cost.

use crate::error::NotificationsError;
use crate::events::EventKind;
use crate::messages::Message;
use crate::texts::{Locale, Names, Texts, View, link_path, quiet};

/// A title has names in it that people chose, of any length.
const TITLE_CHARS_MAX: usize = 160;

/// What isn't in the message itself.
pub(super) struct Setting<'s> {
    pub(super) public_url: &'s str,
    pub(super) names: &'s Names,
    /// Of a challenge; it exists only while the message is rendered.
    pub(super) code: Option<&'s str>,
}

pub(super) fn render(
    texts: &Texts,
    message: &Message,
    setting: &Setting<'_>,
) -> Result<String, NotificationsError> {
    let catalogue = texts.of(Locale::of(&message.locale));
    let host = setting.public_url.split_once("://").map_or(setting.public_url, |(_, host)| host);
    let mut view = View::new(catalogue, quiet)
        .with_data(&message.params, setting.names)
        .with("host", host)
        .with(
            "link",
            format!("{}{}", setting.public_url, link_path(&message.kind, &message.params)),
        );
    if let Some(code) = setting.code {
        let text = texts.fill(&catalogue.phrases["sms_code"], view.with("code", code).values())?;
        // Telephones offer the code to this page and to no other (origin-bound one-time codes).
        return Ok(format!("{text}\n\n@{host} #{code}"));
    }
    let kind = catalogue.kinds.get(&message.kind);
    let kind =
        kind.ok_or_else(|| NotificationsError::Text(format!("{} has no text", message.kind)))?;
    let title: String = texts.fill(&kind.title, view.values())?;
    view = view.with("title", title.chars().take(TITLE_CHARS_MAX).collect::<String>());
    let is_security = EventKind::from_name(&message.kind).is_some_and(EventKind::is_security);
    let phrase = if is_security { "sms_security" } else { "sms_event" };
    texts.fill(&catalogue.phrases[phrase], view.values())
}
