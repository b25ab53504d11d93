//! The first products of an order, behind a place.
//!
//! All products that are found are looked at. tantivy can leave out whole blocks that can't get
//! among the first by score, but of fields without norms of length it writes no bounds of blocks
//! (it reads them as zero) and takes too low a bound of a word: then it leaves out what is best.
//! Of equal scores the product that stands earlier in the index comes first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Debug;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use tantivy::columnar::{Column, StrColumn, TermOrdHit};
use tantivy::fastfield::AliveBitSet;
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet as _, Score, Searcher, SegmentReader, TERMINATED,
    TantivyError,
};
use uuid::Uuid;

use super::schema::Fields;
use super::segments::Segments;
use crate::search::{Hit, Place, Sort};

type Result<T> = std::result::Result<T, TantivyError>;

/// What a product that is out of stock keeps of its score.
const OUT_OF_STOCK_FACTOR: Score = 0.9;

/// Between which prices products are.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// The column of the currency.
    pub(super) column: String,
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
}

/// Whether a product of a segment may be shown.
pub(super) struct Allowed<'a> {
    alive: Option<&'a AliveBitSet>,
    prices: Option<(Column<i64>, i64, i64)>,
}

impl Bounds {
    pub(super) fn new(currency: &str, min: Option<u64>, max: Option<u64>) -> Self {
        Self { column: format!("prices.{currency}"), min, max }
    }

    pub(super) fn column(&self, segment: &SegmentReader) -> Result<Option<Column<i64>>> {
        segment.fast_fields().column_opt::<i64>(&self.column)
    }

    fn prices(&self, segment: &SegmentReader) -> Result<Column<i64>> {
        let column = self.column(segment)?;
        Ok(column.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
    }

    pub(super) fn allowed<'a>(&self, segment: &'a SegmentReader) -> Result<Allowed<'a>> {
        let prices = if self.min.is_some() || self.max.is_some() {
            let column = self.prices(segment)?;
            let bound = |price: u64| i64::try_from(price).unwrap_or(i64::MAX);
            Some((column, self.min.map_or(0, bound), self.max.map_or(i64::MAX, bound)))
        } else {
            None
        };
        Ok(Allowed { alive: segment.alive_bitset(), prices })
    }
}

impl Allowed<'_> {
    pub(super) fn has(&self, doc: DocId) -> bool {
        self.alive.is_none_or(|alive| alive.is_alive(doc))
            && self.prices.as_ref().is_none_or(|(column, min, max)| {
                column.first(doc).is_some_and(|price| (*min..=*max).contains(&price))
            })
    }
}

/// Reads the ids of a segment's products. Opening it costs more than reading many.
struct Ids(Column<u64>, Column<u64>);

impl Ids {
    fn of(segment: &SegmentReader) -> Result<Self> {
        let fields = segment.fast_fields();
        Ok(Self(fields.u64("id_high")?, fields.u64("id_low")?))
    }

    fn get(&self, doc: DocId) -> Uuid {
        Uuid::from_u64_pair(self.0.first(doc).unwrap_or(0), self.1.first(doc).unwrap_or(0))
    }
}

/// Where a product stands in the index.
type Address = (u32, DocId);

fn address_of(searcher: &Searcher, fields: &Fields, id: Uuid) -> Result<Option<Address>> {
    let term = Term::from_field_bytes(fields.id, id.as_bytes());
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(fields.id)?;
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        while postings.doc() != TERMINATED {
            let doc = postings.doc();
            if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                return Ok(Some((ord, doc)));
            }
            postings.advance();
        }
    }
    Ok(None)
}

/// The best by score; greater is better.
type Scored = (u32, Reverse<Address>);

#[expect(clippy::float_arithmetic, reason = "a score is no amount")]
fn score(raw: Score, is_there: bool) -> u32 {
    // The bits of floats that aren't negative are in their order.
    if is_there { raw.to_bits() } else { (raw * OUT_OF_STOCK_FACTOR).to_bits() }
}

pub(super) fn by_score(
    segments: Segments<'_>,
    fields: &Fields,
    query: &dyn Query,
    bounds: &Bounds,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Hit>> {
    let searcher = segments.searcher;
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let after: Option<Scored> = match after {
        Some(Place::Key(bits, id)) => {
            // One that is gone meanwhile leaves its score, of which nothing more is shown.
            let address = address_of(searcher, fields, *id)?.unwrap_or((u32::MAX, u32::MAX));
            Some((u32::try_from(*bits).unwrap_or(u32::MAX), Reverse(address)))
        }
        _ => None,
    };
    let wanted = Wanted { weight: &*weight, bounds, limit };
    let found = segments.map(|ord, segment| wanted.best_scored(segment, ord, after))?;
    let mut best: Vec<Scored> = found.into_iter().flatten().collect();
    best.sort_unstable_by_key(|found| Reverse(*found));
    best.truncate(limit);
    let mut ids: HashMap<u32, Ids> = HashMap::new();
    let hit = |(bits, Reverse((ord, doc))): Scored| {
        let ids = match ids.entry(ord) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Ids::of(searcher.segment_reader(ord))?),
        };
        let id = ids.get(doc);
        Ok(Hit { id, place: Place::Key(u64::from(bits), id) })
    };
    best.into_iter().map(hit).collect()
}

/// What products are ordered by; greater comes first.
type Keyed = (u64, Uuid);

/// What products are ordered by by title; smaller comes first.
type Titled = (String, Reverse<Uuid>);

/// What is wanted of each segment.
struct Wanted<'a> {
    weight: &'a dyn Weight,
    bounds: &'a Bounds,
    limit: usize,
}

impl Wanted<'_> {
    /// The best products of a segment behind a place.
    fn best_scored(
        &self,
        segment: &SegmentReader,
        ord: u32,
        after: Option<Scored>,
    ) -> Result<Vec<Scored>> {
        let rank = segment.fast_fields().u64("rank")?;
        let allowed = self.bounds.allowed(segment)?;
        let mut best: BinaryHeap<Reverse<Scored>> = BinaryHeap::with_capacity(self.limit + 1);
        self.weight.for_each(segment, &mut |doc, raw| {
            let worst = best.peek().filter(|_| best.len() == self.limit);
            // Most products end here: being out of stock only takes away from a score, and of equal
            // ones those come first that were met before.
            if worst.is_some_and(|Reverse((bits, _))| raw.to_bits() <= *bits) {
                return;
            }
            let found = (score(raw, rank.first(doc) != Some(0)), Reverse((ord, doc)));
            let is_worse = worst.is_some_and(|Reverse(worst)| found < *worst);
            if is_worse || after.is_some_and(|after| found >= after) || !allowed.has(doc) {
                return;
            }
            best.push(Reverse(found));
            if best.len() > self.limit {
                best.pop();
            }
        })?;
        Ok(best.into_iter().map(|Reverse(found)| found).collect())
    }

    /// The first products of a segment behind a place, by a key that follows from a column.
    fn first_by<T: Copy + PartialOrd + Debug + Send + Sync + 'static>(
        &self,
        segment: &SegmentReader,
        after: Option<Keyed>,
        column: &Column<T>,
        key_of: impl Fn(Option<T>) -> u64,
    ) -> Result<Vec<Keyed>> {
        let (allowed, ids) = (self.bounds.allowed(segment)?, Ids::of(segment)?);
        let mut best: BinaryHeap<Reverse<Keyed>> = BinaryHeap::with_capacity(self.limit + 1);
        let last = after.map_or(u64::MAX, |(key, _)| key);
        // A key below this one is too late.
        let mut worst = 0;
        let mut values = [None; COLLECT_BLOCK_BUFFER_LEN];
        self.weight.for_each_no_score(segment, &mut |docs| {
            let values = &mut values[..docs.len()];
            values.fill(None);
            column.first_vals(docs, values);
            for (doc, value) in docs.iter().zip(values) {
                let key = key_of(*value);
                // Most products end here.
                if key < worst || key > last || !allowed.has(*doc) {
                    continue;
                }
                let found = (key, ids.get(*doc));
                if after.is_some_and(|after| found >= after) {
                    continue;
                }
                best.push(Reverse(found));
                if best.len() > self.limit {
                    best.pop();
                    worst = best.peek().map_or(0, |Reverse((key, _))| *key);
                }
            }
        })?;
        Ok(best.into_iter().map(|Reverse(found)| found).collect())
    }

    fn first_titles(&self, segment: &SegmentReader, after: Option<&Place>) -> Result<Vec<Titled>> {
        let Some(titles) = segment.fast_fields().str("title")? else { return Ok(Vec::new()) };
        let after = match after {
            Some(Place::Title(title, id)) => place_in(&titles, title, *id)?,
            _ => None,
        };
        // Places in the segment's dictionary.
        let key = |place: Option<u64>| u64::MAX - place.unwrap_or(0);
        let mut found = Vec::new();
        for (key, id) in self.first_by(segment, after, titles.ords(), key)? {
            let mut title = String::new();
            titles.ord_to_str(u64::MAX - key, &mut title)?;
            found.push((title, Reverse(id)));
        }
        Ok(found)
    }
}

pub(super) fn by_key(
    segments: Segments<'_>,
    query: &dyn Query,
    sort: Sort,
    bounds: &Bounds,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Hit>> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(segments.searcher))?;
    let wanted = Wanted { weight: &*weight, bounds, limit };
    if sort == Sort::Title {
        return by_title(segments, &wanted, after);
    }
    let after = match after {
        Some(Place::Key(key, id)) => Some((*key, *id)),
        _ => None,
    };
    // What has no price comes last either way.
    let cheap = |price: Option<i64>| price.map_or(0, |it| u64::MAX - it.unsigned_abs());
    let dear = |price: Option<i64>| price.map_or(0, |it| it.unsigned_abs() + 1);
    let new = |created: Option<u64>| created.unwrap_or(0);
    let found = segments.map(|_, segment| {
        let created = || segment.fast_fields().u64("created");
        match sort {
            Sort::Price => wanted.first_by(segment, after, &bounds.prices(segment)?, cheap),
            Sort::PriceDown => wanted.first_by(segment, after, &bounds.prices(segment)?, dear),
            _ => wanted.first_by(segment, after, &created()?, new),
        }
    })?;
    let mut best: Vec<Keyed> = found.into_iter().flatten().collect();
    best.sort_unstable_by(|left, right| right.cmp(left));
    best.truncate(limit);
    Ok(best.into_iter().map(|(key, id)| Hit { id, place: Place::Key(key, id) }).collect())
}

fn by_title(
    segments: Segments<'_>,
    wanted: &Wanted<'_>,
    after: Option<&Place>,
) -> Result<Vec<Hit>> {
    let found = segments.map(|_, segment| wanted.first_titles(segment, after))?;
    let mut best: Vec<Titled> = found.into_iter().flatten().collect();
    best.sort_unstable();
    best.truncate(wanted.limit);
    let hit = |(title, Reverse(id))| Hit { id, place: Place::Title(title, id) };
    Ok(best.into_iter().map(hit).collect())
}

/// Where a title is, or would be, in a segment. `None`: before all of them.
fn place_in(titles: &StrColumn, title: &str, id: Uuid) -> Result<Option<Keyed>> {
    Ok(match titles.dictionary().term_ord_or_next(title)? {
        TermOrdHit::Exact(ord) => Some((u64::MAX - ord, id)),
        TermOrdHit::Next(0) => None,
        // Everything from this one on.
        TermOrdHit::Next(ord) => Some((u64::MAX - ord + 1, Uuid::nil())),
    })
}
