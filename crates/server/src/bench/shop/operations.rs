//! What is measured, each from the first request to the last answer of a round.

use std::time::Instant;

use super::super::latency::Latencies;
use super::super::people::ASSET;
use super::Measured;
use super::buyer::{Buyer, item};

/// Paths of pages, by round.
type Pages = fn(u32) -> String;

/// Reads of the catalogue. No two rounds ask for the same but where it is said so.
const READS: [(&str, Pages); 4] = [
    ("list of 20", |round| list(&format!("filter[price][gte]={}", round + 1))),
    ("the same list of 20 again", |_| list("")),
    ("search", |round| list(&format!("q=thing+{round}"))),
    ("product", |round| format!("/v1/shop/products/bench-{round}")),
];

/// So many things are added to one cart before the next one is begun.
const CART_LINES: u32 = 5;

fn list(query: &str) -> String {
    let path = format!("/v1/shop/products?currency={ASSET}&limit=20&{query}");
    path.trim_end_matches('&').to_owned()
}

pub(super) async fn measure(
    measured: &mut Measured<'_>,
    address: &str,
    products: u32,
) -> anyhow::Result<()> {
    for (name, page) in READS {
        let address = address.to_owned();
        measured.add(name, |rounds| read(address, rounds, page, products)).await?;
    }
    let to = || address.to_owned();
    measured.add("new cart with a first thing", |rounds| begin(to(), rounds, products)).await?;
    measured.add("add to a cart of up to five", |rounds| add(to(), rounds, products)).await?;
    measured.add("whole checkout, 4 requests", |rounds| check_out(to(), rounds, products)).await
}

async fn read(
    address: String,
    rounds: u32,
    page: Pages,
    products: u32,
) -> anyhow::Result<Latencies> {
    let mut buyer = Buyer::guest(&address).await?;
    let mut latencies = Latencies::default();
    for round in 0..rounds {
        let path = page(round % products);
        let began = Instant::now();
        let body = buyer.get(&path).await?;
        latencies.add(began.elapsed());
        anyhow::ensure!(body.contains("\"bench-"), "{path} was answered with {body}");
    }
    Ok(latencies)
}

async fn begin(address: String, rounds: u32, products: u32) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    let mut buyer = Buyer::guest(&address).await?;
    for round in 0..rounds {
        let began = Instant::now();
        buyer.begin().await?;
        buyer.put_in(&[item(round % products)]).await?;
        latencies.add(began.elapsed());
    }
    Ok(latencies)
}

async fn add(address: String, rounds: u32, products: u32) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    let mut buyer = Buyer::guest(&address).await?;
    for round in 0..rounds {
        if round.is_multiple_of(CART_LINES) {
            buyer.begin().await?;
        }
        let began = Instant::now();
        buyer.put_in(&[item(round % products)]).await?;
        latencies.add(began.elapsed());
    }
    Ok(latencies)
}

/// A user's cart, what is in it, where it goes, and its order, paid by wallet.
async fn check_out(address: String, rounds: u32, products: u32) -> anyhow::Result<Latencies> {
    let mut buyer = Buyer::sign_in(&address).await?;
    let method = buyer.shipping_method().await?;
    let mut latencies = Latencies::default();
    for round in 0..rounds {
        let began = Instant::now();
        buyer.begin().await?;
        buyer.put_in(&[item(round % products)]).await?;
        buyer.say_where(&method).await?;
        buyer.complete().await?;
        latencies.add(began.elapsed());
    }
    Ok(latencies)
}
