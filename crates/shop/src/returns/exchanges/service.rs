//! Approving a return with something to be sent instead: the other order is written down together
//! with the decision, placed in the ledger, and the return is approved; or it waits again, because
//! what is wanted isn't there. Each step may be cut off and taken again.

use std::time::Duration;

use hashbrown::HashMap;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit;
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};
use serde_json::json;

use super::{Exchange, ExchangeItem, paying, plan};
use crate::carts::service::{WantedItem, WantedVariant};
use crate::carts::view::SoldElsewhere;
use crate::error::{AfterSaleError, Result, ShopError};
use crate::events;
use crate::ids::{OrderId, OrderRefundId, ReturnId, VariantId};
use crate::orders::jobs::{self, Flow};
use crate::orders::placing::Placing;
use crate::orders::plan::NewOrder;
use crate::orders::{self, Order, WholeOrder, flows};
use crate::products::sellable::sellables;
use crate::refunds::plan::NewRefund;
use crate::refunds::service::Refunding;
use crate::returns::plan::worth;
use crate::returns::service::noted;
use crate::returns::{Return, ReturnState, store};
use crate::rules;
use crate::shop::Shop;
use crate::stock;

const FINISH_AFTER: Duration = Duration::from_secs(30);

const fn missing() -> ShopError {
    ShopError::AfterSale(AfterSaleError::ReturnNotFound)
}

/// How staff approves a return with an exchange.
pub(in crate::returns) struct Approval {
    pub(in crate::returns) reason: Option<String>,
    pub(in crate::returns) at_once: bool,
}

impl Shop {
    /// What is wanted instead, if all of it is sold in this currency.
    pub(in crate::returns) async fn wanted_exchange(
        &self,
        order: &Order,
        items: &[WantedItem],
    ) -> Result<Option<Exchange>> {
        if items.is_empty() {
            return Ok(None);
        }
        let client = self.database.client().await?;
        let sku = |item: &WantedItem| match &item.variant {
            WantedVariant::Sku(sku) => Some(sku.clone()),
            WantedVariant::Id(_) => None,
        };
        let skus: Vec<String> = items.iter().filter_map(sku).collect();
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        let known = stock::store::by_skus(&client, &skus).await?;
        let known: HashMap<&str, VariantId> = known.iter().map(|it| (&*it.sku, it.id)).collect();
        let variant = |item: &WantedItem| match &item.variant {
            WantedVariant::Id(id) => Ok(*id),
            WantedVariant::Sku(sku) => {
                let found = known.get(&**sku).copied();
                found.ok_or_else(|| ShopError::SkuUnknown(sku.clone()))
            }
        };
        let variants = items.iter().map(variant).collect::<Result<Vec<VariantId>>>()?;
        let now = self.clock.now();
        let found = sellables(&client, &variants, &order.currency, order.user, now).await?;
        let mut wanted: Vec<ExchangeItem> = Vec::with_capacity(items.len());
        for (variant, item) in variants.into_iter().zip(items) {
            let it = found.iter().find(|it| it.variant == variant);
            let it = it.ok_or(ShopError::VariantNotFound)?;
            let is_sold = it.is_for_sale && it.unit_price(item.quantity).is_some();
            if !is_sold || wanted.iter().any(|known| known.variant == variant) {
                return Err(AfterSaleError::ExchangeUnavailable.into());
            }
            wanted.push(ExchangeItem { variant, sku: it.sku.clone(), quantity: item.quantity });
        }
        Ok(Some(Exchange { items: wanted, order: None, at_once: false }))
    }

    /// Approves a return, and holds what is sent instead. Repeating it is harmless.
    pub(in crate::returns) async fn approve_exchange(
        &self,
        actor: &Actor,
        id: ReturnId,
        approval: &Approval,
    ) -> Result<Return, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let client = self.database.client().await?;
        let order = store::one(&client, id).await?.ok_or_else(missing)?.order;
        drop(client);
        self.settle_flows(order).await?;
        let client = self.database.client().await?;
        let it = store::one(&client, id).await?.ok_or_else(missing)?;
        let whole = orders::store::whole(&client, order).await?.ok_or_else(missing)?;
        drop(client);
        match it.state {
            ReturnState::Requested => {}
            ReturnState::Approved => return Ok(it),
            state => return Err(AfterSaleError::ReturnState(state.as_str()).into()),
        }
        let new = self.plan_exchange(&whole, &it).await?;
        self.write_approval(actor, id, &new, approval).await?;
        self.finish_return(id).await?;
        let it = store::one(&self.database.client().await?, id).await?.ok_or_else(missing)?;
        match it.state {
            // Somebody else was faster with the goods.
            ReturnState::Requested => Err(AfterSaleError::ExchangeNotHeld.into()),
            _ => Ok(it),
        }
    }

    /// The order as it would be placed at this moment.
    async fn plan_exchange(&self, whole: &WholeOrder, it: &Return) -> Result<NewOrder> {
        let exchange = it.exchange.as_ref().ok_or(ShopError::Corrupt("an exchange"))?;
        let client = self.database.client().await?;
        let (first, now) = (&whole.order, self.clock.now());
        let version = rules::store::version(&client).await?;
        let stored = plan::basket(first, exchange, version, now);
        let prices = vec![None; exchange.items.len()];
        let country = first.country.as_deref();
        let elsewhere = SoldElsewhere { prices: &prices, country };
        let view = self.view_of(&client, stored, Some(elsewhere)).await?;
        drop(client);
        let credit: u128 = worth(whole, it).iter().map(|(_, amount)| amount.get()).sum();
        plan::order(first, it, &view, credit, (first.scale, now))
    }

    /// The decision, the other order and the job that finishes both: one transaction.
    async fn write_approval(
        &self,
        actor: &Actor,
        id: ReturnId,
        new: &NewOrder,
        approval: &Approval,
    ) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (whole, mut it) = crate::returns::service::locked(&tx, id).await?;
        if it.state != ReturnState::Requested {
            return Err(AfterSaleError::ReturnState(it.state.as_str()).into());
        }
        flows::require_settled_in_tx(&tx, whole.order.id).await?;
        if self.write_order_in_tx(&tx, new).await?.is_none() {
            return Err(ShopError::OrderBusy);
        }
        it.state = ReturnState::Approving;
        it.decision.clone_from(&approval.reason);
        it.decided_at = Some(now);
        if let Some(exchange) = &mut it.exchange {
            (exchange.order, exchange.at_once) = (Some(new.order.id), approval.at_once);
        }
        store::change_in_tx(&tx, &it, ReturnState::Requested).await?;
        let job = jobs::finish(Flow::Return(id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        let data = json!({ "exchange": new.order.id, "at_once": approval.at_once });
        let mut entry = noted(actor, "shop.return.approved", &whole.order).object(id).data(data);
        entry.reason.clone_from(&approval.reason);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await?)
    }

    /// Places the other order and records it, unless that was done.
    pub(in crate::returns) async fn finish_approving(&self, it: Return) -> Result<()> {
        let exchange = it.exchange.as_ref().and_then(|exchange| exchange.order);
        let exchange = exchange.ok_or(ShopError::Corrupt("the order of an exchange"))?;
        let is_held = matches!(self.finish_placing(exchange).await?, Placing::Placed(_));
        let refund = self.record_approval(it.id, exchange, is_held).await?;
        if let Some(refund) = refund {
            match self.finish_refund(refund).await {
                // The return is approved all the same; the refund says that it was refused.
                Ok(_) | Err(ShopError::RefundRefused) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn record_approval(
        &self,
        id: ReturnId,
        exchange: OrderId,
        is_held: bool,
    ) -> Result<Option<OrderRefundId>> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = store::one(&tx, id).await?.ok_or_else(missing)?;
        let whole = orders::store::lock_in_tx(&tx, found.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let mut it = store::one(&tx, id).await?.ok_or_else(missing)?;
        if it.state != ReturnState::Approving {
            return Ok(None);
        }
        cancel_in_tx(&tx, jobs::FINISH, &id.to_string()).await?;
        if is_held {
            it.state = ReturnState::Approved;
            it.refund = self.pay_at_once_in_tx(&tx, &mut whole, &it, exchange).await?;
            publish_in_tx(&tx, &*self.clock, &[events::returned(&whole, &it)]).await?;
        } else {
            (it.state, it.decision, it.decided_at) = (ReturnState::Requested, None, None);
            if let Some(exchange) = &mut it.exchange {
                (exchange.order, exchange.at_once) = (None, false);
            }
        }
        store::change_in_tx(&tx, &it, ReturnState::Approving).await?;
        tx.commit().await?;
        Ok(it.refund)
    }

    /// What the return pays before its goods arrived, if staff wants that.
    async fn pay_at_once_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        whole: &mut WholeOrder,
        it: &Return,
        exchange: OrderId,
    ) -> Result<Option<OrderRefundId>> {
        if !it.exchange.as_ref().is_some_and(|exchange| exchange.at_once) {
            return Ok(None);
        }
        let other = orders::store::lock_in_tx(tx, exchange).await?;
        let credit = paying::credit(&other.ok_or(ShopError::OrderNotFound)?.order);
        let lines = worth(whole, it);
        if credit == 0 || lines.is_empty() {
            return Ok(None);
        }
        let reason = Some(format!("return {}", it.id));
        let refunding = Refunding {
            id: OrderRefundId::generate(),
            new: NewRefund { lines, reason, ..NewRefund::default() },
            exchange: Some((exchange, credit)),
            now: self.clock.now(),
        };
        self.refund_in_tx(tx, None, whole, &refunding).await?;
        Ok(Some(refunding.id))
    }
}
