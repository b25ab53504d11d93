//! SQL of imports.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{Failure, Import, ImportStatus, LineCounts, LineError, PIECE_BYTES};
use crate::error::{Result, ShopError};
use crate::ids::ImportId;
use crate::product_rows::FileFormat;

const COLUMNS: &str = "id, format, is_dry_run, status, bytes, lines_total, lines_done, \
    lines_created, lines_changed, lines_unchanged, lines_refused, errors, columns, position, line, \
    failure_code, failure_detail, created_at, finished_at";

fn import(row: &Row) -> Result<Import> {
    let corrupt = || ShopError::Corrupt("an import");
    let count = |column: usize| row.get::<_, i32>(column).cast_unsigned();
    let failure = row.get::<_, Option<String>>(15).zip(row.get(16));
    Ok(Import {
        id: row.get(0),
        format: FileFormat::from_name(row.get(1)).ok_or_else(corrupt)?,
        is_dry_run: row.get(2),
        status: ImportStatus::from_name(row.get(3)).ok_or_else(corrupt)?,
        bytes: row.get::<_, i64>(4).cast_unsigned(),
        lines_total: count(5),
        counts: LineCounts {
            done: count(6),
            created: count(7),
            changed: count(8),
            unchanged: count(9),
            refused: count(10),
        },
        errors: count(11),
        columns: row.get(12),
        position: row.get::<_, i64>(13).cast_unsigned(),
        line: count(14),
        failure: failure.map(|(code, detail)| Failure { code, detail }),
        created_at: row.get(17),
        finished_at: row.get(18),
    })
}

/// A page of all, the newest first.
pub(super) async fn page(
    client: &impl GenericClient,
    after: Option<ImportId>,
    limit: i64,
) -> Result<Vec<Import>> {
    let sql = format!(
        "select {COLUMNS} from shop.imports where ($1::uuid is null or id < $1) \
         order by id desc limit $2"
    );
    client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(import).collect()
}

pub(super) async fn get(client: &impl GenericClient, id: ImportId) -> Result<Option<Import>> {
    let sql = format!("select {COLUMNS} from shop.imports where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(import).transpose()
}

/// The import, which nobody else works at until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: ImportId) -> Result<Option<Import>> {
    let sql = format!("select {COLUMNS} from shop.imports where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(import).transpose()
}

/// Forgets files that never came to their end, and what there is of this one.
pub(super) async fn delete_stale(
    client: &impl GenericClient,
    id: ImportId,
    before: Timestamp,
) -> Result<()> {
    const STALE: &str = "select id from shop.imports \
        where status = 'uploading' and (id = $1 or created_at < $2)";
    let sql = format!("delete from shop.import_chunks where import_id in ({STALE})");
    client.execute_prepared(&sql, &[&id, &before]).await?;
    let sql = format!("delete from shop.imports where id in ({STALE})");
    client.execute_prepared(&sql, &[&id, &before]).await?;
    Ok(())
}

pub(super) async fn insert(client: &impl GenericClient, new: &Import) -> Result<()> {
    let sql = "insert into shop.imports (id, format, is_dry_run, status, created_at) \
               values ($1, $2, $3, $4, $5)";
    let (format, status) = (new.format.as_str(), new.status.as_str());
    client
        .execute_prepared(sql, &[&new.id, &format, &new.is_dry_run, &status, &new.created_at])
        .await?;
    Ok(())
}

pub(super) async fn insert_piece(
    client: &impl GenericClient,
    id: ImportId,
    number: i32,
    content: &[u8],
) -> Result<()> {
    let sql = "insert into shop.import_chunks (import_id, number, content) values ($1, $2, $3)";
    client.execute_prepared(sql, &[&id, &number, &content]).await?;
    Ok(())
}

/// How far it is.
pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &Import) -> Result<()> {
    let sql = "update shop.imports set status = $2, bytes = $3, lines_total = $4, \
               lines_done = $5, lines_created = $6, lines_changed = $7, lines_unchanged = $8, \
               lines_refused = $9, errors = $10, columns = $11, position = $12, line = $13, \
               failure_code = $14, failure_detail = $15, finished_at = $16 where id = $1";
    let counts = it.counts;
    let (code, detail) = match &it.failure {
        Some(failure) => (Some(&failure.code), Some(&failure.detail)),
        None => (None, None),
    };
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.status.as_str(),
            &it.bytes.cast_signed(),
            &it.lines_total.cast_signed(),
            &counts.done.cast_signed(),
            &counts.created.cast_signed(),
            &counts.changed.cast_signed(),
            &counts.unchanged.cast_signed(),
            &counts.refused.cast_signed(),
            &it.errors.cast_signed(),
            &it.columns,
            &it.position.cast_signed(),
            &it.line.cast_signed(),
            &code,
            &detail,
            &it.finished_at,
        ],
    )
    .await?;
    Ok(())
}

/// The file from where it goes on, about so much of it.
pub(super) async fn part_in_tx(
    tx: &Transaction<'_>,
    it: &Import,
    bytes_max: u64,
) -> Result<Vec<u8>> {
    let piece = PIECE_BYTES as u64;
    let number = |position: u64| i32::try_from(position / piece).unwrap_or(i32::MAX);
    let (first, last) = (number(it.position), number(it.position + bytes_max));
    let sql = "select content from shop.import_chunks \
               where import_id = $1 and number between $2 and $3 order by number";
    let rows = tx.query_prepared(sql, &[&it.id, &first, &last]).await?;
    let mut part: Vec<u8> = Vec::new();
    for row in &rows {
        part.extend_from_slice(row.get::<_, &[u8]>(0));
    }
    let skipped = usize::try_from(it.position % piece).unwrap_or(0);
    Ok(part.split_off(skipped.min(part.len())))
}

pub(super) async fn delete_pieces_in_tx(tx: &Transaction<'_>, id: ImportId) -> Result<()> {
    let sql = "delete from shop.import_chunks where import_id = $1";
    tx.execute_prepared(sql, &[&id]).await?;
    Ok(())
}

/// Writes errors down, numbered from one on.
pub(super) async fn insert_errors_in_tx(
    tx: &Transaction<'_>,
    id: ImportId,
    first: u32,
    errors: &[LineError],
) -> Result<()> {
    let numbers: Vec<i32> =
        (first..).take(errors.len()).map(|number| number.cast_signed()).collect();
    let lines: Vec<i32> = errors.iter().map(|it| it.line.cast_signed()).collect();
    let fields: Vec<Option<&str>> = errors.iter().map(|it| it.field.as_deref()).collect();
    let codes: Vec<&str> = errors.iter().map(|it| it.code.as_str()).collect();
    let details: Vec<&str> = errors.iter().map(|it| it.detail.as_str()).collect();
    let sql = "insert into shop.import_errors (import_id, number, line, field, code, detail) \
               select $1, * from unnest($2::integer[], $3::integer[], $4::text[], $5::text[], \
                   $6::text[])";
    tx.execute_prepared(sql, &[&id, &numbers, &lines, &fields, &codes, &details]).await?;
    Ok(())
}

/// Errors behind a number, with their numbers.
pub(super) async fn errors(
    client: &impl GenericClient,
    id: ImportId,
    after: i32,
    limit: i64,
) -> Result<Vec<(i32, LineError)>> {
    let sql = "select number, line, field, code, detail from shop.import_errors \
               where import_id = $1 and number > $2 order by number limit $3";
    let rows = client.query_prepared(sql, &[&id, &after, &limit]).await?;
    let error = |row: &Row| {
        let error = LineError {
            line: row.get::<_, i32>(1).cast_unsigned(),
            field: row.get(2),
            code: row.get(3),
            detail: row.get(4),
        };
        (row.get(0), error)
    };
    Ok(rows.iter().map(error).collect())
}
