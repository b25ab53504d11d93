use std::collections::BTreeMap;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Deserialize;

use crate::error::NotificationsError;

/// A language that users can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Locale {
    En,
    De,
}

impl Locale {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language of a tag such as `de-AT`; English for those that aren't there.
    pub(crate) fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.as_str().eq_ignore_ascii_case(language))
            .unwrap_or(Self::En)
    }

    const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("en.json"),
            Self::De => include_str!("de.json"),
        }
    }
}

/// The texts of one language, as templates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    pub(crate) kinds: BTreeMap<String, KindTexts>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) reasons: BTreeMap<String, String>,
    pub(crate) phrases: BTreeMap<String, String>,
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) months: Vec<String>,
    pub(crate) moment: String,
    pub(crate) decimal_mark: String,
    pub(crate) group_mark: String,
}

/// What is said of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindTexts {
    /// The subject of its mail, too.
    pub(crate) title: String,
    pub(crate) text: String,
    /// What the button of its mail says.
    pub(crate) action: String,
}

/// All languages.
pub(crate) struct Texts {
    environment: Environment<'static>,
    catalogues: Vec<(Locale, Catalogue)>,
}

impl Texts {
    pub(crate) fn try_new() -> Result<Self, NotificationsError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Texts are plain; the layout of a mail escapes what it is given (see `messages`).
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let read = |locale: Locale| {
            let catalogue = serde_json::from_str::<Catalogue>(locale.source())
                .map_err(|error| NotificationsError::Text(format!("{locale:?}: {error}")))?;
            Ok::<_, NotificationsError>((locale, catalogue))
        };
        let catalogues = Locale::ALL.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { environment, catalogues })
    }

    pub(crate) fn of(&self, locale: Locale) -> &Catalogue {
        let found = self.catalogues.iter().find(|(known, _)| *known == locale);
        &found.expect("every language has a catalogue").1
    }

    /// Fills one text in. A value that isn't there is an error.
    pub(crate) fn fill(
        &self,
        text: &str,
        values: &BTreeMap<&'static str, String>,
    ) -> Result<String, NotificationsError> {
        let context: BTreeMap<&str, Value> =
            values.iter().map(|(key, value)| (*key, Value::from(value.as_str()))).collect();
        self.environment
            .render_str(text, Value::from(context))
            .map_err(|error| NotificationsError::Text(format!("{text:?}: {error}")))
    }
}
