//! Who buys on one connection: a user with a wallet, or a guest.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::super::http::client::Client;
use super::super::people::{self, ASSET};
use super::goods::{post, read, sku, unread};

pub(super) struct Buyer {
    client: Client,
    /// The header that opens the cart of a guest.
    cart_header: String,
    cart: String,
}

impl Buyer {
    pub(super) async fn guest(address: &str) -> anyhow::Result<Self> {
        Ok(Self::on(Client::anonymous(address).await?))
    }

    /// The one user of the benchmark.
    pub(super) async fn sign_in(address: &str) -> anyhow::Result<Self> {
        let (token, _) = people::sign_in(address, 0).await?;
        Ok(Self::on(Client::connect(address, &token).await?))
    }

    fn on(client: Client) -> Self {
        Self { client, cart_header: String::new(), cart: String::new() }
    }

    pub(super) async fn get(&mut self, path: &str) -> anyhow::Result<String> {
        unread(self.client.send("GET", path, "", b"").await?, 200)
    }

    /// A cart to go on with from here.
    pub(super) async fn begin(&mut self) -> anyhow::Result<()> {
        let body = json!({ "currency": ASSET });
        let made = post(&mut self.client, "/v1/shop/carts", &body, 201).await?;
        made["id"].as_str().context("a cart has an id")?.clone_into(&mut self.cart);
        self.cart_header = made["token"]
            .as_str()
            .map(|token| format!("Cart-Token: {token}\r\n"))
            .unwrap_or_default();
        Ok(())
    }

    pub(super) async fn put_in(&mut self, items: &[Value]) -> anyhow::Result<()> {
        unread(self.on_cart("POST", "/lines", &json!({ "items": items })).await?, 200)?;
        Ok(())
    }

    /// Address, mail and way of shipping.
    pub(super) async fn say_where(&mut self, method: &str) -> anyhow::Result<()> {
        let body = json!({
            "email": "bench@example.org", "shipping_method": method,
            "shipping_address": { "name": "Bench", "street": "Ring 1", "postcode": "1010",
                "city": "Wien", "country": "AT" },
        });
        let cart = read(self.on_cart("PATCH", "", &body).await?, 200)?;
        ensure!(cart["requirements"] == json!([]), "the cart lacks {}", cart["requirements"]);
        Ok(())
    }

    pub(super) async fn complete(&mut self) -> anyhow::Result<()> {
        let body = json!({ "payments": [{ "kind": "wallet" }] });
        unread(self.on_cart("POST", "/complete", &body).await?, 201)?;
        Ok(())
    }

    /// An order of many lines; the milliseconds that completing it takes.
    pub(super) async fn buy_many(&mut self, lines: u32) -> anyhow::Result<u64> {
        let method = self.shipping_method().await?;
        self.begin().await?;
        self.put_in(&(0..lines).map(item).collect::<Vec<_>>()).await?;
        self.say_where(&method).await?;
        let began = Instant::now();
        self.complete().await?;
        Ok(u64::try_from(began.elapsed().as_millis())?)
    }

    pub(super) async fn shipping_method(&mut self) -> anyhow::Result<String> {
        let methods: Value = serde_json::from_str(&self.get("/v1/shop/shipping-methods").await?)?;
        let id = methods["data"].as_array().and_then(|it| it.last()).map(|it| &it["id"]);
        Ok(id.and_then(Value::as_str).context("there is a way of shipping")?.to_owned())
    }

    async fn on_cart(
        &mut self,
        method: &str,
        rest: &str,
        body: &Value,
    ) -> anyhow::Result<(u16, String)> {
        let path = format!("/v1/shop/carts/{}{rest}", self.cart);
        let body = body.to_string();
        self.client.send(method, &path, &self.cart_header, body.as_bytes()).await
    }
}

/// One piece of the product with this number.
pub(super) fn item(number: u32) -> Value {
    json!({ "sku": sku(number), "quantity": 1 })
}
