//! What a cart has to know of a variant, read in one statement for all lines.

use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{ProductId, VariantId};

/// A variant as it is sold at a moment, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sellable {
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) sku: String,
    /// What the ledger counts it as.
    pub(crate) asset: String,
    pub(crate) handle: String,
    pub(crate) title: String,
    /// The options of this variant, as in `red / L`; none if there is only one.
    pub(crate) variant_title: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) weight_g: u32,
    pub(crate) needs_shipping: bool,
    pub(crate) tracks_stock: bool,
    /// So many may be sold that aren't there.
    pub(crate) backorder_max: u64,
    pub(crate) available_from: Option<Timestamp>,
    /// Whether product and variant are for sale at all.
    pub(crate) is_for_sale: bool,
    /// From which quantity on a piece costs how much, the smallest quantity first. Empty: it has no
    /// price in this currency.
    pub(crate) prices: Vec<(u32, Amount)>,
}

impl Sellable {
    /// What one piece costs if so many are bought.
    pub(crate) fn unit_price(&self, quantity: u32) -> Option<Amount> {
        let reached = self.prices.iter().rev().find(|(from, _)| *from <= quantity);
        reached.map(|(_, amount)| *amount)
    }
}

const COLUMNS: &str = "v.id, v.product_id, v.sku, v.asset, p.handle, p.title, v.title, p.tags, \
    p.tax_class, v.weight_g, v.needs_shipping, v.tracks_stock, v.backorder_max, v.available_from, \
    v.is_active and p.status = 'active', \
    array(select r.min_quantity from shop.prices r \
          where r.variant_id = v.id and r.currency = $2 order by r.min_quantity), \
    array(select r.amount from shop.prices r \
          where r.variant_id = v.id and r.currency = $2 order by r.min_quantity)";

/// Those of the variants that exist, in no order.
pub(crate) async fn sellables(
    client: &impl GenericClient,
    variants: &[VariantId],
    currency: &str,
) -> Result<Vec<Sellable>> {
    let sql = format!(
        "select {COLUMNS} from shop.variants v join shop.products p on p.id = v.product_id \
         where v.id = any($1)"
    );
    let ids: Vec<Uuid> = variants.iter().map(|id| id.as_uuid()).collect();
    let rows = client.query_prepared(&sql, &[&ids, &currency]).await?;
    Ok(rows.iter().map(sellable).collect())
}

fn sellable(row: &tokio_postgres::Row) -> Sellable {
    let from: Vec<i32> = row.get(15);
    let amounts: Vec<Amount> = row.get(16);
    Sellable {
        variant: row.get(0),
        product: row.get(1),
        sku: row.get(2),
        asset: row.get(3),
        handle: row.get(4),
        title: row.get(5),
        variant_title: row.get(6),
        tags: row.get(7),
        tax_class: row.get(8),
        weight_g: row.get::<_, i32>(9).cast_unsigned(),
        needs_shipping: row.get(10),
        tracks_stock: row.get(11),
        backorder_max: row.get::<_, i64>(12).cast_unsigned(),
        available_from: row.get(13),
        is_for_sale: row.get(14),
        prices: from.into_iter().map(i32::cast_unsigned).zip(amounts).collect(),
    }
}
