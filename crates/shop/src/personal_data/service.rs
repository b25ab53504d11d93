//! Export, the question before somebody leaves, and erasure. Whoever asks was let in by the caller.

use deadpool_postgres::GenericClient;
use identity::UserId;
use serde_json::{Value, json};

use super::store;
use crate::carts::store::StoredCart;
use crate::carts::{self, CartLine};
use crate::documents::http::DocumentJson;
use crate::error::{AfterSaleError, Result};
use crate::ids::OrderId;
use crate::orders::json::OrderJson;
use crate::returns::json::ReturnJson;
use crate::shop::Shop;
use crate::{documents, orders, returns};

impl Shop {
    /// All that is kept of a user here, for the user.
    pub async fn export_user(&self, user: UserId) -> Result<Value> {
        let client = self.database.client().await?;
        let mut stored = Vec::new();
        for id in store::carts(&client, user).await? {
            stored.extend(carts::store::get(&client, id).await?);
        }
        let (customer, groups) =
            tokio::try_join!(store::customer(&client, user), store::groups(&client, user))?;
        let ids = store::orders(&client, user).await?;
        drop(client);
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            orders.extend(self.exported_order(id).await?);
        }
        Ok(json!({
            "customer": customer,
            "customer_groups": groups,
            "carts": stored.iter().map(exported_cart).collect::<Vec<_>>(),
            "orders": orders,
        }))
    }

    /// An order with what became of it.
    async fn exported_order(&self, id: OrderId) -> Result<Option<Value>> {
        let client = self.database.client().await?;
        let Some(whole) = orders::store::whole(&client, id).await? else { return Ok(None) };
        let language = whole.order.language.clone();
        let cancellations = store::cancellations(&client, id).await?;
        let settlements = store::settlements(&client, id).await?;
        let returns = exported_returns(&client, id).await?;
        let documents = documents::store::of_order(&client, id).await?;
        drop(client);
        let mut order = json!(OrderJson::from(self.order_view(whole).await?));
        order["language"] = json!(language);
        order["cancellations"] = json!(cancellations);
        order["settlements"] = json!(settlements);
        order["returns"] = json!(returns);
        let documents: Vec<DocumentJson> = documents.into_iter().map(Into::into).collect();
        order["documents"] = json!(documents);
        Ok(Some(order))
    }

    /// Refuses, if the account must stay because an order is under way.
    pub async fn require_nothing_under_way(&self, user: UserId) -> Result<()> {
        match store::is_under_way(&self.database.client().await?, user).await? {
            true => Err(AfterSaleError::OrderUnderWay.into()),
            false => Ok(()),
        }
    }

    /// Erases who somebody was that has left. Invoices and credit notes stay as they were issued.
    /// Repeating it is harmless.
    pub async fn erase_user(&self, user: UserId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::erase_in_tx(&tx, user).await?;
        Ok(tx.commit().await?)
    }
}

async fn exported_returns(client: &impl GenericClient, id: OrderId) -> Result<Vec<ReturnJson>> {
    let all = returns::store::of_order(client, id).await?;
    Ok(all.into_iter().map(Into::into).collect())
}

fn exported_cart(it: &StoredCart) -> Value {
    let line = |line: &CartLine| {
        json!({
            "variant": line.variant, "quantity": line.quantity, "gift_note": line.gift_note,
        })
    };
    let cart = &it.cart;
    json!({
        "id": cart.id, "status": cart.status, "currency": cart.currency, "email": cart.email,
        "shipping_address": cart.shipping_address, "billing_address": cart.billing_address,
        "codes": cart.codes, "note": cart.note, "created_at": cart.created_at,
        "lines": it.lines.iter().map(line).collect::<Vec<_>>(),
    })
}
