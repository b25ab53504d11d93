//! In which language somebody reads: `Accept-Language` (RFC 9110, 12.5.4), and what there is.

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE};
use axum::http::request::Parts;
use axum::response::Response;
use kernel::Problem;

use crate::products::fields::Language;
use crate::products::{Translation, Translations};

/// Languages that are looked at; nobody reads more.
const WANTED_MAX: usize = 10;

/// The languages that a caller reads, the most wanted first; what isn't a language is passed over,
/// because browsers send what they like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted(Vec<String>);

impl Wanted {
    pub(crate) fn read(header: &str) -> Self {
        let mut wanted: Vec<(u16, String)> = Vec::new();
        for part in header.split(',').take(WANTED_MAX) {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let (tag, weight) = (tag.trim(), weight(parameters.trim()));
            let is_tag = (2..=35).contains(&tag.len())
                && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if is_tag && weight > 0 {
                wanted.push((weight, tag.to_owned()));
            }
        }
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        Self(wanted.into_iter().map(|(_, tag)| tag).collect())
    }

    /// The first, for searching.
    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The texts that fit best, and their language; `None` is what stands in the row.
    pub(crate) fn translation<'a>(
        &self,
        own: &str,
        all: &'a Translations,
    ) -> Option<(&'a str, &'a Translation)> {
        let language = self.pick(own, all.keys().map(Language::as_str))?;
        all.iter().map(|(it, texts)| (it.as_str(), texts)).find(|(it, _)| *it == language)
    }

    /// What fits best of what there is; `None` is what stands in the row, in the shop's language.
    pub(crate) fn pick<'a>(
        &self,
        own: &str,
        there: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<&'a str> {
        for tag in &self.0 {
            if let Some(same) = there.clone().find(|it| it.eq_ignore_ascii_case(tag)) {
                return Some(same);
            }
            if main(tag).eq_ignore_ascii_case(main(own)) {
                return None;
            }
            if let Some(near) = there.clone().find(|it| main(it).eq_ignore_ascii_case(main(tag))) {
                return Some(near);
            }
        }
        None
    }
}

/// Says in which language an answer is.
pub(crate) fn say_language(response: &mut Response, language: &str) {
    if let Ok(language) = HeaderValue::try_from(language) {
        response.headers_mut().insert(CONTENT_LANGUAGE, language);
    }
}

/// `de` of `de-AT`.
fn main(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// `q=0.8` in thousandths.
fn weight(parameters: &str) -> u16 {
    const WHOLE: u16 = 1_000;
    let Some(value) = parameters.strip_prefix("q=") else { return WHOLE };
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    match (whole, decimals.len()) {
        ("1", _) => WHOLE,
        ("0", 0..=3) => format!("{decimals:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(header.map(Self::read).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_come_by_weight() {
        let check = |header: &str, expected: &[&str]| assert_eq!(Wanted::read(header).0, expected);
        check("de", &["de"]);
        check("en;q=0.5, de-AT;q=0.9,fr", &["fr", "de-AT", "en"]);
        check("en;q=0, *, de;q=2, fr;q=0.1234, ;;;,", &[]);
        check("", &[]);
        check(&"de,".repeat(1_000), &["de"; WANTED_MAX]);
        check("d\u{e4},../..,a'b", &[]);
    }

    #[test]
    fn the_nearest_language_is_picked() {
        let check = |header: &str, expected: Option<&str>| {
            let there = ["de", "pt-BR"].into_iter();
            assert_eq!(Wanted::read(header).pick("en", there), expected, "{header}");
        };
        check("de", Some("de"));
        check("DE-at", Some("de"));
        check("pt", Some("pt-BR"));
        check("en, de;q=0.5", None);
        check("fr, de;q=0.5", Some("de"));
        check("fr", None);
        check("", None);
    }
}
