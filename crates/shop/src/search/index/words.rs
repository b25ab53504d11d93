//! How texts become words: split where no letter or digit is, lower case, stemmed in their language,
//! without accents.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer, Token,
};

/// The languages whose words are stemmed.
pub(crate) const LANGUAGES: [(&str, Language); 18] = [
    ("ar", Language::Arabic),
    ("da", Language::Danish),
    ("de", Language::German),
    ("el", Language::Greek),
    ("en", Language::English),
    ("es", Language::Spanish),
    ("fi", Language::Finnish),
    ("fr", Language::French),
    ("hu", Language::Hungarian),
    ("it", Language::Italian),
    ("nl", Language::Dutch),
    ("no", Language::Norwegian),
    ("pt", Language::Portuguese),
    ("ro", Language::Romanian),
    ("ru", Language::Russian),
    ("sv", Language::Swedish),
    ("ta", Language::Tamil),
    ("tr", Language::Turkish),
];

/// Words that are longer are no words.
const WORD_BYTES_MAX: usize = 60;

/// What of a language tag the stemmers go by: `de` of `de-AT`.
pub(crate) fn main_language(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

/// The analyzer of a language, or the one that stems nothing.
pub(super) fn analyzer(language: Option<Language>) -> TextAnalyzer {
    let plain = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(WORD_BYTES_MAX))
        .filter(LowerCaser);
    match language {
        Some(language) => plain.filter(Stemmer::new(language)).filter(AsciiFoldingFilter).build(),
        None => plain.filter(AsciiFoldingFilter).build(),
    }
}

pub(super) fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    analyzer.token_stream(text).process(&mut |token: &Token| words.push(token.text.clone()));
    words
}

/// How often a word of a title counts: in a short one it says more of the product.
pub(super) const fn title_weight(words: usize) -> usize {
    match words {
        0..=2 => 8,
        3..=4 => 6,
        5..=8 => 5,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stemmed_in_their_language() {
        let check = |language, text: &str, expected: &[&str]| {
            assert_eq!(words(&mut analyzer(language), text), expected);
        };
        check(None, "Grüne Laternen, 2x!", &["grune", "laternen", "2x"]);
        check(Some(Language::English), "Lanterns glowing", &["lantern", "glow"]);
        check(Some(Language::German), "Laternen", &["latern"]);
        check(None, &"a".repeat(100), &[]);
        check(None, "\u{0}\n--", &[]);
    }

    #[test]
    fn every_language_gives_as_many_words() {
        let text = "A paper lantern, grüne Laternen и фонари";
        let count = words(&mut analyzer(None), text).len();
        for (code, language) in LANGUAGES {
            assert_eq!(words(&mut analyzer(Some(language)), text).len(), count, "{code}");
        }
    }
}
