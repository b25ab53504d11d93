//! What users read: titles and texts of every kind in every language, amounts and times as people
//! write them. The in-app list and mail share these texts.
//!
//! Invariants: every language has every key (a test renders all of them); a text that lacks a
//! value is an error and never shows a gap; what users wrote has no control characters.
//!
//! Reading order: `en.json`, `catalogue`, `view` (facts of an event as values of a text).

mod amounts;
mod catalogue;
#[cfg(test)]
mod tests;
mod view;
mod written;

pub(crate) use amounts::amount;
pub(crate) use catalogue::{Catalogue, KindTexts, Locale, Texts};
pub(crate) use view::{Names, View, link_path, people};
pub(crate) use written::{one_line, quiet};
