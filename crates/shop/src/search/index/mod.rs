//! The index: which products have which words and values. It is in a folder, or in memory if there
//! is none, and holds nothing that isn't in the database too.
//!
//! Reading order: `schema` (what is kept), `words` (how texts are split), `segments`, `queries`, `top`
//! (the first of an order), `facets` (counts).

mod facets;
mod queries;
mod schema;
mod segments;
#[cfg(test)]
mod tests;
mod top;
pub(crate) mod words;

pub(crate) use words::main_language;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use moka::sync::Cache;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term};
use uuid::Uuid;

use self::facets::Counted;
use self::queries::{Completions, Queries, Rigour};
use self::schema::{Fields, Maker, VERSION};
use self::segments::{Segments, Threads};
use self::top::Bounds;
use super::{Asked, Document, Facets, Hit, Place, Sort};

type Result<T> = std::result::Result<T, TantivyError>;

/// Counts that are kept; one of a large shop may take some hundred kilobytes.
const COUNTS_KEPT: u64 = 100;

/// Beginnings of words of which the words are kept.
const COMPLETIONS_KEPT: u64 = 1_000;

/// What the writer may hold before it writes.
const WRITER_BYTES: usize = 40_000_000;

/// Up to where the index knows the changes of products.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Of the last change that it knows.
    pub(crate) position: i64,
    /// That change's id: by it one sees that the database is the one that it was built from.
    pub(crate) event: Option<Uuid>,
    /// While it is built: the last product that it has.
    pub(crate) built_to: Option<Uuid>,
    pub(crate) is_built: bool,
}

pub(crate) struct SearchIndex {
    index: Index,
    fields: Fields,
    reader: IndexReader,
    threads: Threads,
    /// The language of products' own texts.
    own_language: String,
    writer: Mutex<Option<IndexWriter>>,
    maker: Mutex<Maker>,
    /// Counts of one state of the index.
    counts: Cache<(u64, Asked, Rigour), Arc<Counted>>,
    completions: Completions,
}

impl SearchIndex {
    /// Opens the index of this version below a folder, or makes an empty one; those of other
    /// versions go.
    pub(crate) fn open(folder: Option<&Path>, own_language: &str) -> Result<Self> {
        let (schema, fields) = schema::build();
        let index = match folder {
            None => Index::create_in_ram(schema),
            Some(folder) => {
                let own = folder.join(format!("v{VERSION}-{own_language}"));
                remove_others(folder, &own);
                std::fs::create_dir_all(&own)?;
                match Index::open_or_create(MmapDirectory::open(&own)?, schema.clone()) {
                    Ok(index) => index,
                    Err(error) => {
                        tracing::warn!(%error, "the search index can't be read and is built anew");
                        std::fs::remove_dir_all(&own)?;
                        std::fs::create_dir_all(&own)?;
                        Index::open_or_create(MmapDirectory::open(&own)?, schema)?
                    }
                }
            }
        };
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (writer, maker) = (Mutex::new(None), Mutex::new(Maker::new()));
        let (own_language, counts) = (own_language.to_owned(), Cache::new(COUNTS_KEPT));
        let (threads, completions) = (Threads::start()?, Cache::new(COMPLETIONS_KEPT));
        Ok(Self {
            index,
            fields,
            reader,
            threads,
            own_language,
            writer,
            maker,
            counts,
            completions,
        })
    }

    /// Up to where it was when it was committed last.
    pub(crate) fn position(&self) -> Result<Position> {
        let payload = self.index.load_metas()?.payload;
        let read = payload.and_then(|text| serde_json::from_str(&text).ok());
        Ok(read.unwrap_or_default())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) -> Result<()> {
        self.with_writer(|writer| {
            writer.delete_all_documents()?;
            Ok(())
        })?;
        self.commit(&Position::default())
    }

    /// Puts documents in the place of those of the same products; of the other ids nothing stays.
    pub(crate) fn put(&self, ids: &[Uuid], documents: &[Document]) -> Result<()> {
        let mut maker = self.maker.lock();
        self.with_writer(|writer| {
            for id in ids {
                writer.delete_term(Term::from_field_bytes(self.fields.id, id.as_bytes()));
            }
            for document in documents {
                writer.add_document(maker.make(&self.fields, document))?;
            }
            Ok(())
        })
    }

    /// Makes what was put findable, and durable.
    pub(crate) fn commit(&self, position: &Position) -> Result<()> {
        let payload = serde_json::to_string(position).expect("a position has only plain values");
        self.with_writer(|writer| {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit()?;
            Ok(())
        })?;
        self.reader.reload()
    }

    /// Lets go of the writer and its memory once its segments are merged; searches see them merged.
    pub(crate) fn rest(&self) -> Result<()> {
        let Some(writer) = self.writer.lock().take() else { return Ok(()) };
        writer.wait_merging_threads()?;
        self.reader.reload()
    }

    /// Whoever fails to write has to begin again: the writer of before is gone.
    fn with_writer(&self, work: impl FnOnce(&mut IndexWriter) -> Result<()>) -> Result<()> {
        let mut place = self.writer.lock();
        let mut writer = match place.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, WRITER_BYTES)?,
        };
        work(&mut writer)?;
        *place = Some(writer);
        Ok(())
    }

    /// Tells one state of the index from others.
    pub(crate) fn generation(&self) -> u64 {
        self.reader.searcher().generation().generation_id()
    }

    /// Whether handing a search to a thread would be much of its work.
    pub(crate) fn is_small(&self) -> bool {
        const SMALL: u64 = 5_000;
        self.reader.searcher().num_docs() <= SMALL
    }

    fn queries<'a>(&'a self, segments: Segments<'a>) -> Queries<'a> {
        let (fields, completions) = (&self.fields, &self.completions);
        Queries { fields, segments, own_language: &self.own_language, completions }
    }

    /// The first products that are found, behind a place. If no product has all words, those with
    /// all but one are found.
    pub(crate) fn search(
        &self,
        asked: &Asked,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let searcher = self.reader.searcher();
        let segments = self.threads.for_searches(&searcher);
        let found = self.top(segments, asked, Rigour::All, after, limit)?;
        if !found.is_empty() || !has_several_words(asked) {
            return Ok(found);
        }
        // Behind a place of a list there may be nothing more of it: its beginning decides.
        if after.is_some() && !self.top(segments, asked, Rigour::All, None, 1)?.is_empty() {
            return Ok(found);
        }
        self.top(segments, asked, Rigour::AllButOne, after, limit)
    }

    fn top(
        &self,
        segments: Segments<'_>,
        asked: &Asked,
        rigour: Rigour,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Hit>> {
        let query = self.queries(segments).query(asked, rigour)?;
        let filters = &asked.filters;
        let bounds = Bounds::new(&asked.currency, filters.price_min, filters.price_max);
        match asked.sort {
            Sort::Relevance => {
                top::by_score(segments, &self.fields, &*query, &bounds, after, limit)
            }
            sort => top::by_key(segments, &*query, sort, &bounds, after, limit),
        }
    }

    pub(crate) fn facets(&self, asked: &Asked) -> Result<Facets> {
        let searcher = self.reader.searcher();
        let counted = |rigour| {
            let searcher = &searcher;
            move |asked: &Asked| self.counted(searcher, asked, rigour)
        };
        // The order of a list plays no part in what it counts.
        let asked = &Asked { sort: Sort::default(), ..asked.clone() };
        let facets = facets::facets(asked, counted(Rigour::All))?;
        if facets.total > 0 || !has_several_words(asked) {
            return Ok(facets);
        }
        facets::facets(asked, counted(Rigour::AllButOne))
    }

    /// Counts, or remembers: who narrows a search down asks for the same counts again and again.
    fn counted(&self, searcher: &Searcher, asked: &Asked, rigour: Rigour) -> Result<Arc<Counted>> {
        let key = (searcher.generation().generation_id(), asked.clone(), rigour);
        if let Some(counted) = self.counts.get(&key) {
            return Ok(counted);
        }
        let segments = self.threads.for_searches(searcher);
        let counted = Arc::new(facets::count_all(&self.queries(segments), asked, rigour)?);
        self.counts.insert(key, Arc::clone(&counted));
        Ok(counted)
    }
}

fn has_several_words(asked: &Asked) -> bool {
    let text = asked.words.as_deref().unwrap_or_default();
    words::words(&mut words::analyzer(None), text).len() > 1
}

/// The folders of other versions. What can't be removed only takes up space.
fn remove_others(folder: &Path, own: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let others = entries.flatten().map(|entry| entry.path()).filter(|path: &PathBuf| path != own);
    for path in others {
        if let Err(error) = std::fs::remove_dir_all(&path) {
            tracing::warn!(%error, path = %path.display(), "an old search index stays");
        }
    }
}
