//! SQL of custom fields.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::{Statements as _, constraint};
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::{CustomField, FieldKind, FieldSubject, FieldTitles};
use crate::error::{Result, ShopError};
use crate::ids::{CustomFieldId, ProductId};

const COLUMNS: &str = "id, handle, subject, kind, title, translations, choices, is_filterable, \
    version, created_at, updated_at";

fn field(row: &Row) -> Result<CustomField> {
    let Json(translations) = row.get::<_, Json<FieldTitles>>(5);
    let corrupt = ShopError::Corrupt("a custom field");
    let (Some(subject), Some(kind)) =
        (FieldSubject::from_name(row.get(2)), FieldKind::from_name(row.get(3)))
    else {
        return Err(corrupt);
    };
    Ok(CustomField {
        id: row.get(0),
        handle: row.get(1),
        subject,
        kind,
        title: row.get(4),
        translations,
        choices: row.get(6),
        is_filterable: row.get(7),
        version: row.get::<_, i32>(8).cast_unsigned(),
        created_at: row.get(9),
        updated_at: row.get(10),
    })
}

/// All of them by handle.
pub(crate) async fn all(client: &impl GenericClient) -> Result<Vec<CustomField>> {
    let sql = format!("select {COLUMNS} from shop.custom_fields order by handle");
    client.query_prepared(&sql, &[]).await?.iter().map(field).collect()
}

pub(super) async fn get(
    client: &impl GenericClient,
    id: Option<CustomFieldId>,
    handle: &str,
) -> Result<Option<CustomField>> {
    let sql = format!("select {COLUMNS} from shop.custom_fields where id = $1 or handle = $2");
    client.query_opt_prepared(&sql, &[&id, &handle]).await?.as_ref().map(field).transpose()
}

/// Those with these handles; none of them goes before the transaction ends.
pub(super) async fn keep_in_tx(tx: &Transaction<'_>, handles: &[&str]) -> Result<Vec<CustomField>> {
    let sql = format!(
        "select {COLUMNS} from shop.custom_fields where handle = any($1) order by id for key share"
    );
    tx.query_prepared(&sql, &[&handles]).await?.iter().map(field).collect()
}

/// The field, which nobody else changes or uses anew until the transaction ends.
pub(super) async fn lock_in_tx(
    tx: &Transaction<'_>,
    id: CustomFieldId,
) -> Result<Option<CustomField>> {
    let sql = format!("select {COLUMNS} from shop.custom_fields where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(field).transpose()
}

fn refused(error: tokio_postgres::Error) -> ShopError {
    match constraint(&error) {
        Some("custom_fields_handle_key") => ShopError::CustomFieldTaken,
        _ => error.into(),
    }
}

pub(super) async fn insert_in_tx(tx: &Transaction<'_>, new: &CustomField) -> Result<()> {
    let sql = format!(
        "insert into shop.custom_fields ({COLUMNS}) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    );
    let written = tx
        .execute_prepared(
            &sql,
            &[
                &new.id,
                &new.handle,
                &new.subject.as_str(),
                &new.kind.as_str(),
                &new.title,
                &Json(&new.translations),
                &new.choices,
                &new.is_filterable,
                &new.version.cast_signed(),
                &new.created_at,
                &new.updated_at,
            ],
        )
        .await;
    written.map_err(refused)?;
    Ok(())
}

pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &CustomField) -> Result<()> {
    let sql = "update shop.custom_fields set title = $2, translations = $3, choices = $4, \
               is_filterable = $5, version = $6, updated_at = $7 where id = $1";
    let version = it.version.cast_signed();
    let translations = Json(&it.translations);
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.title,
            &translations,
            &it.choices,
            &it.is_filterable,
            &version,
            &it.updated_at,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn delete_in_tx(tx: &Transaction<'_>, id: CustomFieldId) -> Result<()> {
    tx.execute_prepared("delete from shop.custom_fields where id = $1", &[&id]).await?;
    Ok(())
}

/// The products that have a value of a field, or a variant that has one.
pub(super) async fn products_with_in_tx(
    tx: &Transaction<'_>,
    handle: &str,
    limit: i64,
) -> Result<Vec<ProductId>> {
    let sql = "select id from shop.products where custom_fields ? $1 \
               union select product_id from shop.variants where custom_fields ? $1 limit $2";
    let rows = tx.query_prepared(sql, &[&handle, &limit]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
