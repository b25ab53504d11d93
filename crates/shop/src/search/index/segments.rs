//! The parts of an index, of which each is searched by itself: in a large one several at once.

use tantivy::{Executor, Searcher, SegmentReader, TantivyError};

/// Below so many products handing work to other threads takes longer than it saves.
const MANY: u64 = 100_000;
/// Threads that search; there are no more than processors.
const THREADS_MAX: usize = 8;

/// The threads of an index.
pub(super) struct Threads {
    several: Executor,
    one: Executor,
}

impl Threads {
    pub(super) fn start() -> Result<Self, TantivyError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let several = match processors.min(THREADS_MAX) {
            1 => Executor::single_thread(),
            threads => Executor::multi_thread(threads, "search-")?,
        };
        Ok(Self { several, one: Executor::single_thread() })
    }

    pub(super) fn for_searches<'a>(&'a self, searcher: &'a Searcher) -> Segments<'a> {
        let is_large = searcher.num_docs() >= MANY;
        Segments { searcher, threads: if is_large { &self.several } else { &self.one } }
    }
}

/// What a searcher sees.
#[derive(Clone, Copy)]
pub(super) struct Segments<'a> {
    pub(super) searcher: &'a Searcher,
    threads: &'a Executor,
}

impl Segments<'_> {
    /// What `work` makes of each segment and its place, in their order.
    pub(super) fn map<T: Send>(
        &self,
        work: impl Fn(u32, &SegmentReader) -> Result<T, TantivyError> + Sync,
    ) -> Result<Vec<T>, TantivyError> {
        let all = (0..).zip(self.searcher.segment_readers());
        self.threads.map(|(place, segment)| work(place, segment), all)
    }
}
