//! Working off some records of an import.

use deadpool_postgres::Transaction;
use kernel::DomainError as _;

use super::records::{Read, cell_error, read_record, records, units};
use super::{ERRORS_MAX, Failure, Import, ImportStatus, LineError, store, told};
use crate::custom_fields;
use crate::error::{Result, ShopError};
use crate::ids::ImportId;
use crate::product_rows::{Column, FileFormat, Misread, cells, columns_of};
use crate::products::{Put, PutVariant};
use crate::shop::Shop;

/// Records of one transaction; more than a product has variants.
const RECORDS: usize = 300;
/// How much of a file is looked at in one: no record is longer.
const PART_BYTES: u64 = 1 << 20;

impl Shop {
    /// Works off the next records. Whether there are more.
    pub(super) async fn work_off(&self, id: ImportId) -> Result<bool> {
        let mut client = self.database.client().await?;
        let mut tx = client.transaction().await?;
        let Some(mut import) = store::lock_in_tx(&tx, id).await? else { return Ok(false) };
        if !matches!(import.status, ImportStatus::Waiting | ImportStatus::Running) {
            return Ok(false);
        }
        import.status = ImportStatus::Running;
        let mut found = Vec::new();
        match self.work_in_tx(&mut tx, &mut import, &mut found).await? {
            Ok(()) if import.position >= import.bytes => import.status = ImportStatus::Done,
            Ok(()) => {}
            Err(failure) => {
                import.status = ImportStatus::Failed;
                import.failure = Some(failure);
            }
        }
        let kept = ERRORS_MAX.saturating_sub(import.errors) as usize;
        let errors = &found[..found.len().min(kept)];
        store::insert_errors_in_tx(&tx, id, import.errors, errors).await?;
        import.errors += u32::try_from(found.len()).unwrap_or(u32::MAX);
        let is_over = import.status != ImportStatus::Running;
        if is_over {
            import.finished_at = Some(self.clock.now());
            store::delete_pieces_in_tx(&tx, id).await?;
        }
        store::update_in_tx(&tx, &import).await?;
        tx.commit().await?;
        Ok(!is_over)
    }

    async fn work_in_tx(
        &self,
        tx: &mut Transaction<'_>,
        import: &mut Import,
        errors: &mut Vec<LineError>,
    ) -> Result<Result<(), Failure>> {
        let part = store::part_in_tx(tx, import, PART_BYTES).await?;
        let is_last = import.position + part.len() as u64 >= import.bytes;
        let begin = match header(import, &part, is_last) {
            Ok(begin) => begin,
            Err(failure) => return Ok(Err(failure)),
        };
        let names = import.columns.clone().unwrap_or_default();
        let columns = columns_of(&names).unwrap_or_default();
        let part = &part[begin..];
        let found = records(part, is_last, import.format, import.line, RECORDS);
        let Some(last) = found.last() else {
            if is_last {
                import.position = import.bytes;
                return Ok(Ok(()));
            }
            return Ok(Err(too_long(import.line)));
        };
        let more_follow = !is_last || part[last.end..].iter().any(|it| !it.is_ascii_whitespace());
        let fields = custom_fields::store::all(&*tx).await?;
        let read = found.iter().map(|it| read_record(it, import.format, &columns, &fields));
        let units = units(read.collect(), more_follow);
        let (mut end, mut line) = (0, import.line);
        for unit in units {
            if let Some(last) = unit.last() {
                (end, line) = (last.end, last.next_line);
            }
            self.put_unit(tx, import, unit, errors).await?;
        }
        import.position += end as u64;
        import.line = line;
        if !more_follow {
            import.position = import.bytes;
        }
        Ok(Ok(()))
    }

    /// The records of one product, which succeed or fail together.
    async fn put_unit(
        &self,
        tx: &mut Transaction<'_>,
        import: &mut Import,
        unit: Vec<Read>,
        errors: &mut Vec<LineError>,
    ) -> Result<()> {
        let count = u32::try_from(unit.len()).unwrap_or(u32::MAX);
        import.counts.done += count;
        let lines: Vec<u32> = unit.iter().map(|it| it.line).collect();
        let (rows, mut wrong) = readable(unit);
        let variants: Vec<PutVariant> = rows.iter().map(|it| it.variant.clone()).collect();
        if wrong.is_empty() {
            wrong = contradictions(&variants, &lines);
        }
        let first = rows.into_iter().next().filter(|_| wrong.is_empty());
        let Some(first) = first else {
            import.counts.refused += count;
            errors.append(&mut wrong);
            return Ok(());
        };
        let savepoint = tx.transaction().await?;
        let put = self.put_product_in_tx(&savepoint, first.product, variants.clone()).await;
        if put.is_err() || import.is_dry_run {
            savepoint.rollback().await?;
        } else {
            savepoint.commit().await?;
        }
        match put {
            Ok(results) => results.into_iter().for_each(|it| match it {
                Put::Created => import.counts.created += 1,
                Put::Changed => import.counts.changed += 1,
                Put::Unchanged => import.counts.unchanged += 1,
            }),
            Err(error) if error.is_refusal() => {
                import.counts.refused += count;
                errors.push(placed(&error, &variants, &lines));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn failure(code: &str, detail: String) -> Failure {
    Failure { code: code.to_owned(), detail: told(&detail) }
}

fn too_long(line: u32) -> Failure {
    let detail = format!("the record that begins in line {line} is longer than 1 MiB");
    failure("shop.import.record_too_long", detail)
}

/// Reads the names of columns if they are still to be read. Answers with where records begin.
fn header(import: &mut Import, part: &[u8], is_last: bool) -> Result<usize, Failure> {
    if import.format != FileFormat::Csv || import.columns.is_some() {
        return Ok(0);
    }
    let found = records(part, is_last, import.format, import.line, 1);
    let Some(first) = found.first() else {
        if is_last {
            return Err(failure("shop.import.empty", "there are no names of columns".to_owned()));
        }
        return Err(too_long(import.line));
    };
    let names = cells(first.bytes).map_err(|error| {
        failure("shop.import.malformed", format!("line {}: {error}", first.line))
    })?;
    columns_of(&names).map_err(|Misread { column, detail }| {
        failure("shop.import.columns", format!("{column}: {detail}"))
    })?;
    import.columns = Some(names);
    import.line = first.next_line;
    import.position += first.end as u64;
    Ok(first.end)
}

/// The rows of records, or all that is wrong with them.
fn readable(unit: Vec<Read>) -> (Vec<crate::product_rows::Row>, Vec<LineError>) {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for read in unit {
        match read.row {
            Ok(row) => rows.push(row),
            Err(mut wrong) => errors.append(&mut wrong),
        }
    }
    (rows, errors)
}

/// Where the rows of a product don't fit together.
fn contradictions(variants: &[PutVariant], lines: &[u32]) -> Vec<LineError> {
    let names = |it: &PutVariant| -> Vec<Option<String>> {
        let options = it.options.as_deref().unwrap_or_default();
        options.iter().map(|(name, _)| name.clone()).collect()
    };
    let mut errors = Vec::new();
    for (index, it) in variants.iter().enumerate() {
        let line = lines[index];
        if variants[..index].iter().any(|earlier| earlier.sku == it.sku) {
            errors.push(cell_error(line, "sku", "is there twice for this product"));
        }
        if names(it) != names(&variants[0]) {
            let detail = "another line of this product names other options";
            errors.push(cell_error(line, "option1_name", detail));
        }
    }
    errors
}

/// The line and the column that a refusal is about.
fn placed(error: &ShopError, variants: &[PutVariant], lines: &[u32]) -> LineError {
    let of = |sku: &String| variants.iter().position(|it| it.sku == *sku).unwrap_or(0);
    let (index, field) = match error {
        ShopError::SkuTaken(sku) => (of(sku), "sku".to_owned()),
        ShopError::CategoryUnknown(_) => (0, Column::Categories.name()),
        ShopError::TitleMissing => (0, Column::Title.name()),
        ShopError::OptionsMismatch(_) => (0, "option1_value".to_owned()),
        ShopError::CurrencyUnknown(code) => {
            let has = |it: &PutVariant| it.prices.get(code).is_some_and(Option::is_some);
            let index = variants.iter().position(has).unwrap_or(0);
            (index, Column::Price(code.clone()).name())
        }
        ShopError::CustomFieldInvalid { at, .. } => {
            let index = at.strip_prefix("/variants/").and_then(|at| at.split('/').next());
            let handle = at.rsplit('/').next().unwrap_or_default();
            let index = index.and_then(|it| it.parse().ok()).unwrap_or(0);
            (index, Column::Field(handle.to_owned()).name())
        }
        _ => (0, Column::Handle.name()),
    };
    let detail = match error {
        ShopError::CustomFieldInvalid { detail, .. } => detail.clone(),
        other => other.client_message(),
    };
    let line = lines.get(index).or(lines.first()).copied().unwrap_or(0);
    LineError {
        line,
        field: Some(told(&field)),
        code: error.code().to_owned(),
        detail: told(&detail),
    }
}
