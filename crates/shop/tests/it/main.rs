//! The shop through its edge, on a real Postgres and a real ledger.

#![cfg(test)]

mod app;
mod availability;
mod buying;
mod caching;
mod card_payments;
mod carts;
mod categories;
mod changes;
mod collections;
mod custom_fields;
mod document;
mod documents;
mod exchanges;
mod growing;
mod images;
mod imports;
mod news;
mod orders;
mod pdf_text;
mod personal_data;
mod price_lists;
mod products;
mod races;
mod returns;
mod sales;
mod sales_adjustments;
mod search;
mod staff_orders;
mod stock;
mod storefront;
mod stranded_refunds;
