//! The shop: a catalogue, stock, carts, and orders that are paid, sent and given back.
//!
//! What it owns: products and their prices, where stock lies, promotions, taxes, ways of shipping,
//! carts, orders and what becomes of them; the schema `shop`.
//! What it deliberately does not do: it holds neither goods nor money (both are in the ledger), no
//! card data (that is with the payment provider), and it sends no mail (it tells what happened).
//!
//! Reading order:
//!
//! | place | what |
//! |---|---|
//! | `products` | what is sold, and what a cart has to know of it (`sellable`) |
//! | `price_lists`, `customer_groups` | prices for a time, or for some |
//! | `categories`, `collections` | what products are shown together |
//! | `images` | their pictures |
//! | `custom_fields` | what staff says of them beside what every shop has |
//! | `imports`, `exports`, `product_rows` | many of them at once, as files |
//! | `search` | how products are found, by words and filters |
//! | `availability` | whether they can be had, for those who look |
//! | `books` | how the shop uses the ledger: goods and money |
//! | `locations`, `stock` | where goods lie, and how they get there |
//! | `stranded_refunds` | what could not go back to a card |
//! | `storefront` | what whoever looks at the shop has to know first |
//! | `sales` | what was sold, summed up for staff |
//! | `personal_data` | export and erasure |
//! | [`Shop`] | the facade |

mod answers;
mod availability;
mod books;
mod caching;
mod callers;
mod carts;
mod categories;
mod collections;
mod custom_fields;
mod customer_groups;
mod customers;
mod documents;
mod error;
mod events;
mod exports;
mod fields;
mod http;
mod ids;
mod images;
mod imports;
mod languages;
mod locations;
mod order_payments;
mod orders;
mod personal_data;
mod price_lists;
mod pricing;
mod product_rows;
mod products;
mod promotions;
mod reads;
mod refunds;
mod returns;
mod rules;
mod sales;
mod sales_adjustments;
mod search;
mod settings;
mod shipments;
mod shipping_methods;
mod shop;
mod staff_orders;
mod stock;
mod storefront;
mod stranded_refunds;
mod tax_rates;

pub use self::http::{document, routes};
pub use error::{AfterSaleError, ShopError};
pub use ids::{
    CartId, CartLineId, CategoryId, CollectionId, CustomFieldId, CustomerId, DocumentId, ImageId,
    ImportId, LocationId, OrderId, OrderLineId, OrderPaymentId, OrderRefundId, PriceListId,
    ProductId, PromotionId, ReturnId, SalesAdjustmentId, SettlementId, ShipmentId,
    ShippingMethodId, StockChangeId, VariantId,
};
pub use orders::access::order_link_token;
pub use shop::{Ground, RunningShop, Shop, ShopOptions};

/// The migrations of the schema `shop`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "shop";
    1 "catalogue" "../migrations/0001_catalogue.sql",
    2 "stock" "../migrations/0002_stock.sql",
    3 "rules" "../migrations/0003_rules.sql",
    4 "carts" "../migrations/0004_carts.sql",
    5 "orders" "../migrations/0005_orders.sql",
    6 "returns" "../migrations/0006_returns.sql",
    7 "documents" "../migrations/0007_documents.sql",
    8 "changes" "../migrations/0008_changes.sql",
    9 "past_trade" "../migrations/0009_past_trade.sql",
    10 "sales" "../migrations/0010_sales.sql",
    11 "shown" "../migrations/0011_shown.sql",
    12 "stranded_refunds" "../migrations/0012_stranded_refunds.sql",
    13 "exchanges" "../migrations/0013_exchanges.sql",
    14 "news" "../migrations/0014_news.sql",
    15 "personal_data" "../migrations/0015_personal_data.sql",
    16 "room" "../migrations/0016_room.sql",
};
