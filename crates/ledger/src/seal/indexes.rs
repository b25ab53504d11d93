//! The indexes of a sealed range, built in bulk: sorting once is several times cheaper than
//! inserting row by row. The unique one also checks once more that no id came twice.

use tokio_postgres::Client;

use crate::engine::Extra;
use crate::error::StoreError;
use crate::journal::ranges::{Ranges, table};
use crate::view::Tail;

/// An index that a range gets only if one of its rows needs it.
struct Optional {
    column: &'static str,
    is_needed: fn(&Extra) -> bool,
}

const OPTIONAL: [Optional; 4] = [
    Optional { column: "reference", is_needed: |extra| extra.reference.is_some() },
    Optional { column: "pending_id", is_needed: |extra| extra.pending_id != 0 },
    Optional { column: "group_id", is_needed: |extra| extra.group != 0 },
    Optional { column: "reverses", is_needed: |extra| extra.reverses != 0 },
];

/// Creates what is missing; after a crash some may be there.
pub(super) async fn create(client: &Client, tail: &Tail, ranges: Ranges) -> Result<(), StoreError> {
    let no = tail.no;
    let table = table(no);
    let mut sql = format!(
        "create unique index if not exists transfers_{no}_id on {table} (id); \
         create unique index if not exists transfers_{no}_seq on {table} (seq); "
    );
    let records = || ranges.seqs(no).filter_map(|seq| tail.record(seq)?.extra.as_deref());
    for Optional { column, is_needed } in OPTIONAL {
        if records().any(is_needed) {
            sql += &format!(
                "create index if not exists transfers_{no}_{column} on {table} ({column}) \
                 where {column} is not null; "
            );
        }
    }
    Ok(client.batch_execute(&sql).await?)
}
