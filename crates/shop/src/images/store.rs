//! SQL of pictures.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::Image;
use super::drawing::Drawn;
use crate::error::Result;
use crate::ids::{ImageId, ProductId};

const COLUMNS: &str = "id, product_id, variant_id, position, alt, width, height, created_at";

fn image(row: &Row) -> Image {
    Image {
        id: row.get(0),
        product: row.get(1),
        variant: row.get(2),
        position: row.get(3),
        alt: row.get(4),
        width: row.get(5),
        height: row.get(6),
        created_at: row.get(7),
    }
}

/// The pictures of a product, in the order in which they are shown.
pub(crate) async fn of_product(
    client: &impl GenericClient,
    product: ProductId,
) -> Result<Vec<Image>> {
    let sql =
        format!("select {COLUMNS} from shop.images where product_id = $1 order by position, id");
    Ok(client.query_prepared(&sql, &[&product]).await?.iter().map(image).collect())
}

/// The first picture of each product that has one.
pub(crate) async fn first_of(client: &impl GenericClient, products: &[Uuid]) -> Result<Vec<Image>> {
    let sql = format!(
        "select distinct on (product_id) {COLUMNS} from shop.images where product_id = any($1) \
         order by product_id, position, id"
    );
    Ok(client.query_prepared(&sql, &[&products]).await?.iter().map(image).collect())
}

pub(super) async fn insert(tx: &Transaction<'_>, new: &Image, drawn: &[Drawn]) -> Result<()> {
    let sql =
        format!("insert into shop.images ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)");
    tx.execute_prepared(
        &sql,
        &[
            &new.id,
            &new.product,
            &new.variant,
            &new.position,
            &new.alt,
            &new.width,
            &new.height,
            &new.created_at,
        ],
    )
    .await?;
    let sql = "insert into shop.image_files (image_id, size, media_type, content) \
               values ($1, $2, $3, $4)";
    for it in drawn {
        let size = it.size.cast_signed();
        tx.execute_prepared(sql, &[&new.id, &size, &it.media_type, &it.content]).await?;
    }
    Ok(())
}

pub(super) async fn update(tx: &Transaction<'_>, it: &Image) -> Result<()> {
    let sql = "update shop.images set variant_id = $2, position = $3, alt = $4 where id = $1";
    tx.execute_prepared(sql, &[&it.id, &it.variant, &it.position, &it.alt]).await?;
    Ok(())
}

/// Gives pictures the places in which they stand here.
pub(super) async fn put_order(tx: &Transaction<'_>, order: &[ImageId]) -> Result<()> {
    let sql = "update shop.images i set position = n.place - 1 \
        from unnest($1::uuid[]) with ordinality as n (id, place) where i.id = n.id";
    let ids: Vec<Uuid> = order.iter().map(|id| id.as_uuid()).collect();
    tx.execute_prepared(sql, &[&ids]).await?;
    Ok(())
}

pub(super) async fn delete(tx: &Transaction<'_>, id: ImageId) -> Result<()> {
    tx.execute_prepared("delete from shop.image_files where image_id = $1", &[&id]).await?;
    tx.execute_prepared("delete from shop.images where id = $1", &[&id]).await?;
    Ok(())
}

/// A picture in a size: what kind of file it is, and the file.
pub(super) async fn file(
    client: &impl GenericClient,
    id: ImageId,
    size: u32,
) -> Result<Option<(String, Vec<u8>)>> {
    let sql = "select media_type, content from shop.image_files where image_id = $1 and size = $2";
    let row = client.query_opt_prepared(sql, &[&id, &size.cast_signed()]).await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}
