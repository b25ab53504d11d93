//! What the index keeps of each product, and how.

use hashbrown::HashMap;
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, OwnedValue, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, TextAnalyzer, Token};
use uuid::Uuid;

use super::words::{LANGUAGES, analyzer, main_language, title_weight, words};
use crate::availability::Availability;
use crate::search::Document;

/// Another number builds every index anew.
pub(super) const VERSION: u32 = 1;

/// Between the two parts of an option's or a field's value.
pub(super) const SEPARATOR: char = '\u{1f}';

/// How much of a description is looked at.
const DESCRIPTION_BYTES_MAX: usize = 20_000;
/// How much of a title it is ordered by.
const TITLE_BYTES_MAX: usize = 100;
const TAG_WEIGHT: usize = 2;

pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) id_high: Field,
    pub(super) id_low: Field,
    pub(super) created: Field,
    pub(super) title: Field,
    pub(super) rank: Field,
    /// Words as they stand, of titles, tags, vendors and SKUs: for beginnings and typing errors.
    pub(super) words: Field,
    /// Words of everything, stemmed, by language.
    pub(super) texts: HashMap<&'static str, Field>,
    /// The same of languages that have no stemmer.
    pub(super) other_text: Field,
    pub(super) tag: Field,
    pub(super) vendor: Field,
    pub(super) option: Field,
    pub(super) custom: Field,
    pub(super) category: Field,
    pub(super) collection: Field,
    pub(super) availability: Field,
    pub(super) prices: Field,
}

/// Words that we split ourselves, with how often each counts. Length plays no part: whether a
/// word is in the title or in the description does.
fn counted() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::WithFreqs)
        .set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing)
}

/// A value as a whole, to filter and to count.
fn whole() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing).set_fast("raw")
}

pub(super) fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let mut texts = HashMap::new();
    for (code, _) in LANGUAGES {
        texts.insert(code, schema.add_text_field(&format!("text_{code}"), counted()));
    }
    let fields = Fields {
        id: schema.add_bytes_field("id", INDEXED),
        id_high: schema.add_u64_field("id_high", FAST),
        id_low: schema.add_u64_field("id_low", FAST),
        created: schema.add_u64_field("created", FAST),
        title: schema.add_text_field("title", TextOptions::default().set_fast("raw")),
        rank: schema.add_u64_field("rank", FAST),
        words: schema.add_text_field("words", counted()),
        texts,
        other_text: schema.add_text_field("text_other", counted()),
        tag: schema.add_text_field("tag", whole()),
        vendor: schema.add_text_field("vendor", whole()),
        option: schema.add_text_field("option", whole()),
        custom: schema.add_text_field("custom", whole()),
        category: schema.add_text_field("category", whole()),
        collection: schema.add_text_field("collection", whole()),
        availability: schema.add_text_field("availability", whole()),
        prices: schema.add_json_field("prices", FAST),
    };
    (schema.build(), fields)
}

/// Makes documents; holds the analyzers of all languages.
pub(super) struct Maker {
    plain: TextAnalyzer,
    stemming: HashMap<&'static str, TextAnalyzer>,
}

impl Maker {
    pub(super) fn new() -> Self {
        let stemming = LANGUAGES.map(|(code, language)| (code, analyzer(Some(language))));
        Self { plain: analyzer(None), stemming: stemming.into_iter().collect() }
    }

    pub(super) fn make(&mut self, fields: &Fields, it: &Document) -> TantivyDocument {
        let mut made = TantivyDocument::new();
        let (high, low) = it.id.as_u64_pair();
        made.add_bytes(fields.id, it.id.as_bytes());
        made.add_u64(fields.id_high, high);
        made.add_u64(fields.id_low, low);
        made.add_u64(fields.created, it.created_at.cast_unsigned() ^ (1 << 63));
        made.add_text(fields.title, title_key(&it.title));
        let availability = it.availability.unwrap_or(Availability::OutOfStock);
        made.add_u64(fields.rank, u64::from(availability != Availability::OutOfStock));
        made.add_text(fields.availability, availability.as_str());
        it.tags.iter().for_each(|tag| made.add_text(fields.tag, tag));
        it.vendor.iter().for_each(|vendor| made.add_text(fields.vendor, vendor));
        for (pairs, field) in [(&it.options, fields.option), (&it.fields, fields.custom)] {
            pairs.iter().for_each(|(name, value)| made.add_text(field, joined(name, value)));
        }
        for (ids, field) in
            [(&it.categories, fields.category), (&it.collections, fields.collection)]
        {
            ids.iter().for_each(|id| made.add_text(field, id_text(*id)));
        }
        let prices = it.prices.iter();
        let prices = prices.map(|(currency, price)| (currency.clone(), OwnedValue::U64(*price)));
        made.add_object(fields.prices, prices.collect());
        self.add_words(&mut made, fields, it);
        made
    }

    fn add_words(&mut self, made: &mut TantivyDocument, fields: &Fields, it: &Document) {
        let mut plain = Vec::new();
        let names: Vec<&str> =
            it.tags.iter().chain(&it.vendor).chain(&it.skus).map(String::as_str).collect();
        for (_, title, _) in &it.texts {
            plain.extend(weighted(&mut self.plain, title, &names, ""));
        }
        made.add_pre_tokenized_text(fields.words, tokens(plain));
        for (language, title, description) in &it.texts {
            let code = main_language(language);
            let (field, analyzer) = match (fields.texts.get(code), self.stemming.get_mut(code)) {
                (Some(field), Some(analyzer)) => (*field, analyzer),
                _ => (fields.other_text, &mut self.plain),
            };
            let words = weighted(analyzer, title, &names, description);
            made.add_pre_tokenized_text(field, tokens(words));
        }
    }
}

/// The words of a product, each as often as it counts: the title over tags and other names, these
/// over the description.
fn weighted(
    analyzer: &mut TextAnalyzer,
    title: &str,
    names: &[&str],
    description: &str,
) -> Vec<String> {
    let mut all = Vec::new();
    let title = words(analyzer, title);
    let weight = title_weight(title.len());
    for word in title {
        all.extend(std::iter::repeat_n(word, weight));
    }
    for name in names {
        for word in words(analyzer, name) {
            all.extend(std::iter::repeat_n(word, TAG_WEIGHT));
        }
    }
    let end = description.floor_char_boundary(DESCRIPTION_BYTES_MAX);
    let mut once = words(analyzer, &description[..end]);
    once.sort_unstable();
    once.dedup();
    all.extend(once);
    all
}

fn tokens(words: Vec<String>) -> PreTokenizedString {
    let token = |(position, text)| Token { text, position, ..Token::default() };
    let tokens = words.into_iter().enumerate().map(token).collect();
    PreTokenizedString { text: String::new(), tokens }
}

/// What products are ordered by when it goes by title.
fn title_key(title: &str) -> String {
    let folded = words(&mut analyzer(None), title).join(" ");
    folded[..folded.floor_char_boundary(TITLE_BYTES_MAX)].to_owned()
}

pub(super) fn id_text(id: Uuid) -> String {
    id.simple().to_string()
}

pub(super) fn joined(name: &str, value: &str) -> String {
    format!("{name}{SEPARATOR}{value}")
}
