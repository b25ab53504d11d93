//! Sending parcels, and saying that they arrived.

use std::time::Duration;

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::bus::{cancel_in_tx, enqueue_in_tx, publish_in_tx};
use kernel::{Amount, Problem};

use super::plan::{self, NewShipment};
use super::{Shipment, ShipmentState, store};
use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::{OrderId, ShipmentId};
use crate::locations;
use crate::orders::jobs::{self, Flow};
use crate::orders::{self, OrderStatus, PaymentStatus, WholeOrder, status};
use crate::shop::Shop;

const FINISH_AFTER: Duration = Duration::from_secs(30);

impl Shop {
    /// Sends a parcel. The same id again comes to the same parcel.
    pub(crate) async fn ship_order(
        &self,
        actor: &Actor,
        order: OrderId,
        id: ShipmentId,
        new: &NewShipment,
    ) -> Result<Shipment, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let client = self.database.client().await?;
        let (known, places) =
            tokio::try_join!(store::one(&client, id), locations::store::list(&client))?;
        drop(client);
        if known.is_some() {
            return Ok(self.finish_shipment(id).await?);
        }
        if !places.iter().any(|place| place.handle == new.location) {
            return Err(ShopError::LocationNotFound.into());
        }
        self.settle_flows(order).await?;
        match self.write_shipment(actor, order, id, new).await {
            Ok((whole, shipment)) => Ok(Box::pin(self.send(whole, shipment)).await?),
            // Unless the same request came twice at once, and the other one was first.
            Err(error) => match self.finish_shipment(id).await {
                Err(ShopError::ShipmentNotFound) => Err(error.into()),
                finished => Ok(finished?),
            },
        }
    }

    async fn write_shipment(
        &self,
        actor: &Actor,
        order: OrderId,
        id: ShipmentId,
        new: &NewShipment,
    ) -> Result<(WholeOrder, Shipment)> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let whole = whole.filter(|it| it.order.placed_at.is_some());
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        orders::flows::require_settled_in_tx(&tx, order).await?;
        let shipment = plan::plan(&mut whole, id, new, now)?;
        let job = jobs::finish(Flow::Shipment(id)).at(now.saturating_add(FINISH_AFTER));
        let entry = NewEntry::new(actor.audit(), "shop.order.shipped").object(order);
        tokio::try_join!(
            store::insert_in_tx(&tx, &shipment),
            orders::store::put_holds_in_tx(&tx, order, &whole.holds),
            orders::store::update_lines_in_tx(&tx, &whole.lines),
            orders::store::update_payments_in_tx(&tx, &whole.payments, now),
            orders::store::update_in_tx(&tx, &whole.order, now),
            async { Ok(enqueue_in_tx(&tx, &*self.clock, &[job]).await?) },
            async { Ok(audit::record_in_tx(&tx, &*self.clock, &[entry]).await?) },
        )?;
        tx.commit().await?;
        Ok((whole, shipment))
    }

    /// Asks the ledger and records its answer, unless that was done.
    pub(crate) async fn finish_shipment(&self, id: ShipmentId) -> Result<Shipment> {
        let client = self.database.client().await?;
        let shipment = store::one(&client, id).await?.ok_or(ShopError::ShipmentNotFound)?;
        match shipment.state {
            ShipmentState::Pending => {}
            ShipmentState::Shipped => return Ok(shipment),
            ShipmentState::Refused => return Err(ShopError::ShipmentNotInStock),
        }
        let whole = orders::store::whole(&client, shipment.order).await?;
        let whole = whole.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        Box::pin(self.send(whole, shipment)).await
    }

    /// The order is as it was when the parcel was written: until the ledger has answered nothing else
    /// is done with it.
    async fn send(&self, whole: WholeOrder, shipment: Shipment) -> Result<Shipment> {
        let is_sent = self.books.ship(&whole, &shipment).await?;
        self.record_shipment(whole, &shipment, is_sent).await?;
        match is_sent {
            true => Ok(Shipment { state: ShipmentState::Shipped, ..shipment }),
            false => Err(ShopError::ShipmentNotInStock),
        }
    }

    async fn record_shipment(
        &self,
        whole: WholeOrder,
        shipment: &Shipment,
        is_sent: bool,
    ) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_known_in_tx(&tx, whole).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let state = if is_sent { ShipmentState::Shipped } else { ShipmentState::Refused };
        if !store::settle_in_tx(&tx, shipment.id, state).await? {
            return Ok(());
        }
        if !is_sent {
            take_back(&mut whole, shipment);
            orders::store::put_holds_in_tx(&tx, whole.order.id, &whole.holds).await?;
            orders::store::update_lines_in_tx(&tx, &whole.lines).await?;
            orders::store::update_payments_in_tx(&tx, &whole.payments, now).await?;
        }
        let job = shipment.id.to_string();
        let (_, status) = tokio::try_join!(
            async { Ok(cancel_in_tx(&tx, jobs::FINISH, &job).await?) },
            self.status_in_tx(&tx, &whole),
        )?;
        whole.order.status = status;
        orders::store::update_in_tx(&tx, &whole.order, now).await?;
        if is_sent {
            self.issue_invoice_in_tx(&tx, &whole, shipment).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The status of an order whose rows are as they are now.
    pub(crate) async fn status_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        whole: &WholeOrder,
    ) -> Result<OrderStatus> {
        let due = whole.order.total.get() - whole.order.cancelled_total.get();
        let shipments = store::of_order(tx, whole.order.id).await?;
        let sent = shipments.iter().filter(|it| it.state == ShipmentState::Shipped);
        let is_delivered =
            sent.clone().count() > 0 && sent.clone().all(|it| it.delivered_at.is_some());
        let order = &whole.order;
        Ok(status::of(order.state, &whole.lines, &whole.payments, (due, is_delivered)))
    }

    /// A parcel arrived. Repeating it is harmless.
    pub(crate) async fn deliver_shipment(
        &self,
        actor: &Actor,
        order: OrderId,
        id: ShipmentId,
    ) -> Result<Shipment, Problem> {
        actor.require(Permission::OrdersWrite)?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let found = store::one(&tx, id).await?.filter(|it| it.order == order);
        let shipment = found.ok_or(ShopError::ShipmentNotFound)?;
        if shipment.state != ShipmentState::Shipped {
            return Err(ShopError::ShipmentNotInStock.into());
        }
        if store::delivered_in_tx(&tx, id, now).await? {
            let before = whole.order.status;
            whole.order.status = self.status_in_tx(&tx, &whole).await?;
            orders::store::update_in_tx(&tx, &whole.order, now).await?;
            if before != whole.order.status && whole.order.status == OrderStatus::Delivered {
                publish_in_tx(&tx, &*self.clock, &[events::delivered(&whole.order)]).await?;
            }
            let entry = NewEntry::new(actor.audit(), "shop.order.delivered").object(order);
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        let found = store::one(&tx, id).await?;
        tx.commit().await?;
        Ok(found.ok_or(ShopError::ShipmentNotFound)?)
    }
}

/// The order as it is without a parcel that came to nothing.
fn take_back(whole: &mut WholeOrder, shipment: &Shipment) {
    let less = |all: &mut Amount, part: u128| *all = Amount::new(all.get() - part);
    let mut worth = shipment.shipping_net.get() + shipment.shipping_tax.get();
    for it in &shipment.lines {
        let earned = it.net.get() + it.tax.get();
        worth += earned;
        if let Some(line) = whole.lines.iter_mut().find(|line| line.id == it.line) {
            line.shipped -= it.quantity;
            less(&mut line.earned, earned);
        }
    }
    less(&mut whole.order.earned, worth);
    for capture in &shipment.captures {
        if let Some(payment) = whole.payments.iter_mut().find(|it| it.id == capture.payment) {
            less(&mut payment.captured, capture.amount.get());
            payment.status = PaymentStatus::Authorized;
        }
    }
    plan::put_back(whole, shipment);
}
