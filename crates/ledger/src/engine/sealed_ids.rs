//! Which ids a sealed range may hold, without asking the database.
//!
//! Time-ordered ids (UUIDv7) of a range lie close together: their span is enough, and a new one
//! lies beyond all spans. All other ids, such as those that follow from an idempotency key, are
//! scattered: each range has a filter of them, so that a new one is looked up nowhere.

use std::sync::Arc;

/// Smallest and largest of some ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdSpan {
    pub min: u128,
    pub max: u128,
}

/// The ids, created or failed, of a range that is still in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeIds {
    /// Of the time-ordered ones.
    pub span: Option<IdSpan>,
    /// All others. An id that a broken chain took back may still be here: that costs a look-up.
    pub scattered: Vec<u128>,
}

/// What stays in memory of a sealed range's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedIds {
    pub span: Option<IdSpan>,
    /// `None`: the range has no scattered ids.
    pub filter: Option<Arc<IdFilter>>,
}

/// Whether an id is a UUIDv7 (RFC 9562, 5.7).
pub(super) fn is_time_ordered(id: u128) -> bool {
    id >> 76 & 0xf == 7 && id >> 62 & 0b11 == 0b10
}

impl RangeIds {
    pub fn note(&mut self, id: u128) {
        if !is_time_ordered(id) {
            self.scattered.push(id);
            return;
        }
        let span = self.span.get_or_insert(IdSpan { min: id, max: id });
        span.min = span.min.min(id);
        span.max = span.max.max(id);
    }
}

impl SealedIds {
    /// Builds the filter: some milliseconds for a range, so not on the leader's thread.
    pub fn of(ids: &RangeIds) -> Self {
        let filter = (!ids.scattered.is_empty()).then(|| Arc::new(IdFilter::of(&ids.scattered)));
        Self { span: ids.span, filter }
    }

    /// Whether the range may hold the id; if not, it certainly doesn't.
    pub fn may_hold(&self, id: u128) -> bool {
        if is_time_ordered(id) {
            self.span.is_some_and(|span| span.min <= id && id <= span.max)
        } else {
            self.filter.as_ref().is_some_and(|filter| filter.may_hold(id))
        }
    }
}

/// A Bloom filter in blocks of one cache line (Putze, Sanders, Singler: "Cache-, Hash- and
/// Space-Efficient Bloom Filters", 2007). With 12 bits for each id about one of 170 others seems
/// to be there.
#[derive(Clone, PartialEq, Eq)]
pub struct IdFilter {
    blocks: Vec<Block>,
}

/// 512 bits.
type Block = [u64; 8];

const BITS_PER_ID: usize = 12;
const BLOCK_BITS: usize = 512;
/// Bits that an id sets in its block; nine bits of its hash say where each of them is.
const PROBES: u32 = 7;

impl IdFilter {
    fn of(ids: &[u128]) -> Self {
        let blocks = (ids.len() * BITS_PER_ID).div_ceil(BLOCK_BITS).max(1);
        let mut filter = Self { blocks: vec![[0; 8]; blocks] };
        for id in ids {
            let (block, probes) = filter.place(*id);
            for (word, bit) in bits(probes) {
                filter.blocks[block][word] |= bit;
            }
        }
        filter
    }

    fn may_hold(&self, id: u128) -> bool {
        let (block, probes) = self.place(id);
        bits(probes).all(|(word, bit)| self.blocks[block][word] & bit != 0)
    }

    /// The block of an id, and the bits that choose the places in it.
    fn place(&self, id: u128) -> (usize, u64) {
        let low = mix(id as u64);
        let hash = mix(low ^ (id >> 64) as u64);
        // The upper half of a product spreads evenly over any number of blocks (Lemire, 2016).
        let block = (u128::from(hash) * self.blocks.len() as u128) >> 64;
        (block as usize, mix(hash ^ low))
    }

    /// As stored: the words in little-endian order.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.blocks.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// From what was stored; `None` if that is no filter.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        const BLOCK_BYTES: usize = BLOCK_BITS / 8;
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK_BYTES) {
            return None;
        }
        let word = |at: &[u8]| u64::from_le_bytes(at.try_into().expect("eight bytes"));
        let block =
            |block: &[u8]| -> Block { std::array::from_fn(|at| word(&block[at * 8..][..8])) };
        Some(Self { blocks: bytes.chunks(BLOCK_BYTES).map(block).collect() })
    }
}

impl std::fmt::Debug for IdFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdFilter({} blocks)", self.blocks.len())
    }
}

fn bits(probes: u64) -> impl Iterator<Item = (usize, u64)> {
    (0..PROBES).map(move |probe| {
        let place = probes >> (probe * 9) & 0x1ff;
        ((place >> 6) as usize, 1 << (place & 63))
    })
}

/// The finalizer of splitmix64 (Steele, Lea, Flood, 2014): every bit of the input counts for
/// every bit of the output.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scattered(seed: u64, count: u64) -> Vec<u128> {
        let id = |n: u64| u128::from(mix(n ^ seed)) << 64 | 0x8 << 76 | u128::from(mix(n * 3));
        (1..=count).map(id).filter(|id| !is_time_ordered(*id)).collect()
    }

    #[test]
    fn what_was_put_in_is_never_missed_and_little_else_is_found() {
        for count in [1, 7, 1_000, 100_000] {
            let ids = scattered(1, count);
            let filter = IdFilter::of(&ids);
            assert!(ids.iter().all(|id| filter.may_hold(*id)), "{count}");
            let others = scattered(0xdead_beef, 100_000);
            let found = others.iter().filter(|id| filter.may_hold(**id)).count();
            assert!(found < others.len() / 100, "{found} of {} for {count}", others.len());
        }
    }

    #[test]
    fn small_numbers_are_spread_as_well() {
        let filter = IdFilter::of(&(0..10_000_u128).collect::<Vec<_>>());
        let found = (10_000..110_000_u128).filter(|id| filter.may_hold(*id)).count();
        assert!(found < 1_000, "{found}");
    }

    #[test]
    fn stored_filter_is_the_same() {
        let filter = IdFilter::of(&scattered(5, 1_000));
        assert_eq!(IdFilter::from_bytes(&filter.to_bytes()), Some(filter));
        assert_eq!(IdFilter::from_bytes(&[]), None);
        assert_eq!(IdFilter::from_bytes(&[0; 65]), None);
    }

    #[test]
    fn ordered_ids_are_held_by_span_and_others_by_filter() {
        let v7 = |n: u128| n << 80 | 7 << 76 | 0b10 << 62;
        let mut ids = RangeIds::default();
        [v7(5), v7(9), 77].into_iter().for_each(|id| ids.note(id));
        let sealed = SealedIds::of(&ids);
        assert!(sealed.may_hold(v7(5)) && sealed.may_hold(v7(7)) && sealed.may_hold(77));
        assert!(!sealed.may_hold(v7(10)) && !sealed.may_hold(v7(4)));
        assert!(!sealed.may_hold(1 << 90));
        assert!(!SealedIds::default().may_hold(77));
    }
}
