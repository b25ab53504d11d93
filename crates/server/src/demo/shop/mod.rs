//! The shop of the demo world: its goods with their pictures, and what people bought. Some orders are
//! of the weeks before, so that staff has figures to look at; some are under way.

mod goods;
mod picture;

use std::time::Duration;

use anyhow::Context as _;
use axum::http::Method;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::Timestamp;
use serde_json::{Value, json};

use self::goods::{CATEGORIES, GOODS, Good};
use super::callers::Callers;
use super::world::DAYS;
use crate::chance::Chance;

/// Who keeps the shop.
const STAFF: &str = "greta";
/// How many orders were made before.
const PAST_ORDERS: u32 = 40;
/// Pictures that are drawn at a time.
const AT_ONCE: usize = 4;
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// SKU and quantity.
type Item = (&'static str, u32);

/// Who buys what now, and how far it is.
const ORDERS: [(&str, &[Item], Stage); 5] = [
    ("mia", &[("APPLES-3", 1), ("ORCHARD-NOVEL", 1)], Stage::Delivered),
    ("lukasz", &[("RYE", 2), ("JAM", 1)], Stage::Sent),
    ("mia", &[("MUG-BLUE", 2), ("BREAD-BOOK", 1)], Stage::ComesBack),
    ("priya", &[("APPLES-1", 2), ("NOTEBOOK", 3), ("MUG-RED", 1)], Stage::Paid),
    ("orchard", &[("JAR", 12)], Stage::Paid),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Paid,
    Sent,
    Delivered,
    /// A piece of what was delivered is sent back.
    ComesBack,
}

struct DemoShop<'w> {
    callers: &'w Callers<'w>,
    now: Timestamp,
}

/// Makes all of it.
pub(super) async fn make(callers: &Callers<'_>, now: Timestamp) -> anyhow::Result<()> {
    let shop = DemoShop { callers, now };
    let method = shop.rules().await?;
    shop.goods().await?;
    shop.offers().await?;
    shop.past().await?;
    for (buyer, items, stage) in ORDERS {
        shop.order(buyer, items, stage, &method).await?;
    }
    Ok(())
}

impl DemoShop<'_> {
    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<String> {
        self.callers.post(STAFF, path, body).await
    }

    /// Taxes and ways of shipping; answers with the usual way's id.
    async fn rules(&self) -> anyhow::Result<String> {
        let home = json!({ "home_country": "AT" });
        self.callers.send(STAFF, Method::PATCH, "/v1/shop/settings", &home).await?;
        for (country, class, rate, title) in [
            ("AT", "standard", 200_000, "USt 20 %"),
            ("AT", "reduced", 100_000, "USt 10 %"),
            ("DE", "standard", 190_000, "USt 19 %"),
            ("DE", "reduced", 70_000, "USt 7 %"),
        ] {
            let path = format!("/v1/shop/tax-rates/{country}/{class}");
            let rate = json!({ "rate": rate, "title": title });
            self.callers.send(STAFF, Method::PUT, &path, &rate).await?;
        }
        let method = |handle: &str, title: &str, amount: &str| {
            json!({ "handle": handle, "title": title, "countries": ["AT", "DE"],
                "rates": [{ "currency": "EUR", "amount": amount }] })
        };
        let path = "/v1/shop/shipping-methods";
        let usual = self.post(path, &method("post", "Post, 2–3 days", "490")).await?;
        self.post(path, &method("express", "By tomorrow", "1290")).await?;
        Ok(usual)
    }

    async fn goods(&self) -> anyhow::Result<()> {
        for (position, (handle, english, german)) in (0_u32..).zip(CATEGORIES) {
            let category = json!({ "handle": handle, "title": english, "position": position,
                "translations": { "de": { "title": german } } });
            self.post("/v1/shop/categories", &category).await?;
        }
        let mut made = Vec::new();
        for good in &GOODS {
            let new = product(good);
            made.push(self.callers.send(STAFF, Method::POST, "/v1/shop/products", &new).await?);
        }
        let pictures = stream::iter(GOODS.iter().zip(&made))
            .map(|(good, product)| self.pictures(good, product));
        pictures.buffered(AT_ONCE).try_collect::<()>().await?;
        let all = GOODS.iter().flat_map(|good| good.variants).filter(|it| it.stock > 0);
        let items: Vec<Value> =
            all.map(|it| json!({ "sku": it.sku, "quantity": it.stock.to_string() })).collect();
        let before = self.now.saturating_sub(DAY * (DAYS + 1));
        let delivery = json!({ "kind": "receive", "reference": "first delivery", "items": items,
            "effective_at": before });
        self.post("/v1/shop/stock/changes", &delivery).await?;
        Ok(())
    }

    /// One for each colour.
    async fn pictures(&self, good: &Good, product: &Value) -> anyhow::Result<()> {
        let id = product["id"].as_str().context("a product has an id")?;
        let mut drawn = Vec::new();
        for (choice, variant) in
            good.variants.iter().zip(product["variants"].as_array().into_iter().flatten())
        {
            if drawn.contains(&choice.colour) {
                continue;
            }
            drawn.push(choice.colour);
            let alt = format!("{} {}", good.title[0], choice.value);
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("alt", alt.trim());
            let variant = variant["id"].as_str().filter(|_| good.option == Some("Colour"));
            if let Some(variant) = variant {
                query.append_pair("variant", variant);
            }
            let path = format!("/v1/shop/products/{id}/images?{}", query.finish());
            let file = good.motif.png(choice.colour)?;
            self.callers.upload(STAFF, &path, "image/png", file).await?;
        }
        Ok(())
    }

    /// What is shown together, what is cheaper, and what is given.
    async fn offers(&self) -> anyhow::Result<()> {
        let autumn = json!({ "handle": "autumn", "title": "The autumn table", "rules": { "tags": ["autumn"] },
            "translations": { "de": { "title": "Der Herbsttisch" } } });
        self.post("/v1/shop/collections", &autumn).await?;
        let presents = json!({ "handle": "presents", "title": "Presents", "rules": { "tags": ["present"] },
            "translations": { "de": { "title": "Geschenke" } } });
        self.post("/v1/shop/collections", &presents).await?;
        let sale = json!({ "title": "Mugs in autumn", "currency": "EUR" });
        let sale = self.post("/v1/shop/price-lists", &sale).await?;
        let prices: Vec<Value> = ["MUG-BLUE", "MUG-RED", "MUG-GREEN"]
            .iter()
            .map(|sku| json!({ "sku": sku, "tiers": [{ "min_quantity": 1, "amount": "990" }] }))
            .collect();
        let path = format!("/v1/shop/price-lists/{sale}/prices");
        self.callers.send(STAFF, Method::PUT, &path, &json!({ "prices": prices })).await?;
        let welcome = json!({ "title": "Welcome", "code": "WELCOME10", "uses_max_per_customer": 1,
            "effect": { "kind": "percentage", "rate": 100_000 } });
        self.post("/v1/shop/promotions", &welcome).await?;
        let free = json!({ "title": "Free shipping from 60 euros", "effect": { "kind": "free_shipping" },
            "conditions": { "subtotal_min": { "currency": "EUR", "amount": "6000" } } });
        self.post("/v1/shop/promotions", &free).await?;
        Ok(())
    }

    /// Orders that were made at the counter, over the weeks of the world.
    async fn past(&self) -> anyhow::Result<()> {
        let mut chance = Chance::new(7);
        let sold: Vec<_> = GOODS
            .iter()
            .flat_map(|good| good.variants)
            .filter(|it| it.stock > PAST_ORDERS / 2)
            .collect();
        let count = u32::try_from(sold.len())?;
        for number in 0..PAST_ORDERS {
            let days = DAYS - number * DAYS / PAST_ORDERS;
            let minutes = u64::from(chance.below(12 * 60));
            let ago = DAY * days - Duration::from_secs(minutes * 60);
            let first = chance.below(count);
            let second = (first + 1 + chance.below(count - 1)) % count;
            let mut line = |place: u32| {
                let quantity = 1 + chance.below(3);
                json!({ "sku": sold[place as usize].sku, "quantity": quantity })
            };
            let order = json!({
                "reference": format!("counter {}", number + 1), "currency": "EUR",
                "placed_at": self.now.saturating_sub(ago), "lines": [line(first), line(second)],
                "shipped": {},
            });
            self.post("/v1/shop/orders", &order).await?;
        }
        Ok(())
    }

    /// An order that is paid from a wallet, and what became of it.
    async fn order(
        &self,
        buyer: &str,
        items: &[Item],
        stage: Stage,
        method: &str,
    ) -> anyhow::Result<()> {
        let cart = json!({ "currency": "EUR" });
        let cart = self.callers.post(buyer, "/v1/shop/carts", &cart).await?;
        let path = format!("/v1/shop/carts/{cart}");
        let items: Vec<Value> = items
            .iter()
            .map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity }))
            .collect();
        self.callers.post(buyer, &format!("{path}/lines"), &json!({ "items": items })).await?;
        let address = json!({ "name": "At home", "street": "Lindenhof 4", "postcode": "1070",
            "city": "Wien", "country": "AT" });
        let way = json!({ "email": format!("{buyer}@demo.example"), "shipping_address": address,
            "shipping_method": method });
        self.callers.send(buyer, Method::PATCH, &path, &way).await?;
        let paid = json!({ "payments": [{ "kind": "wallet" }] });
        let complete = format!("{path}/complete");
        let order = self.callers.send(buyer, Method::POST, &complete, &paid).await?;
        let id = order["id"].as_str().context("an order has an id")?;
        if stage == Stage::Paid {
            return Ok(());
        }
        let parcel = json!({ "carrier": "Post", "tracking": "AT2026110042" });
        let parcel = self.post(&format!("/v1/shop/orders/{id}/shipments"), &parcel).await?;
        if stage == Stage::Sent {
            return Ok(());
        }
        let delivered = format!("/v1/shop/orders/{id}/shipments/{parcel}/deliver");
        self.callers.act(STAFF, &delivered).await?;
        if stage == Stage::ComesBack {
            let line = &order["lines"][0]["id"];
            let wish = json!({ "lines": [{ "line": line, "quantity": 1, "reason": "unwanted" }],
                "note": "One mug is enough for me." });
            self.callers.post(buyer, &format!("/v1/shop/orders/{id}/returns"), &wish).await?;
        }
        Ok(())
    }
}

fn product(good: &Good) -> Value {
    let variants: Vec<Value> = good
        .variants
        .iter()
        .map(|it| {
            let prices = json!([{ "currency": "EUR", "amount": it.price.to_string() }]);
            let mut variant = json!({ "sku": it.sku, "prices": prices, "weight_g": 400 });
            if let Some(option) = good.option {
                variant["title"] = json!(it.value);
                variant["options"] = json!({ option: it.value });
            }
            variant
        })
        .collect();
    let values: Vec<&str> = good.variants.iter().map(|it| it.value).collect();
    let options = good.option.map(|name| json!({ "name": name, "values": values }));
    json!({
        "handle": good.handle, "status": "active", "title": good.title[0],
        "description": good.description[0], "vendor": good.vendor, "tags": good.tags,
        "tax_class": good.tax_class, "categories": [good.category],
        "options": options.into_iter().collect::<Vec<_>>(), "variants": variants,
        "translations": { "de": { "title": good.title[1], "description": good.description[1] } },
    })
}
