//! `/v1/shop/overview/sales`, for staff.

use std::time::Duration;

use axum::extract::State;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::query::invalid_parameter;
use kernel::{Amount, Json, Problem, Query, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{BestProduct, Figures, OpenWork, Sales, SalesOfCurrency, SalesQuery, SalesStep};
use crate::error::Result;
use crate::ids::ProductId;
use crate::shop::Shop;

const DAY: Duration = Duration::from_secs(86_400);
/// Ten years, and some days for those that are longer.
const DAYS_MAX: u32 = 3_660;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(overview))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SalesParams {
    /// From this time on; thirty days before the end, unless given.
    #[serde(rename = "filter[from]")]
    #[param(inline)]
    from: Option<Timestamp>,
    /// Before this time; now, unless given. At most 3,660 days after the beginning.
    #[serde(rename = "filter[before]")]
    #[param(inline)]
    before: Option<Timestamp>,
    /// Into which parts the time is cut: they begin in UTC, weeks on Mondays.
    #[serde(default)]
    #[param(inline)]
    by: SalesStep,
}

impl SalesParams {
    fn read(&self, now: Timestamp) -> Result<SalesQuery, Problem> {
        let before = self.before.unwrap_or_else(|| now.saturating_add(Duration::from_micros(1)));
        let from = self.from.unwrap_or_else(|| before.saturating_sub(DAY * 30));
        if from >= before {
            return Err(invalid_parameter("filter[before]", "is not after `filter[from]`"));
        }
        if before.since(from) > DAY * DAYS_MAX {
            let detail = format!("is more than {DAYS_MAX} days before the end");
            return Err(invalid_parameter("filter[from]", detail));
        }
        Ok(SalesQuery { from, before, step: self.by })
    }
}

/// What was sold, and what is still to be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesOverview)]
pub(crate) struct SalesJson {
    from: Timestamp,
    before: Timestamp,
    by: SalesStep,
    /// Each in which something was sold or went back, in the order of their codes.
    currencies: Vec<SalesOfCurrencyJson>,
    open: OpenWorkJson,
}

/// What was sold in a currency. Amounts are in its minor unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesOfCurrency)]
struct SalesOfCurrencyJson {
    #[schema(example = "EUR")]
    currency: String,
    /// Decimals of the currency.
    scale: u8,
    /// Of the whole time.
    total: FiguresJson,
    /// The earliest first. Parts in which nothing happened are left out.
    periods: Vec<SalesPeriodJson>,
    /// The ten products for which most was paid, the best one first.
    products: Vec<BestProductJson>,
}

/// What was sold in a part of the time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesPeriod)]
struct SalesPeriodJson {
    /// Its beginning in UTC; the first and the last part may be cut short by the time that was
    /// asked for.
    starts_at: Timestamp,
    figures: FiguresJson,
}

/// What was sold. Orders count when they were placed, refunds when they were made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesFigures)]
struct FiguresJson {
    /// Orders that were placed, those that were cancelled later too.
    orders: i64,
    /// Of them, those whose money is there or held, and that weren't cancelled.
    paid: i64,
    /// Pieces that were sold and not cancelled.
    units: i64,
    /// All lines before discounts.
    gross: Amount,
    discounts: Amount,
    /// What sending cost, tax included.
    shipping: Amount,
    /// The tax in the total.
    taxes: Amount,
    /// What buyers were to pay, tax included.
    total: Amount,
    /// Of the total, what was cancelled.
    cancelled: Amount,
    /// What went back in this time, also of what was bought before it.
    refunds: Amount,
    /// What staff corrected in this time without an order; below zero: less was earned.
    adjustments: SignedAmount,
    /// The total without what was cancelled and what went back, corrections counted.
    net: SignedAmount,
}

/// A product that was sold much.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BestProduct)]
struct BestProductJson {
    product: ProductId,
    /// For its address.
    handle: String,
    title: String,
    units: i64,
    /// What was paid for them, tax included.
    total: Amount,
}

/// What waits for somebody at this moment, whatever time was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenWork)]
struct OpenWorkJson {
    /// Paid, and not all of it sent.
    orders_to_ship: i64,
    /// Placed, and not paid.
    orders_unpaid: i64,
    returns_to_decide: i64,
    /// Approved; the goods are on their way.
    returns_to_receive: i64,
    /// SKUs of which stock is kept and none is there, nor may be backordered.
    variants_out_of_stock: i64,
    /// SKUs of which one to five are left.
    variants_low: i64,
}

impl FiguresJson {
    fn new(it: &Figures) -> Result<Self> {
        Ok(Self {
            orders: it.orders,
            paid: it.paid,
            units: it.units,
            gross: it.gross,
            discounts: it.discounts,
            shipping: it.shipping,
            taxes: it.taxes,
            total: it.total,
            cancelled: it.cancelled,
            refunds: it.refunds,
            adjustments: it.adjustments,
            net: it.net()?,
        })
    }
}

impl From<BestProduct> for BestProductJson {
    fn from(it: BestProduct) -> Self {
        let BestProduct { currency: _, product, handle, title, units, total } = it;
        Self { product, handle, title, units, total }
    }
}

impl SalesOfCurrencyJson {
    fn new(it: SalesOfCurrency) -> Result<Self> {
        let period = |(starts_at, figures): &(Timestamp, Figures)| {
            Ok(SalesPeriodJson { starts_at: *starts_at, figures: FiguresJson::new(figures)? })
        };
        Ok(Self {
            currency: it.currency,
            scale: it.scale,
            total: FiguresJson::new(&it.total)?,
            periods: it.periods.iter().map(period).collect::<Result<_>>()?,
            products: it.products.into_iter().map(BestProductJson::from).collect(),
        })
    }
}

impl From<OpenWork> for OpenWorkJson {
    fn from(it: OpenWork) -> Self {
        Self {
            orders_to_ship: it.orders_to_ship,
            orders_unpaid: it.orders_unpaid,
            returns_to_decide: it.returns_to_decide,
            returns_to_receive: it.returns_to_receive,
            variants_out_of_stock: it.variants_out_of_stock,
            variants_low: it.variants_low,
        }
    }
}

/// What was sold in a time, by currency and day, week or month, the best products, and the work that
/// waits. That it was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/shop/overview/sales",
    operation_id = "shop_overview_sales",
    tag = "shop",
    params(SalesParams),
    responses(
        (status = 200, description = "What was sold.", body = SalesJson),
        ReadProblems,
    ),
)]
pub(crate) async fn overview(
    State(shop): State<Shop>,
    actor: Actor,
    Query(params): Query<SalesParams>,
) -> Result<Json<SalesJson>, Problem> {
    let query = params.read(shop.clock.now())?;
    let Sales { currencies, open } = shop.sales(&actor, query).await?;
    let currencies = currencies.into_iter().map(SalesOfCurrencyJson::new);
    Ok(Json(SalesJson {
        from: query.from,
        before: query.before,
        by: query.step,
        currencies: currencies.collect::<Result<_>>()?,
        open: open.into(),
    }))
}
