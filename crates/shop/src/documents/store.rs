//! SQL of documents and their numbers.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{About, Document};
use crate::error::{Result, ShopError};
use crate::ids::{DocumentId, OrderId};

const COLUMNS: &str = "id, order_id, number, shipment_id, refund_id, content, issued_at";

fn document(row: &Row) -> Result<Document> {
    let corrupt = || ShopError::Corrupt("a document");
    let about = match (row.get(3), row.get(4)) {
        (Some(shipment), None) => About::Shipment(shipment),
        (None, Some(refund)) => About::Refund(refund),
        _ => return Err(corrupt()),
    };
    Ok(Document {
        id: row.get(0),
        order: row.get(1),
        number: row.get(2),
        about,
        content: serde_json::from_value(row.get(5)).map_err(|_| corrupt())?,
        issued_at: row.get(6),
    })
}

pub(super) async fn one(client: &impl GenericClient, id: DocumentId) -> Result<Option<Document>> {
    let sql = format!("select {COLUMNS} from shop.documents where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(document).transpose()
}

/// The documents of an order, the first one first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Document>> {
    let sql = format!("select {COLUMNS} from shop.documents where order_id = $1 order by id");
    client.query_prepared(&sql, &[&order]).await?.iter().map(document).collect()
}

/// The next number of a series in a year. Whoever wants another one waits until the transaction
/// ends, and gets this one if it fails.
pub(super) async fn next_number_in_tx(
    tx: &Transaction<'_>,
    series: &str,
    year: i32,
) -> Result<i64> {
    let sql = "insert into shop.document_numbers (series, year, last) values ($1, $2, 1) \
        on conflict (series, year) do update set last = document_numbers.last + 1 \
        returning last";
    Ok(tx.query_one_prepared(sql, &[&series, &year]).await?.get(0))
}

pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &Document) -> Result<()> {
    let sql = "insert into shop.documents \
            (id, order_id, kind, number, shipment_id, refund_id, content, issued_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (shipment, refund) = match it.about {
        About::Shipment(id) => (Some(id), None),
        About::Refund(id) => (None, Some(id)),
    };
    let content = serde_json::to_value(&it.content).expect("a document is plain values");
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.order,
            &it.about.kind().as_str(),
            &it.number,
            &shipment,
            &refund,
            &content,
            &it.issued_at,
        ],
    )
    .await?;
    Ok(())
}
