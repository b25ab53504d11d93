//! What can be had follows the ledger.

use std::time::Duration;

use ledger::NewAsset;
use ledger::engine::{AccountDetails, Limits, NewAccount, NewTransfer, TransferFlags};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, product_body};

/// The ledger's id of an account of the shop, which follows from its address.
fn account_id(address: &str) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("bushel shop account v1");
    hasher.update(address.as_bytes());
    kernel::id::derived::of_hash(hasher.finalize().as_bytes())
}

/// Goods in the ledger, as stock keeps them.
struct Goods {
    asset: u32,
    sku: &'static str,
}

impl Goods {
    async fn open(app: &App, sku: &'static str, backorder_max: i128) -> Self {
        let code = format!("SKU:{sku}");
        let new = NewAsset { code, kind: "goods".to_owned(), ..NewAsset::default() };
        let asset = app.world.ledger.create_asset(new).await.unwrap().1.unwrap().no;
        let account = |address: String, floor| NewAccount {
            id: account_id(&address),
            asset,
            code: 121,
            limits: Limits { floor, ceiling: None },
            details: AccountDetails { address: Some(address.into()), ..AccountDetails::default() },
            ..NewAccount::default()
        };
        let accounts = vec![
            account(format!("shop/supplier/{sku}"), None),
            account(format!("shop/sold/{sku}"), None),
            account(format!("shop/backorders/{sku}"), Some(-backorder_max)),
            account(format!("shop/stock/main/{sku}"), Some(0)),
        ];
        app.world.ledger.create_accounts(accounts).await.unwrap();
        Self { asset, sku }
    }

    async fn transfer(&self, app: &App, from: &str, to: &str, amount: u128, flags: u16) -> u128 {
        let id =
            Uuid::from_u64_pair(kernel::id::IdSource::next_bits(&kernel::id::UuidV7) as u64, 7);
        let new = NewTransfer {
            id: id.as_u128(),
            debit_account: account_id(&format!("shop/{from}/{}", self.sku)),
            credit_account: account_id(&format!("shop/{to}/{}", self.sku)),
            amount,
            asset: self.asset,
            code: 230,
            flags: TransferFlags(flags),
            ..NewTransfer::default()
        };
        let results = app.world.ledger.create_transfers(vec![new]).await.unwrap();
        assert!(results[0].status.is_success(), "{results:?}");
        id.as_u128()
    }
}

async fn shown(app: &App, handle: &str) -> (String, String) {
    app.process.shop.caught_up().await.unwrap();
    let text = |value: &Value| value["availability"].as_str().unwrap().to_owned();
    let product = app.process.see(&format!("/v1/shop/products/{handle}")).await;
    let list = app.process.see("/v1/shop/products").await;
    let cards = list.body["data"].as_array().unwrap();
    let card = cards.iter().find(|it| it["handle"] == handle).unwrap();
    assert_eq!(text(card), text(&product.body), "the card says what the product says");
    (text(&product.body), text(&product.body["variants"][0]))
}

async fn check(app: &App, expected: &str) {
    let (product, variant) = shown(app, "lamp").await;
    assert_eq!((product.as_str(), variant.as_str()), (expected, expected));
}

#[tokio::test]
async fn stock_that_comes_and_goes_is_seen() {
    let app = App::start().await;
    let version = app.process.product("lamp", "L1").await.etag().to_owned();
    check(&app, "out_of_stock").await;
    let goods = Goods::open(&app, "L1", 0).await;
    goods.transfer(&app, "supplier", "stock/main", 10, 0).await;
    check(&app, "in_stock").await;
    let found = app.process.see("/v1/shop/products?filter[availability]=in_stock").await;
    assert_eq!(found.each("handle"), ["lamp"]);
    goods.transfer(&app, "stock/main", "sold", 5, TransferFlags::PENDING).await;
    check(&app, "low").await;
    goods.transfer(&app, "stock/main", "sold", 5, 0).await;
    check(&app, "out_of_stock").await;
    let found = app.process.see("/v1/shop/products?filter[availability]=in_stock,low").await;
    assert!(found.each("handle").is_empty());
    let seen = app.process.staff_get("/v1/shop/products/lamp").await;
    assert_eq!(seen.etag(), version, "no editor has to look again because something was sold");
}

#[tokio::test]
async fn what_may_be_sold_unseen_is_a_backorder() {
    let app = App::start().await;
    let mut body = product_body("lamp", "L1");
    body["variants"][0]["backorder_max"] = json!(2);
    let made = app.process.staff_post("/v1/shop/products", body).await;
    check(&app, "backorder").await;
    let goods = Goods::open(&app, "L1", 2).await;
    goods.transfer(&app, "backorders", "sold", 2, 0).await;
    check(&app, "out_of_stock").await;
    let variant = made.body["variants"][0]["id"].as_str().unwrap();
    let path = format!("/v1/shop/products/{}/variants/{variant}", made.id());
    app.process.staff_patch(&path, json!({ "backorder_max": 5 })).await;
    app.process.bus.settle().await;
    check(&app, "backorder").await;
    goods.transfer(&app, "backorders", "sold", 3, 0).await;
    check(&app, "out_of_stock").await;
    goods.transfer(&app, "supplier", "stock/main", 6, 0).await;
    check(&app, "low").await;
    app.process.staff_patch(&path, json!({ "tracks_stock": false })).await;
    app.process.bus.settle().await;
    check(&app, "in_stock").await;
}

#[tokio::test]
async fn a_preorder_ends_when_its_time_comes() {
    let app = App::start().await;
    let mut body = product_body("lamp", "L1");
    body["variants"][0]["available_from"] = json!("2026-01-02T00:00:00Z");
    app.process.staff_post("/v1/shop/products", body).await;
    let goods = Goods::open(&app, "L1", 0).await;
    goods.transfer(&app, "supplier", "stock/main", 10, 0).await;
    check(&app, "preorder").await;
    app.world.clock.advance(Duration::from_secs(24 * 3_600));
    check(&app, "in_stock").await;
}

#[tokio::test]
async fn a_product_is_as_its_best_variant() {
    let app = App::start().await;
    let body = json!({
        "handle": "lamp", "status": "active", "title": "Lamp",
        "options": [{ "name": "Colour", "values": ["red", "blue"] }],
        "variants": [{ "sku": "R", "options": { "Colour": "red" } },
                     { "sku": "B", "options": { "Colour": "blue" } }],
    });
    let made = app.process.staff_post("/v1/shop/products", body).await;
    let goods = Goods::open(&app, "B", 0).await;
    goods.transfer(&app, "supplier", "stock/main", 10, 0).await;
    let (product, first) = shown(&app, "lamp").await;
    assert_eq!((product.as_str(), first.as_str()), ("in_stock", "out_of_stock"));
    let blue = made.body["variants"][1]["id"].as_str().unwrap();
    let path = format!("/v1/shop/products/{}/variants/{blue}", made.id());
    assert_eq!(app.process.staff_delete(&path).await.status, 204);
    assert_eq!(shown(&app, "lamp").await.0, "out_of_stock");
}
