//! What is looked for, from the query of a request. The names of filters on options and custom
//! fields are the shop's own, so they can't be the fields of a struct.

use std::str::FromStr;

use axum::http::Uri;
use kernel::query::invalid_parameter;
use kernel::text::is_line;
use kernel::{Amount, Cursor, Limit, Problem};
use serde::{Deserialize, Serialize};

use super::{Asked, Filters, Place, Sort};
use crate::availability::Availability;
use crate::products::ProductStatus;

const WORDS_CHARS_MAX: usize = 200;
const VALUE_CHARS_MAX: usize = 200;
const VALUES_MAX: usize = 50;
/// Options and custom fields that can be filtered by at once.
const NAMED_MAX: usize = 10;

/// The query of a list, as it was written: names of categories and collections are to be found yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) words: Option<String>,
    pub(crate) sort: Option<Sort>,
    pub(crate) currency: Option<String>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) limit: Limit,
    pub(crate) after: Option<Place>,
    pub(crate) categories: Vec<String>,
    pub(crate) collections: Vec<String>,
    filters: Filters,
}

/// A place, with the order that it is a place in.
#[derive(Debug, Serialize, Deserialize)]
struct Position(u8, Place);

impl Sort {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Relevance, "relevance"),
        (Self::Newest, "newest"),
        (Self::Price, "price"),
        (Self::PriceDown, "-price"),
        (Self::Title, "title"),
    ];
}

/// The text of a cursor of a list in this order.
pub(crate) fn cursor(sort: Sort, place: Place) -> String {
    Cursor(Position(sort as u8, place)).to_string()
}

impl Parameters {
    pub(crate) fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut it = Self::default();
        let mut cursor: Option<Cursor<Position>> = None;
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if seen.iter().any(|earlier| *earlier == name) {
                return Err(invalid_parameter(&name, "the query parameter is given twice"));
            }
            match &*name {
                "cursor" => cursor = Some(parsed(&name, &value)?),
                "limit" => it.limit = parsed(&name, &value)?,
                _ => it.put(&name, &value)?,
            }
            seen.push(name.into_owned());
        }
        it.check()?;
        if let Some(Cursor(Position(sort, place))) = cursor {
            if sort != it.sort() as u8 {
                let detail = "the cursor is of a list in another order; start again without it";
                return Err(invalid_parameter("cursor", detail));
            }
            it.after = Some(place);
        }
        Ok(it)
    }

    /// Of suggestions: words, and nothing else.
    pub(crate) fn read_words(uri: &Uri) -> Result<Self, Problem> {
        let other = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .find(|(name, _)| name != "q");
        if let Some((name, _)) = other {
            return Err(invalid_parameter(&name, "there is no such query parameter here"));
        }
        Self::read(uri)
    }

    fn put(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let wrong = |detail: &str| Err(invalid_parameter(name, detail));
        if !is_line(value, 0..=VALUE_CHARS_MAX * VALUES_MAX) {
            return wrong("is too long, or has a character of control");
        }
        match name {
            "q" if is_line(value, 0..=WORDS_CHARS_MAX) => {
                self.words = Some(value.trim().to_owned()).filter(|text| !text.is_empty());
            }
            "q" => return wrong("has at most 200 characters"),
            "sort" => {
                let known = Sort::ALL.into_iter().find(|(_, known)| *known == value);
                let Some((sort, _)) = known else {
                    return wrong("expected relevance, newest, price, -price or title");
                };
                self.sort = Some(sort);
            }
            "currency" if ledger::is_asset_code(value) => self.currency = Some(value.to_owned()),
            "currency" => return wrong("expected the code of a currency, such as EUR"),
            "filter[status]" => {
                let status = ProductStatus::from_name(value);
                let Some(status) = status else {
                    return wrong("expected draft, active or archived");
                };
                self.status = Some(status);
            }
            _ => return self.put_filter(name, value),
        }
        Ok(())
    }

    fn put_filter(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let filters = &mut self.filters;
        match name {
            "filter[category]" => self.categories = values(name, value)?,
            "filter[collection]" => self.collections = values(name, value)?,
            "filter[tag]" => filters.tags = values(name, value)?,
            "filter[vendor]" => filters.vendors = values(name, value)?,
            "filter[availability]" => {
                let names = values(name, value)?;
                let known = names.iter().map(|it| Availability::from_name(it));
                let Some(known) = known.collect() else {
                    let detail = "expected in_stock, low, preorder, backorder or out_of_stock";
                    return Err(invalid_parameter(name, detail));
                };
                filters.availability = known;
            }
            "filter[price][gte]" => filters.price_min = Some(price(name, value)?),
            "filter[price][lte]" => filters.price_max = Some(price(name, value)?),
            _ => {
                let (list, own) = match (named(name, "option"), named(name, "field")) {
                    (Some(own), _) => (&mut filters.options, own),
                    (_, Some(own)) => (&mut filters.fields, own),
                    _ => {
                        return Err(invalid_parameter(
                            name,
                            "there is no such query parameter here",
                        ));
                    }
                };
                if list.len() >= NAMED_MAX || !is_line(own, 1..=VALUE_CHARS_MAX) {
                    return Err(invalid_parameter(
                        name,
                        "there are too many, or its name is too long",
                    ));
                }
                list.push((own.to_owned(), values(name, value)?));
            }
        }
        Ok(())
    }

    /// Prices are compared in a currency.
    fn check(&self) -> Result<(), Problem> {
        let by_price = matches!(self.sort, Some(Sort::Price | Sort::PriceDown))
            || self.filters.price_min.is_some()
            || self.filters.price_max.is_some();
        if by_price && self.currency.is_none() {
            let detail = "is missing: say in which currency prices are compared";
            return Err(invalid_parameter("currency", detail));
        }
        Ok(())
    }

    /// By relevance if there are words, else the newest first.
    pub(crate) fn sort(&self) -> Sort {
        match (self.sort, &self.words) {
            (None | Some(Sort::Relevance), None) => Sort::Newest,
            (None, Some(_)) => Sort::Relevance,
            (Some(sort), _) => sort,
        }
    }

    pub(crate) fn asked(&self, language: &str, own_language: &str) -> Asked {
        let language = if language.is_empty() { own_language } else { language };
        let mut filters = self.filters.clone();
        filters.options.sort_unstable();
        filters.fields.sort_unstable();
        Asked {
            words: self.words.clone(),
            filters,
            sort: self.sort(),
            currency: self.currency.clone().unwrap_or_default(),
            language: super::main_language(language).to_owned(),
        }
    }
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|error: T::Err| invalid_parameter(name, error.to_string()))
}

/// `Colour` of `filter[option.Colour]` and of `filter[option][Colour]`.
fn named<'a>(name: &'a str, kind: &str) -> Option<&'a str> {
    let inner = name.strip_prefix("filter[")?.strip_suffix(']')?.strip_prefix(kind)?;
    inner.strip_prefix('.').or_else(|| inner.strip_prefix("]["))
}

/// Values with commas between them; a comma in a value is written `\,`.
fn values(name: &str, text: &str) -> Result<Vec<String>, Problem> {
    let mut values = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let last = values.last_mut().expect("there is always one");
        match c {
            '\\' => last.extend(chars.next()),
            ',' => values.push(String::new()),
            c => last.push(c),
        }
    }
    values.sort_unstable();
    values.dedup();
    let is_wrong = |value: &String| !is_line(value, 1..=VALUE_CHARS_MAX);
    if values.len() > VALUES_MAX || values.iter().any(is_wrong) {
        let detail = "expected 1 to 50 values of 1 to 200 characters, with commas between them";
        return Err(invalid_parameter(name, detail));
    }
    Ok(values)
}

fn price(name: &str, value: &str) -> Result<u64, Problem> {
    let amount: Amount = parsed(name, value)?;
    Ok(u64::try_from(amount.get()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Parameters, Problem> {
        Parameters::read(&format!("/?{query}").parse().unwrap())
    }

    #[test]
    fn filters_are_read() {
        let it = read(
            "q=+lamp+&filter[tag]=b,a,a&filter[vendor]=Smith%5C,+Inc&filter[option.Colour]=red\
             &filter[option][Size]=L&filter[field.fabric]=wool&filter[availability]=low,in_stock\
             &filter[price][gte]=5&currency=EUR&filter[category]=shoes&limit=3",
        )
        .unwrap();
        assert_eq!((it.words.as_deref(), it.sort()), (Some("lamp"), Sort::Relevance));
        let filters = it.asked("de-AT", "en").filters;
        assert_eq!(filters.tags, ["a", "b"]);
        assert_eq!(filters.vendors, ["Smith, Inc"]);
        let option = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
        assert_eq!(filters.options, [option("Colour", "red"), option("Size", "L")]);
        assert_eq!(filters.fields, [option("fabric", "wool")]);
        assert_eq!((filters.price_min, filters.price_max), (Some(5), None));
        assert_eq!((it.categories, it.limit.get()), (vec!["shoes".to_owned()], 3));
    }

    #[test]
    fn wrong_parameters_are_named() {
        for (query, name) in [
            ("colour=red", "colour"),
            ("filter[colour]=red", "filter[colour]"),
            ("filter[option.]=x", "filter[option.]"),
            ("q=a&q=b", "q"),
            ("q=a%00b", "q"),
            (&format!("q={}", "a".repeat(201)), "q"),
            ("sort=cheap", "sort"),
            ("sort=price", "currency"),
            ("filter[price][lte]=5", "currency"),
            ("filter[price][gte]=-5&currency=EUR", "filter[price][gte]"),
            ("filter[availability]=soon", "filter[availability]"),
            ("filter[tag]=", "filter[tag]"),
            ("filter[status]=x", "filter[status]"),
            ("limit=0", "limit"),
            ("cursor=x", "cursor"),
            ("currency=eur", "currency"),
        ] {
            let problem = read(query).unwrap_err();
            assert_eq!(problem.errors[0].pointer, format!("query:{name}"), "{query}");
        }
        let many: Vec<String> = (0..11).map(|i| format!("filter[option.o{i}]=x")).collect();
        assert_eq!(read(&many.join("&")).unwrap_err().status, 400);
    }

    #[test]
    fn a_cursor_is_of_one_order() {
        let text = cursor(Sort::Newest, Place::Key(7, uuid::Uuid::nil()));
        assert!(read(&format!("cursor={text}")).unwrap().after.is_some());
        assert_eq!(read(&format!("cursor={text}&sort=title")).unwrap_err().status, 400);
    }
}
