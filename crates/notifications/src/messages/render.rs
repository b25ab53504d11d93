//! What a mail says: its kind's texts in one layout, as plain text and as HTML.

use std::collections::BTreeMap;

use kernel::Timestamp;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, escape_formatter};

use super::{Message, purchase};
use crate::error::NotificationsError;
use crate::events::EventKind;
use crate::texts::{Catalogue, KindTexts, Locale, Names, Texts, View, link_path, one_line, quiet};

/// A mail as it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// What a challenge's mail shows. It exists only while the mail is rendered.
pub(crate) struct Secret {
    /// With its end, unless that is over: a link may live longer.
    pub(crate) code: Option<(String, Timestamp)>,
    /// None for somebody who waits with an app for the code.
    pub(crate) link: Option<String>,
    pub(crate) expires_at: Timestamp,
}

/// What isn't in the message itself.
pub(crate) struct Setting<'s> {
    pub(crate) public_url: &'s str,
    /// Of the person who reads it; empty for somebody who is no user.
    pub(crate) reader: &'s str,
    pub(crate) names: &'s Names,
    pub(crate) secret: Option<&'s Secret>,
    /// With what a guest opens the order that it is about.
    pub(crate) order_token: Option<&'s str>,
}

/// The layout that all mails share, as HTML and as plain text.
pub(crate) struct Layouts(Environment<'static>);

/// The order in which facts are listed; then comes what a purchase has, and the time.
const FACTS: [&str; 13] = [
    "order_number",
    "amount",
    "message",
    "reference",
    "device",
    "ip",
    "old_email",
    "new_email",
    "carrier",
    "tracking",
    "invoice",
    "credit_note",
    "decision",
];

impl Layouts {
    pub(crate) fn try_new() -> Result<Self, NotificationsError> {
        // By its name, `layout.html` is escaped and `layout.txt` is not.
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(|out, state, value| match state.auto_escape() {
            AutoEscape::Html => Ok(out.write_str(&escaped(&value.to_string()))?),
            _ => escape_formatter(out, state, value),
        });
        let layouts = [
            ("layout.html", include_str!("layout.html")),
            ("layout.txt", include_str!("layout.txt")),
        ];
        for (name, source) in layouts {
            environment.add_template(name, source).map_err(broken)?;
        }
        Ok(Self(environment))
    }

    pub(crate) fn render(
        &self,
        texts: &Texts,
        message: &Message,
        setting: &Setting<'_>,
    ) -> Result<Rendered, NotificationsError> {
        let locale = Locale::of(&message.locale);
        let catalogue = texts.of(locale);
        let view = view(catalogue, message, setting);
        // A subject may end up anywhere, so it has no marks that are only right in a body.
        let subject = self.subject(texts, locale, message, setting)?;
        let mut values = phrases(texts, catalogue, message, setting, &view)?;
        values.insert("lang", locale.as_str().into());
        let heading = texts.fill(&kind_texts(catalogue, message)?.title, view.values())?;
        values.insert("heading", heading.into());
        values.insert("rows", purchase::rows(catalogue, message).into());
        values.insert("facts", facts(catalogue, message, &view).into());
        let fill = |name| {
            let layout = self.0.get_template(name).map_err(broken)?;
            layout.render(Value::from(values.clone())).map_err(broken)
        };
        Ok(Rendered { text: fill("layout.txt")?, html: fill("layout.html")?, subject })
    }

    fn subject(
        &self,
        texts: &Texts,
        locale: Locale,
        message: &Message,
        setting: &Setting<'_>,
    ) -> Result<String, NotificationsError> {
        let catalogue = texts.of(locale);
        let view = View::new(catalogue, one_line).with_data(&message.params, setting.names);
        let subject = texts.fill(&kind_texts(catalogue, message)?.title, view.values())?;
        Ok(one_line(&subject))
    }
}

/// What HTML needs, in texts and in quoted attributes. The engine's own also escapes slashes, which
/// makes addresses unreadable where mail is shown as it came.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn kind_texts<'c>(
    catalogue: &'c Catalogue,
    message: &Message,
) -> Result<&'c KindTexts, NotificationsError> {
    let texts = catalogue.kinds.get(&message.kind);
    texts.ok_or_else(|| NotificationsError::Text(format!("{} has no text", message.kind)))
}

fn view<'c>(catalogue: &'c Catalogue, message: &Message, setting: &Setting<'_>) -> View<'c> {
    let host = setting.public_url.split_once("://").map_or(setting.public_url, |(_, host)| host);
    let mut view = View::new(catalogue, quiet)
        .with_data(&message.params, setting.names)
        .with_written("name", setting.reader)
        .with("settings_url", format!("{}/settings/notifications", setting.public_url))
        .with("host", host);
    let at = message.params.get("at").and_then(|at| at.as_str()).and_then(|at| at.parse().ok());
    if let Some(at) = at {
        view = view.with_moment("at", at);
    }
    if let Some(secret) = setting.secret {
        view = view.with_moment("expires", secret.expires_at);
        if let Some((_, expires_at)) = &secret.code {
            view = view.with_moment("code_expires", *expires_at);
        }
    }
    view
}

/// All that the layout shows, apart from subject and facts.
fn phrases(
    texts: &Texts,
    catalogue: &Catalogue,
    message: &Message,
    setting: &Setting<'_>,
    view: &View<'_>,
) -> Result<BTreeMap<&'static str, Value>, NotificationsError> {
    let phrase = |key: &str| texts.fill(&catalogue.phrases[key], view.values());
    let kind = kind_texts(catalogue, message)?;
    let is_security = EventKind::from_name(&message.kind).is_some_and(EventKind::is_security);
    let (why, note) = match message.kind.split('.').next() {
        Some("challenge") => ("why_challenge", Some("challenge_not_you")),
        Some("account" | "invite") if !is_event(message) => ("why_challenge", None),
        _ if purchase::is_guests(message) => ("why_order", None),
        _ if is_security => ("why_security", Some("not_you")),
        _ => ("why_event", None),
    };
    let greeting =
        if view.values().contains_key("name") { "greeting" } else { "greeting_nameless" };
    let link = match (setting.secret, setting.order_token) {
        (Some(secret), _) => secret.link.clone().unwrap_or_default(),
        (None, None) => format!("{}{}", setting.public_url, page(message)),
        // What follows the hash goes to no server, and into no log.
        (None, Some(token)) => format!("{}{}#token={token}", setting.public_url, page(message)),
    };
    let mut values = BTreeMap::from([
        ("greeting", phrase(greeting)?),
        ("text", texts.fill(&kind.text, view.values())?),
        ("action", kind.action.clone()),
        ("link", link),
        ("link_hint", phrase("link_hint")?),
        ("note", note.map(phrase).transpose()?.unwrap_or_default()),
        ("why", phrase(why)?),
        ("automatic", phrase("automatic")?),
        ("code", String::new()),
        ("valid", String::new()),
    ]);
    if let Some(secret) = setting.secret {
        let valid = match (&secret.code, &secret.link) {
            (Some(_), None) => "code_valid",
            (Some((_, expires_at)), _) if *expires_at == secret.expires_at => "both_valid",
            (Some(_), _) => "each_valid",
            (None, _) => "link_valid",
        };
        values.insert("valid", phrase(valid)?);
        if let Some((code, _)) = &secret.code {
            values.insert("code", code.clone());
            values.insert("code_label", phrase("code")?);
        }
    }
    Ok(values.into_iter().map(|(key, text)| (key, Value::from(text))).collect())
}

fn is_event(message: &Message) -> bool {
    EventKind::from_name(&message.kind).is_some()
}

/// Where the button of a mail without a secret leads.
fn page(message: &Message) -> String {
    match message.kind.as_str() {
        "account.registered_again" => "/sign-in".to_owned(),
        "invite.created" => "/register".to_owned(),
        kind => link_path(kind, &message.params),
    }
}

/// The facts that are there, each with its name.
fn facts(catalogue: &Catalogue, message: &Message, view: &View<'_>) -> Vec<Value> {
    let fact = |label: &str, value: &str| {
        Value::from(BTreeMap::from([
            ("label", catalogue.labels[label].clone()),
            ("value", value.to_owned()),
        ]))
    };
    // What the rows say already.
    let is_said = |key: &str| key == "amount" && purchase::has_sums(message);
    let mut facts: Vec<Value> = FACTS
        .iter()
        .filter(|key| !is_said(key))
        .filter_map(|key| view.values().get(key).map(|value| fact(key, value)))
        .collect();
    facts.extend(purchase::facts(message).iter().map(|(label, value)| fact(label, value)));
    facts.extend(view.values().get("at").map(|at| fact("at", at)));
    if let Some(counterparty) = view.values().get("counterparty") {
        let gives =
            matches!(view.values().get("role").map(String::as_str), Some("sender" | "payer"));
        let place = usize::from(view.values().contains_key("amount"));
        facts.insert(place, fact(if gives { "to" } else { "from" }, counterparty));
    }
    // Who asks for a code needs nothing else to read.
    if message.is_challenge() { Vec::new() } else { facts }
}

fn broken(error: minijinja::Error) -> NotificationsError {
    NotificationsError::Text(format!("{error:#}"))
}
