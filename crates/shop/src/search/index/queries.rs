//! What somebody looks for, as a query of the index.

use std::cmp::Reverse;
use std::ops::Bound;
use std::sync::Arc;

use hashbrown::HashMap;
use moka::sync::Cache;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, Query, RangeQuery,
    TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::tokenizer::Language;
use tantivy::{SegmentReader, TantivyError};

use super::schema::{Fields, id_text, joined};
use super::segments::Segments;
use super::words::{LANGUAGES, analyzer, main_language, words};
use crate::ids::CategoryId;
use crate::products::fields::{Name, Tag};
use crate::search::{Asked, Chosen, Filters};

/// Words that are looked for; what is behind them narrows nothing down.
const WORDS_MAX: usize = 8;
/// Beginnings with fewer characters are words.
const PREFIX_CHARS_MIN: usize = 2;
/// Of so many words with a beginning, those that most products have are taken.
const COMPLETIONS_SEEN: usize = 4_000;
const COMPLETIONS_MAX: usize = 24;

/// How strictly words are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rigour {
    /// All of them.
    All,
    /// All but one.
    AllButOne,
}

pub(super) struct Queries<'a> {
    pub(super) fields: &'a Fields,
    pub(super) segments: Segments<'a>,
    /// The language of products' own texts.
    pub(super) own_language: &'a str,
    pub(super) completions: &'a Completions,
}

/// Words that begin like something, of one state of the index: many are typing the same.
pub(super) type Completions = Cache<(u64, String), Arc<Vec<Term>>>;

type AnyQuery = Box<dyn Query>;

impl Queries<'_> {
    pub(super) fn query(&self, asked: &Asked, rigour: Rigour) -> Result<AnyQuery, TantivyError> {
        let mut parts: Vec<AnyQuery> = Vec::new();
        if let Some(text) = &asked.words {
            parts.push(self.of_words(text, &asked.language, rigour)?);
        }
        if !asked.filters.collections.is_empty() {
            let any = asked.filters.collections.iter().map(|it| self.of_collection(it));
            let any: AnyQuery = Box::new(BooleanQuery::union(any.collect()));
            parts.push(Box::new(ConstScoreQuery::new(any, 0.0)));
        }
        for terms in self.filters(&asked.filters) {
            parts.push(Box::new(ConstScoreQuery::new(any_of(terms), 0.0)));
        }
        Ok(match parts.len() {
            0 => Box::new(AllQuery),
            1 => parts.remove(0),
            _ => Box::new(BooleanQuery::intersection(parts)),
        })
    }

    fn of_words(
        &self,
        text: &str,
        language: &str,
        rigour: Rigour,
    ) -> Result<AnyQuery, TantivyError> {
        let plain = words(&mut analyzer(None), text);
        let count = plain.len().min(WORDS_MAX);
        if count == 0 {
            return Ok(Box::new(EmptyQuery));
        }
        let mut stemmed = vec![self.stemmed(self.own_language, text)];
        if main_language(language) != main_language(self.own_language) {
            stemmed.push(self.stemmed(language, text));
        }
        let mut parts: Vec<AnyQuery> = Vec::with_capacity(count);
        for (index, word) in plain.iter().take(count).enumerate() {
            let terms = stemmed.iter().filter_map(|(field, words)| {
                Some(Term::from_field_text(*field, words.get(index)?))
            });
            let is_last = index + 1 == plain.len();
            parts.push(self.of_word(word, terms.collect(), is_last)?);
        }
        if count == 1 {
            return Ok(parts.remove(0));
        }
        Ok(Box::new(match rigour {
            Rigour::All => BooleanQuery::intersection(parts),
            Rigour::AllButOne => {
                BooleanQuery::union_with_minimum_required_clauses(parts, count - 1)
            }
        }))
    }

    fn stemmed(&self, language: &str, text: &str) -> (Field, Vec<String>) {
        let code = main_language(language);
        let stemmer: Option<Language> =
            LANGUAGES.iter().find(|(known, _)| *known == code).map(|(_, stemmer)| *stemmer);
        let field = self.fields.texts.get(code).copied().unwrap_or(self.fields.other_text);
        (field, words(&mut analyzer(stemmer), text))
    }

    /// A word in each of the languages; the last one may be the beginning of a word. One that
    /// nobody uses is taken for a typing error.
    fn of_word(
        &self,
        word: &str,
        mut terms: Vec<Term>,
        is_last: bool,
    ) -> Result<AnyQuery, TantivyError> {
        let searcher = self.segments.searcher;
        let known = |term: &Term| searcher.doc_freq(term).is_ok_and(|count| count > 0);
        terms.retain(known);
        if is_last && word.chars().count() >= PREFIX_CHARS_MIN {
            terms.extend_from_slice(&self.completions(word)?);
        }
        if terms.is_empty() {
            terms.push(Term::from_field_text(self.fields.words, word));
            terms.retain(known);
        }
        if terms.is_empty() {
            return Ok(self.similar(word));
        }
        terms.sort_unstable();
        terms.dedup();
        let scored =
            |term| Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as AnyQuery;
        let mut terms: Vec<AnyQuery> = terms.into_iter().map(scored).collect();
        Ok(match terms.len() {
            1 => terms.remove(0),
            _ => Box::new(BooleanQuery::union(terms)),
        })
    }

    /// Words that begin like this, those that most products have, in no order.
    fn completions(&self, prefix: &str) -> Result<Arc<Vec<Term>>, TantivyError> {
        let generation = self.segments.searcher.generation().generation_id();
        let key = (generation, prefix.to_owned());
        if let Some(found) = self.completions.get(&key) {
            return Ok(found);
        }
        let found = Arc::new(self.find_completions(prefix)?);
        self.completions.insert(key, Arc::clone(&found));
        Ok(found)
    }

    fn find_completions(&self, prefix: &str) -> Result<Vec<Term>, TantivyError> {
        let of_segment = |_, segment: &SegmentReader| {
            let index = segment.inverted_index(self.fields.words)?;
            let mut stream = index.terms().range().ge(prefix).into_stream()?;
            let mut found: Vec<(Vec<u8>, u32)> = Vec::new();
            while stream.advance() && found.len() < COMPLETIONS_SEEN {
                if !stream.key().starts_with(prefix.as_bytes()) {
                    break;
                }
                found.push((stream.key().to_vec(), stream.value().doc_freq));
            }
            Ok(found)
        };
        let mut counts: HashMap<Vec<u8>, u32> = HashMap::new();
        for (word, count) in self.segments.map(of_segment)?.into_iter().flatten() {
            *counts.entry(word).or_default() += count;
        }
        let counts = counts.into_iter().map(|(word, count)| (Reverse(count), word));
        let mut found: Vec<(Reverse<u32>, Vec<u8>)> = counts.collect();
        if found.len() > COMPLETIONS_MAX {
            found.select_nth_unstable(COMPLETIONS_MAX);
            found.truncate(COMPLETIONS_MAX);
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
        let terms = found.into_iter().filter_map(|(_, bytes)| text(bytes));
        Ok(terms.map(|word| Term::from_field_text(self.fields.words, &word)).collect())
    }

    /// Words that differ by one letter, long ones by two; swapped letters count once.
    fn similar(&self, word: &str) -> AnyQuery {
        let distance = match word.chars().count() {
            0..=2 => return Box::new(EmptyQuery),
            3..=7 => 1,
            _ => 2,
        };
        let term = Term::from_field_text(self.fields.words, word);
        Box::new(FuzzyTermQuery::new(term, distance, true))
    }

    /// What a collection holds, by hand or by its rules.
    fn of_collection(&self, chosen: &Chosen) -> AnyQuery {
        let fields = self.fields;
        let rules = match chosen {
            Chosen::ByHand(id) => {
                return any_of(vec![Term::from_field_text(fields.collection, &id_text(*id))]);
            }
            Chosen::ByRules(rules) => rules,
        };
        let category =
            |id: &CategoryId| Term::from_field_text(fields.category, &id_text(id.as_uuid()));
        let tag = |tag: &Tag| Term::from_field_text(fields.tag, tag.as_str());
        let vendor = |vendor: &Name| Term::from_field_text(fields.vendor, vendor.as_str());
        let mut parts: Vec<AnyQuery> = Vec::new();
        for terms in [
            rules.tags.iter().map(tag).collect::<Vec<_>>(),
            rules.vendors.iter().map(vendor).collect(),
            rules.categories.iter().map(category).collect(),
        ] {
            if !terms.is_empty() {
                parts.push(any_of(terms));
            }
        }
        if let Some(price) = &rules.price {
            let (min, max) = price.bounds();
            let bound = |amount: u64| {
                let mut term = Term::from_field_json_path(fields.prices, &price.currency, false);
                term.append_type_and_fast_value(i64::try_from(amount).unwrap_or(i64::MAX));
                Bound::Included(term)
            };
            parts.push(Box::new(RangeQuery::new(bound(min), bound(max))));
        }
        match parts.len() {
            1 => parts.remove(0),
            _ => Box::new(BooleanQuery::intersection(parts)),
        }
    }

    /// For each filter, the terms of which one must be there.
    fn filters(&self, it: &Filters) -> Vec<Vec<Term>> {
        let of = |field, values: Vec<String>| -> Vec<Term> {
            values.iter().map(|value| Term::from_field_text(field, value)).collect()
        };
        let ids = |ids: &[uuid::Uuid]| ids.iter().map(|id| id_text(*id)).collect();
        let fields = self.fields;
        let availability = it.availability.iter().map(|it| it.as_str().to_owned()).collect();
        let mut all = vec![
            of(fields.category, ids(&it.categories)),
            of(fields.tag, it.tags.clone()),
            of(fields.vendor, it.vendors.clone()),
            of(fields.availability, availability),
        ];
        let pairs = |name: &String, values: &[String]| {
            values.iter().map(|value| joined(name, value)).collect::<Vec<_>>()
        };
        for (name, values) in &it.options {
            all.push(of(fields.option, pairs(name, values)));
        }
        for (name, values) in &it.fields {
            all.push(of(fields.custom, pairs(name, values)));
        }
        all.retain(|terms| !terms.is_empty());
        all
    }
}

fn any_of(mut terms: Vec<Term>) -> AnyQuery {
    if terms.len() == 1 {
        return Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic));
    }
    Box::new(TermSetQuery::new(terms))
}
