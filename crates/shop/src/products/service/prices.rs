//! Setting prices. This is their one writer.

use identity::Actor;
use kernel::http::IfMatch;
use serde_json::{Value, json};

use super::variant_index;
use crate::error::{Result, ShopError};
use crate::ids::{ProductId, VariantId};
use crate::products::{CURRENCIES_MAX, Tiers, store};
use crate::shop::Shop;

fn shown(tiers: Option<&Tiers>) -> Value {
    let Some(tiers) = tiers else { return Value::Null };
    tiers.0.iter().map(|(from, amount)| json!({ "from": from, "amount": amount })).collect()
}

impl Shop {
    /// Replaces a variant's prices in a currency, or takes them away. Answers with the product's
    /// new version.
    pub(crate) async fn set_prices(
        &self,
        actor: &Actor,
        (product, variant): (ProductId, VariantId),
        currency: &str,
        tiers: Option<Tiers>,
        expected: &IfMatch,
    ) -> Result<u32> {
        if tiers.is_some() {
            self.books.currency(currency).await?;
        }
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, expected).await?;
        let index = variant_index(&product, variant)?;
        let prices = &mut product.variants[index].prices;
        let before = prices.get(currency).cloned();
        if before == tiers {
            return Ok(product.version);
        }
        if before.is_none() && prices.len() >= CURRENCIES_MAX {
            return Err(ShopError::CurrenciesTooMany);
        }
        let now = self.clock.now();
        store::put_prices(&tx, variant, currency, tiers.as_ref(), now).await?;
        let data = json!({ "variant": variant, "currency": currency,
            "before": shown(before.as_ref()), "after": shown(tiers.as_ref()) });
        self.save_product(&tx, actor, &mut product, "shop.price.changed", data).await?;
        tx.commit().await?;
        Ok(product.version)
    }
}
