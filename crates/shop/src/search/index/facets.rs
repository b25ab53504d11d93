//! Counting what is found, by the values that it has.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocId, Searcher, SegmentReader, TantivyError};
use uuid::Uuid;

use super::queries::{Facet, Queries, Rigour};
use super::schema::SEPARATOR;
use super::top::Bounds;
use crate::search::{Asked, Facets};

type Result<T> = std::result::Result<T, TantivyError>;
type Counts = BTreeMap<String, u64>;

/// Values of one kind that are shown.
const VALUES_MAX: usize = 100;
/// Of so many of a segment the counts are put together; those that are rarer there don't count.
const VALUES_SEEN: usize = 2_000;

/// The columns in which values are, and what they are about.
const COLUMNS: [&str; 6] = ["category", "tag", "vendor", "availability", "option", "custom"];

/// What was found in all segments.
#[derive(Default)]
struct Counted {
    total: u64,
    values: BTreeMap<&'static str, Counts>,
    prices: Option<(u64, u64)>,
}

impl Counted {
    fn add(
        &mut self,
        segment: &SegmentReader,
        docs: &[DocId],
        columns: &[&'static str],
        bounds: &Bounds,
    ) -> Result<()> {
        self.total += docs.len() as u64;
        for column in columns {
            count_values(segment, docs, column, self.values.entry(column).or_default())?;
        }
        let Some(prices) = bounds.column(segment)? else { return Ok(()) };
        for price in docs.iter().filter_map(|doc| prices.first(*doc)) {
            let price = price.unsigned_abs();
            let (min, max) = self.prices.unwrap_or((price, price));
            self.prices = Some((min.min(price), max.max(price)));
        }
        Ok(())
    }
}

fn count_values(
    segment: &SegmentReader,
    docs: &[DocId],
    column: &str,
    counts: &mut Counts,
) -> Result<()> {
    let Some(values) = segment.fast_fields().str(column)? else { return Ok(()) };
    let mut found = by_ord(values.ords(), values.num_terms(), docs);
    if found.len() > VALUES_SEEN {
        found.select_nth_unstable_by_key(VALUES_SEEN, |(_, count)| Reverse(*count));
        found.truncate(VALUES_SEEN);
        found.sort_unstable();
    }
    let (ords, numbers): (Vec<u64>, Vec<u64>) = found.into_iter().unzip();
    let mut numbers = numbers.into_iter();
    values.dictionary().sorted_ords_to_term_cb(&ords, |text| {
        let count = numbers.next().unwrap_or(0);
        let text = String::from_utf8_lossy(text).into_owned();
        *counts.entry(text).or_default() += count;
    })?;
    Ok(())
}

/// How often each value is there, in the order of values. A few products are sorted, many counted
/// in a place for each value there is.
fn by_ord(column: &Column<u64>, terms: usize, docs: &[DocId]) -> Vec<(u64, u64)> {
    let ords = docs.iter().flat_map(|doc| column.values_for_doc(*doc));
    if docs.len() < terms / 8 {
        let mut ords: Vec<u64> = ords.collect();
        ords.sort_unstable();
        let runs = ords.chunk_by(|left, right| left == right);
        return runs.map(|run| (run[0], run.len() as u64)).collect();
    }
    let mut counts = vec![0_u64; terms];
    for ord in ords {
        if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
            *count += 1;
        }
    }
    (0..).zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn count(
    searcher: &Searcher,
    query: &dyn Query,
    columns: &[&'static str],
    bounds: &Bounds,
) -> Result<Counted> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut counted = Counted::default();
    for segment in searcher.segment_readers() {
        let allowed = bounds.allowed(segment)?;
        let mut docs: Vec<DocId> = Vec::new();
        weight.for_each_no_score(segment, &mut |block| {
            docs.extend(block.iter().copied().filter(|doc| allowed.has(*doc)));
        })?;
        counted.add(segment, &docs, columns, bounds)?;
    }
    Ok(counted)
}

/// Which filters there are, each with its column and its own values to be counted without it.
fn filtered(asked: &Asked) -> Vec<(Facet<'_>, &'static str)> {
    let it = &asked.filters;
    let mut all = Vec::new();
    let mut add = |is_there: bool, facet, column| {
        if is_there {
            all.push((facet, column));
        }
    };
    add(!it.categories.is_empty(), Facet::Category, "category");
    add(!it.tags.is_empty(), Facet::Tag, "tag");
    add(!it.vendors.is_empty(), Facet::Vendor, "vendor");
    add(!it.availability.is_empty(), Facet::Availability, "availability");
    for (name, values) in &it.options {
        add(!values.is_empty(), Facet::Option(name), "option");
    }
    for (key, values) in &it.fields {
        add(!values.is_empty(), Facet::Custom(key), "custom");
    }
    all
}

/// Counts everything that is found, and what a filter leaves out without that filter.
pub(super) fn facets(queries: &Queries<'_>, asked: &Asked, rigour: Rigour) -> Result<Facets> {
    let (it, searcher) = (&asked.filters, queries.searcher);
    let bounds = Bounds::new(&asked.currency, it.price_min, it.price_max);
    let query = queries.query(asked, rigour, None)?;
    let mut counted = count(searcher, &*query, &COLUMNS, &bounds)?;
    for (facet, column) in filtered(asked) {
        let query = queries.query(asked, rigour, Some(facet))?;
        let mut own = count(searcher, &*query, &[column], &bounds)?;
        let own = own.values.remove(column).unwrap_or_default();
        let counts = counted.values.entry(column).or_default();
        match facet {
            Facet::Option(name) | Facet::Custom(name) => {
                let prefix = format!("{name}{SEPARATOR}");
                counts.retain(|value, _| !value.starts_with(&prefix));
                counts.extend(own.into_iter().filter(|(value, _)| value.starts_with(&prefix)));
            }
            _ => *counts = own,
        }
    }
    if it.price_min.is_some() || it.price_max.is_some() {
        let all = Bounds::new(&asked.currency, None, None);
        counted.prices = count(searcher, &*query, &[], &all)?.prices;
    }
    Ok(shown(counted))
}

fn shown(mut counted: Counted) -> Facets {
    let mut most = |column| {
        let counts = counted.values.remove(column).unwrap_or_default();
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        counts.truncate(VALUES_MAX);
        counts
    };
    let ids = |counts: Vec<(String, u64)>| {
        let id = |(text, count): (String, u64)| Some((Uuid::try_parse(&text).ok()?, count));
        counts.into_iter().filter_map(id).collect()
    };
    let pairs = |counts: Vec<(String, u64)>| {
        let pair = |(text, count): (String, u64)| {
            let (name, value) = text.split_once(SEPARATOR)?;
            Some((name.to_owned(), value.to_owned(), count))
        };
        counts.into_iter().filter_map(pair).collect()
    };
    Facets {
        categories: ids(most("category")),
        tags: most("tag"),
        vendors: most("vendor"),
        availability: most("availability"),
        options: pairs(most("option")),
        fields: pairs(most("custom")),
        total: counted.total,
        prices: counted.prices,
    }
}
