//! The catalogue of the benchmark, and an order that staff writes down.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use serde_json::{Value, json};

use super::super::http::client::Client;
use super::super::people::ASSET;

/// Pieces of each product: nothing may run out.
const PIECES: u32 = 10_000_000;
const STOCK_ITEMS: u32 = 1_000;

pub(super) fn sku(number: u32) -> String {
    format!("BENCH-{number}")
}

/// Products through an import, their stock, and a way of shipping.
pub(super) async fn make(address: &str, token: &str, count: u32) -> anyhow::Result<()> {
    let mut client = Client::connect(address, token).await?;
    let mut rows = String::new();
    for number in 0..count {
        let row = json!({
            "handle": format!("bench-{number}"), "sku": sku(number), "status": "active",
            "title": format!("Thing {} of kind {}", number, number % 10),
            "description": "It is round, red and fresh, and keeps for a long time in a cool place.",
            "tags": format!("tag{}", number % 50), format!("price.{ASSET}"): (100 + number).to_string(),
        });
        rows.push_str(&row.to_string());
        rows.push('\n');
    }
    let mut lines = Client::connect(address, token).await?.sending("application/jsonl");
    let import = lines.post("/v1/shop/imports", rows.as_bytes()).await?;
    wait_for_import(&mut client, &read(import, 202)?).await?;
    for first in (0..count).step_by(STOCK_ITEMS as usize) {
        let numbers = first..count.min(first + STOCK_ITEMS);
        let items: Vec<Value> =
            numbers.map(|it| json!({ "sku": sku(it), "quantity": PIECES.to_string() })).collect();
        let body = json!({ "kind": "receive", "items": items });
        post(&mut client, "/v1/shop/stock/changes", &body, 201).await?;
    }
    let method = json!({
        "handle": "parcel", "title": "Parcel", "rates": [{ "currency": ASSET, "amount": "490" }],
    });
    post(&mut client, "/v1/shop/shipping-methods", &method, 201).await?;
    Ok(())
}

async fn wait_for_import(client: &mut Client, made: &Value) -> anyhow::Result<()> {
    let path = format!("/v1/shop/imports/{}", made["id"].as_str().unwrap_or_default());
    loop {
        let import = read(client.send("GET", &path, "", b"").await?, 200)?;
        match import["status"].as_str() {
            Some("done") if import["errors"] == 0 => return Ok(()),
            Some("done" | "failed") => bail!("the products can't be made: {import}"),
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

/// An order of many lines in one request, sent at once. Answers with the milliseconds that it took.
pub(super) async fn long_order(address: &str, token: &str, lines: u32) -> anyhow::Result<u64> {
    let mut client = Client::connect(address, token).await?;
    let lines: Vec<Value> =
        (0..lines).map(|it| json!({ "sku": sku(it), "quantity": 2, "unit_price": "99" })).collect();
    let body = json!({
        "reference": "a long one", "customer": { "reference": "bench" }, "currency": ASSET,
        "lines": lines, "shipped": {},
    });
    let began = Instant::now();
    let order = post(&mut client, "/v1/shop/orders", &body, 201).await?;
    let took = began.elapsed();
    ensure!(order["status"] == "shipped", "the long order is {}", order["status"]);
    Ok(u64::try_from(took.as_millis())?)
}

pub(super) async fn post(
    client: &mut Client,
    path: &str,
    body: &Value,
    expected: u16,
) -> anyhow::Result<Value> {
    read(client.post(path, body.to_string().as_bytes()).await?, expected)
}

/// An answer that has this status.
pub(super) fn read(answer: (u16, String), expected: u16) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&unread(answer, expected)?)?)
}

/// The same as it came: what isn't looked at costs the client nothing.
pub(super) fn unread((status, body): (u16, String), expected: u16) -> anyhow::Result<String> {
    ensure!(status == expected, "expected {expected}, and got {status}: {body}");
    Ok(body)
}
