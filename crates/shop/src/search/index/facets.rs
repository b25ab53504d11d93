//! Counting what is found, by the values that it has.

use std::collections::BTreeMap;

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
const COLUMNS: [&str; 7] =
    ["category", "collection", "tag", "vendor", "availability", "option", "custom"];

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
    let mut by_ord = vec![0_u32; values.num_terms()];
    let ords = values.ords();
    for doc in docs {
        for ord in ords.values_for_doc(*doc) {
            if let Some(count) = usize::try_from(ord).ok().and_then(|ord| by_ord.get_mut(ord)) {
                *count += 1;
            }
        }
    }
    let mut found: Vec<(u32, u64)> =
        by_ord.into_iter().zip(0..).filter(|(count, _)| *count > 0).collect();
    if found.len() > VALUES_SEEN {
        found.select_nth_unstable_by(VALUES_SEEN, |left, right| right.cmp(left));
        found.truncate(VALUES_SEEN);
    }
    let mut text = String::new();
    for (count, ord) in found {
        text.clear();
        values.ord_to_str(ord, &mut text)?;
        *counts.entry(text.clone()).or_default() += u64::from(count);
    }
    Ok(())
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
    add(!it.collections.is_empty(), Facet::Collection, "collection");
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
        collections: ids(most("collection")),
        tags: most("tag"),
        vendors: most("vendor"),
        availability: most("availability"),
        options: pairs(most("option")),
        fields: pairs(most("custom")),
        total: counted.total,
        prices: counted.prices,
    }
}
