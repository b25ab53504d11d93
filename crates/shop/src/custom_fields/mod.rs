//! Custom fields: what staff says of products or variants beside what every shop has.
//!
//! A value is a text in one form for each kind, so that equal values are equal texts: numbers are
//! decimal, without zeros that say nothing. A field with values is never removed, and its handle,
//! subject and kind never change, so a value always has a definition that it once fitted.

pub(crate) mod http;
mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use service::{Filled, check_in_tx};

use std::collections::BTreeMap;

use kernel::Timestamp;
use kernel::text::is_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::CustomFieldId;
use crate::products::fields::{Language, Title};

/// Fields of a shop.
pub(crate) const FIELDS_MAX: usize = 200;
/// Values of a choice.
pub(crate) const CHOICES_MAX: usize = 250;
/// Values that are given for one product or variant at once.
pub(crate) const VALUES_MAX: usize = FIELDS_MAX;
const TEXT_CHARS_MAX: usize = 500;
const INTEGER_DIGITS_MAX: usize = 18;
const DECIMALS_MAX: usize = 9;

/// Values by the handles of their fields.
pub(crate) type FieldValues = BTreeMap<String, String>;
/// What is to become of values: `None` goes.
pub(crate) type FieldChanges = BTreeMap<String, Option<String>>;
pub(crate) type FieldTitles = BTreeMap<Language, Title>;

/// What has values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldSubject {
    Product,
    Variant,
}

/// What values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldKind {
    /// 1 to 500 characters on one line.
    Text,
    /// A decimal number: `-1.5`.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day: `2026-11-30`.
    Date,
    /// One of the field's choices.
    Choice,
}

/// What staff says of products or of variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomField {
    pub(crate) id: CustomFieldId,
    pub(crate) handle: String,
    pub(crate) subject: FieldSubject,
    pub(crate) kind: FieldKind,
    pub(crate) title: String,
    pub(crate) translations: FieldTitles,
    pub(crate) choices: Vec<String>,
    /// Whether the search knows its values.
    pub(crate) is_filterable: bool,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct CustomFieldPatch {
    pub(crate) title: Option<String>,
    pub(crate) translations: Option<FieldTitles>,
    pub(crate) choices: Option<Vec<String>>,
    pub(crate) is_filterable: Option<bool>,
}

impl FieldSubject {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Variant => "variant",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Product, Self::Variant].into_iter().find(|it| it.as_str() == name)
    }
}

impl FieldKind {
    const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Boolean, Self::Date, Self::Choice];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Choice => "choice",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

impl CustomField {
    /// The one form of a value that fits, or why it doesn't.
    pub(crate) fn read(&self, value: &str) -> Result<String, &'static str> {
        match self.kind {
            FieldKind::Text if is_line(value, 1..=TEXT_CHARS_MAX) => Some(value.to_owned()),
            FieldKind::Number => number(value),
            FieldKind::Boolean => matches!(value, "true" | "false").then(|| value.to_owned()),
            FieldKind::Date => is_date(value).then(|| value.to_owned()),
            FieldKind::Choice => self.choices.iter().find(|it| *it == value).cloned(),
            FieldKind::Text => None,
        }
        .ok_or(match self.kind {
            FieldKind::Text => "expected 1 to 500 characters on one line",
            FieldKind::Number => {
                "expected a decimal number such as -1.5, of 18 digits and 9 decimals at most"
            }
            FieldKind::Boolean => "expected true or false",
            FieldKind::Date => "expected a day such as 2026-11-30",
            FieldKind::Choice => "is none of the choices of this field",
        })
    }

    /// A choice has choices, each once; nothing else has any.
    pub(crate) fn has_right_choices(&self) -> bool {
        let mut sorted: Vec<&String> = self.choices.iter().collect();
        sorted.sort_unstable();
        let are_unique = sorted.windows(2).all(|pair| pair[0] != pair[1]);
        are_unique && (self.kind == FieldKind::Choice) != self.choices.is_empty()
    }

    /// Whether the search has to look at its products again.
    pub(crate) fn is_found_otherwise(&self, before: &Self) -> bool {
        self.is_filterable != before.is_filterable
    }
}

/// A decimal number without zeros that say nothing.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str, max: usize| {
        (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(whole, INTEGER_DIGITS_MAX) || !is_number(decimals, DECIMALS_MAX) {
        return None;
    }
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && decimals.is_empty() { "" } else { sign };
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{decimals}"))
}

/// A day of the Gregorian calendar, as ISO 8601 writes it.
fn is_date(text: &str) -> bool {
    text.len() == 10 && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok()
}

/// Puts changes into values.
pub(crate) fn apply(values: &mut FieldValues, changes: FieldChanges) {
    for (handle, value) in changes {
        match value {
            Some(value) => drop(values.insert(handle, value)),
            None => drop(values.remove(&handle)),
        }
    }
}
