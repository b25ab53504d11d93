//! Counting what is found, by the values that it has.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use tantivy::columnar::{Cardinality, Column};
use tantivy::query::{EnableScoring, Query};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, SegmentReader, TantivyError};
use uuid::Uuid;

use super::queries::{Queries, Rigour};
use super::schema::SEPARATOR;
use super::segments::Segments;
use super::top::Bounds;
use crate::search::{Asked, Facets, Filters};

type Result<T> = std::result::Result<T, TantivyError>;
type Counts = BTreeMap<String, u64>;

/// Values of one kind that are shown.
const VALUES_MAX: usize = 100;
/// Of so many of a segment the counts are put together; those that are rarer there don't count.
const VALUES_SEEN: usize = 2_000;

/// The columns in which values are, and what they are about.
const COLUMNS: [&str; 6] = ["category", "tag", "vendor", "availability", "option", "custom"];

/// What was found in all segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) total: u64,
    values: BTreeMap<&'static str, Counts>,
    prices: Option<(u64, u64)>,
}

impl Counted {
    fn of(
        segment: &SegmentReader,
        docs: &[DocId],
        columns: &[&'static str],
        bounds: &Bounds,
    ) -> Result<Self> {
        let mut counted = Self { total: docs.len() as u64, ..Self::default() };
        for column in columns {
            count_values(segment, docs, column, counted.values.entry(column).or_default())?;
        }
        let Some(prices) = bounds.column(segment)? else { return Ok(counted) };
        let mut bounds: Option<(u64, u64)> = None;
        first_values(&prices, docs, |price: i64| {
            let price = price.unsigned_abs();
            let (min, max) = bounds.unwrap_or((price, price));
            bounds = Some((min.min(price), max.max(price)));
        });
        Ok(Self { prices: bounds, ..counted })
    }

    fn with(mut self, other: Self) -> Self {
        self.total += other.total;
        for (column, counts) in other.values {
            let own = self.values.entry(column).or_default();
            for (value, count) in counts {
                *own.entry(value).or_default() += count;
            }
        }
        self.prices = match (self.prices, other.prices) {
            (Some((min, max)), Some((lower, upper))) => Some((min.min(lower), max.max(upper))),
            (own, other) => own.or(other),
        };
        self
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
    if docs.len() < terms / 8 {
        let mut ords: Vec<u64> = Vec::with_capacity(docs.len());
        all_values(column, docs, |ord| ords.push(ord));
        ords.sort_unstable();
        let runs = ords.chunk_by(|left, right| left == right);
        return runs.map(|run| (run[0], run.len() as u64)).collect();
    }
    let mut counts = vec![0_u64; terms];
    all_values(column, docs, |ord| {
        if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
            *count += 1;
        }
    });
    (0..).zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn all_values(column: &Column<u64>, docs: &[DocId], mut take: impl FnMut(u64)) {
    match column.get_cardinality() {
        Cardinality::Multivalued => {
            docs.iter().flat_map(|doc| column.values_for_doc(*doc)).for_each(take);
        }
        _ => first_values(column, docs, &mut take),
    }
}

/// The first value of each, read for a block of products at once.
fn first_values<T: Copy + PartialOrd + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    docs: &[DocId],
    mut take: impl FnMut(T),
) {
    let mut values = [None; COLLECT_BLOCK_BUFFER_LEN];
    for block in docs.chunks(COLLECT_BLOCK_BUFFER_LEN) {
        let values = &mut values[..block.len()];
        values.fill(None);
        column.first_vals(block, values);
        values.iter().copied().flatten().for_each(&mut take);
    }
}

fn count(
    segments: Segments<'_>,
    query: &dyn Query,
    columns: &[&'static str],
    bounds: &Bounds,
) -> Result<Counted> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(segments.searcher))?;
    let counted = segments.map(|_, segment| {
        let allowed = bounds.allowed(segment)?;
        let mut docs: Vec<DocId> = Vec::new();
        weight.for_each_no_score(segment, &mut |block| {
            docs.extend(block.iter().copied().filter(|doc| allowed.has(*doc)));
        })?;
        Counted::of(segment, &docs, columns, bounds)
    })?;
    Ok(counted.into_iter().fold(Counted::default(), Counted::with))
}

/// What is asked without one of its filters, with the column whose values are counted so.
fn relaxed(asked: &Asked) -> Vec<(Asked, &'static str, Option<String>)> {
    let mut all = Vec::new();
    let mut add = |column, name: Option<String>, relax: &dyn Fn(&mut Filters)| {
        let mut relaxed = asked.clone();
        relax(&mut relaxed.filters);
        if relaxed != *asked {
            all.push((relaxed, column, name));
        }
    };
    add("category", None, &|it| it.categories.clear());
    add("tag", None, &|it| it.tags.clear());
    add("vendor", None, &|it| it.vendors.clear());
    add("availability", None, &|it| it.availability.clear());
    for (name, _) in &asked.filters.options {
        add("option", Some(name.clone()), &|it| it.options.retain(|(other, _)| other != name));
    }
    for (key, _) in &asked.filters.fields {
        add("custom", Some(key.clone()), &|it| it.fields.retain(|(other, _)| other != key));
    }
    all
}

/// Counts everything that is found.
pub(super) fn count_all(queries: &Queries<'_>, asked: &Asked, rigour: Rigour) -> Result<Counted> {
    let it = &asked.filters;
    let bounds = Bounds::new(&asked.currency, it.price_min, it.price_max);
    let query = queries.query(asked, rigour)?;
    count(queries.segments, &*query, &COLUMNS, &bounds)
}

/// The counts of what is found; the values of each filter are those that would be found without it.
/// `counted` counts, or remembers.
pub(super) fn facets(
    asked: &Asked,
    counted: impl Fn(&Asked) -> Result<Arc<Counted>>,
) -> Result<Facets> {
    let mut all = (*counted(asked)?).clone();
    for (relaxed, column, name) in relaxed(asked) {
        let mut own = counted(&relaxed)?.values.get(column).cloned().unwrap_or_default();
        let counts = all.values.entry(column).or_default();
        if let Some(name) = name {
            let prefix = format!("{name}{SEPARATOR}");
            own.retain(|value, _| value.starts_with(&prefix));
            counts.retain(|value, _| !value.starts_with(&prefix));
            counts.extend(own);
        } else {
            *counts = own;
        }
    }
    if asked.filters.price_min.is_some() || asked.filters.price_max.is_some() {
        let mut relaxed = asked.clone();
        (relaxed.filters.price_min, relaxed.filters.price_max) = (None, None);
        all.prices = counted(&relaxed)?.prices;
    }
    Ok(shown(all))
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
