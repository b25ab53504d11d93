//! SQL of sales: sums over orders, their lines and refunds.

use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{BEST, BestProduct, Figures, OpenWork, Part, SalesQuery};
use crate::error::{Result, ShopError};

const REFUNDED_AT: &str = "coalesce(r.effective_at, r.created_at)";
const ADJUSTED_AT: &str = "coalesce(a.effective_at, a.created_at)";

/// The beginning of the part in which a time lies.
fn part_of(time: &str) -> String {
    format!("date_trunc($3, {time} at time zone 'UTC') at time zone 'UTC'")
}

fn part(row: &Row, figures: Figures) -> Result<Part> {
    let scale = u8::try_from(row.get::<_, i16>(1));
    Ok(Part {
        currency: row.get(0),
        scale: scale.map_err(|_| ShopError::Corrupt("the scale of an order"))?,
        starts_at: row.get(2),
        figures,
    })
}

/// What orders say of themselves.
pub(super) async fn of_orders(
    client: &impl GenericClient,
    query: &SalesQuery,
) -> Result<Vec<Part>> {
    let sql = format!(
        "select o.currency, max(o.scale), {} as part, count(*), \
            count(*) filter (where o.status in \
                ('paid', 'partly_shipped', 'shipped', 'delivered', 'returned')), \
            sum(o.shipping_total), sum(o.shipping_tax), sum(o.total), sum(o.cancelled_total) \
         from shop.orders o where o.placed_at >= $1 and o.placed_at < $2 \
         group by o.currency, part",
        part_of("o.placed_at")
    );
    let read = |row: &Row| {
        let figures = Figures {
            orders: row.get(3),
            paid: row.get(4),
            shipping: row.get(5),
            taxes: row.get(6),
            total: row.get(7),
            cancelled: row.get(8),
            ..Figures::default()
        };
        part(row, figures)
    };
    asked(client, &sql, query).await?.iter().map(read).collect()
}

/// What their lines say.
pub(super) async fn of_lines(client: &impl GenericClient, query: &SalesQuery) -> Result<Vec<Part>> {
    let sql = format!(
        "select o.currency, max(o.scale), {} as part, sum(l.quantity - l.cancelled), \
            sum(l.subtotal), sum(l.discount), sum(l.tax) \
         from shop.orders o join shop.order_lines l on l.order_id = o.id \
         where o.placed_at >= $1 and o.placed_at < $2 \
         group by o.currency, part",
        part_of("o.placed_at")
    );
    let read = |row: &Row| {
        let figures = Figures {
            units: row.get(3),
            gross: row.get(4),
            discounts: row.get(5),
            taxes: row.get(6),
            ..Figures::default()
        };
        part(row, figures)
    };
    asked(client, &sql, query).await?.iter().map(read).collect()
}

/// What went back.
pub(super) async fn of_refunds(
    client: &impl GenericClient,
    query: &SalesQuery,
) -> Result<Vec<Part>> {
    let sql = format!(
        "select o.currency, max(o.scale), {} as part, sum(r.amount) \
         from shop.refunds r join shop.orders o on o.id = r.order_id \
         where r.state = 'done' and {REFUNDED_AT} >= $1 and {REFUNDED_AT} < $2 \
         group by o.currency, part",
        part_of(REFUNDED_AT)
    );
    let read = |row: &Row| part(row, Figures { refunds: row.get(3), ..Figures::default() });
    asked(client, &sql, query).await?.iter().map(read).collect()
}

/// What was corrected.
pub(super) async fn of_adjustments(
    client: &impl GenericClient,
    query: &SalesQuery,
) -> Result<Vec<Part>> {
    let sql = format!(
        "select a.currency, max(a.scale), {} as part, sum(a.amount) \
         from shop.sales_adjustments a \
         where {ADJUSTED_AT} >= $1 and {ADJUSTED_AT} < $2 \
         group by a.currency, part",
        part_of(ADJUSTED_AT)
    );
    let read = |row: &Row| part(row, Figures { adjustments: row.get(3), ..Figures::default() });
    asked(client, &sql, query).await?.iter().map(read).collect()
}

async fn asked(client: &impl GenericClient, sql: &str, query: &SalesQuery) -> Result<Vec<Row>> {
    let step = query.step.as_str();
    Ok(client.query_prepared(sql, &[&query.from, &query.before, &step]).await?)
}

/// The products for which most was paid, the best one first, in each currency. What was cancelled
/// counts nowhere.
pub(super) async fn best(
    client: &impl GenericClient,
    query: &SalesQuery,
) -> Result<Vec<BestProduct>> {
    let sql = "with sold as ( \
            select o.currency, l.product_id, sum(l.quantity - l.cancelled) as units, \
                sum(case l.cancelled when 0 then l.total \
                    else div(l.total * (l.quantity - l.cancelled), l.quantity) end) as total \
            from shop.orders o join shop.order_lines l on l.order_id = o.id \
            where o.placed_at >= $1 and o.placed_at < $2 \
            group by o.currency, l.product_id), \
        placed as ( \
            select sold.*, row_number() over \
                (partition by currency order by total desc, product_id) as place \
            from sold where units > 0) \
        select s.currency, s.product_id, p.handle, p.title, s.units, s.total \
        from placed s join shop.products p on p.id = s.product_id \
        where s.place <= $3 order by s.currency, s.place";
    let best = |row: &Row| BestProduct {
        currency: row.get(0),
        product: row.get(1),
        handle: row.get(2),
        title: row.get(3),
        units: row.get(4),
        total: row.get(5),
    };
    let rows = client.query_prepared(sql, &[&query.from, &query.before, &BEST]).await?;
    Ok(rows.iter().map(best).collect())
}

/// What waits for somebody at this moment.
pub(super) async fn open_work(client: &impl GenericClient) -> Result<OpenWork> {
    let sql = "select \
        (select count(*) from shop.orders \
            where status in ('paid', 'partly_shipped') and placed_at is not null), \
        (select count(*) from shop.orders where status = 'placed' and placed_at is not null), \
        (select count(*) from shop.returns where state = 'requested'), \
        (select count(*) from shop.returns where state = 'approved'), \
        (select count(*) from shop.variants where is_active and tracks_stock \
            and availability in ('out_of_stock', 'low') and availability = 'out_of_stock'), \
        (select count(*) from shop.variants where is_active and tracks_stock \
            and availability in ('out_of_stock', 'low') and availability = 'low')";
    let row = client.query_one_prepared(sql, &[]).await?;
    Ok(OpenWork {
        orders_to_ship: row.get(0),
        orders_unpaid: row.get(1),
        returns_to_decide: row.get(2),
        returns_to_receive: row.get(3),
        variants_out_of_stock: row.get(4),
        variants_low: row.get(5),
    })
}
