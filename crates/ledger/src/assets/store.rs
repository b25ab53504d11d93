//! SQL of assets.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::{Asset, NewAsset};
use crate::engine::Time;
use crate::error::StoreError;
use crate::journal::read::{At, RawText};

const COLUMNS: &str = "no, code, scale, kind, name, metadata, created_at";

fn asset(row: &Row) -> Result<Asset, StoreError> {
    Ok(Asset {
        no: row.try_get::<_, i32>(0)?.cast_unsigned(),
        code: row.try_get::<_, &str>(1)?.into(),
        scale: u8::try_from(row.try_get::<_, i16>(2)?)?,
        kind: row.try_get::<_, &str>(3)?.into(),
        name: row.try_get::<_, Option<&str>>(4)?.map(Into::into),
        metadata: row.try_get::<_, Option<RawText<'_>>>(5)?.map(|text| text.0.into()),
        created_at: row.try_get::<_, At>(6)?.0,
    })
}

/// Inserts an asset; `None` if the code is taken.
pub(super) async fn insert(
    client: &Client,
    new: &NewAsset,
    at: Time,
) -> Result<Option<Asset>, StoreError> {
    let sql = format!(
        "insert into ledger.assets (code, scale, kind, name, metadata, created_at) \
         values ($1, $2, $3, $4, $5::text::json, $6) on conflict (code) do nothing \
         returning {COLUMNS}"
    );
    let scale = i16::from(new.scale);
    let row = client
        .query_opt(
            &sql,
            &[&new.code, &scale, &new.kind, &new.name, &new.metadata.as_deref(), &At(at)],
        )
        .await?;
    row.as_ref().map(asset).transpose()
}

pub(super) async fn by_code(client: &Client, code: &str) -> Result<Option<Asset>, StoreError> {
    let sql = format!("select {COLUMNS} from ledger.assets where code = $1");
    let rows = client.query_typed(&sql, &[(&code, Type::TEXT)]).await?;
    rows.first().map(asset).transpose()
}

/// Assets by code, in no order.
pub(super) async fn by_codes(client: &Client, codes: &[&str]) -> Result<Vec<Asset>, StoreError> {
    let sql = format!("select {COLUMNS} from ledger.assets where code = any($1)");
    client.query_typed(&sql, &[(&codes, Type::TEXT_ARRAY)]).await?.iter().map(asset).collect()
}

pub(super) async fn by_no(client: &Client, no: u32) -> Result<Option<Asset>, StoreError> {
    let sql = format!("select {COLUMNS} from ledger.assets where no = $1");
    let rows = client.query_typed(&sql, &[(&no.cast_signed(), Type::INT4)]).await?;
    rows.first().map(asset).transpose()
}

pub(super) async fn list(
    client: &Client,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Asset>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from ledger.assets where $1::text is null or code > $1 \
         order by code limit $2"
    );
    client.query(&sql, &[&after, &limit]).await?.iter().map(asset).collect()
}
