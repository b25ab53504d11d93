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
        let mut client = self.database.client().await?;
        if store::one(&client, id).await?.is_none() {
            let places = locations::store::list(&client).await?;
            if !places.iter().any(|place| place.handle == new.location) {
                return Err(ShopError::LocationNotFound.into());
            }
            drop(client);
            self.settle_flows(order).await?;
            let written = self.write_shipment(actor, order, id, new).await;
            // The same request came twice at once, and the other one was first.
            client = self.database.client().await?;
            if written.is_err() && store::one(&client, id).await?.is_none() {
                written?;
            }
        }
        drop(client);
        Ok(self.finish_shipment(id).await?)
    }

    async fn write_shipment(
        &self,
        actor: &Actor,
        order: OrderId,
        id: ShipmentId,
        new: &NewShipment,
    ) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, order).await?;
        let mut whole = whole.filter(|it| it.order.placed_at.is_some());
        let whole = whole.as_mut().ok_or(ShopError::OrderNotFound)?;
        orders::flows::require_settled_in_tx(&tx, order).await?;
        let shipment = plan::plan(whole, id, new, now)?;
        store::insert_in_tx(&tx, &shipment).await?;
        orders::store::put_holds_in_tx(&tx, order, &whole.holds).await?;
        orders::store::update_lines_in_tx(&tx, &whole.lines).await?;
        orders::store::update_payments_in_tx(&tx, &whole.payments, now).await?;
        orders::store::update_in_tx(&tx, &whole.order, now).await?;
        let job = jobs::finish(Flow::Shipment(id)).at(now.saturating_add(FINISH_AFTER));
        enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        let entry = NewEntry::new(actor.audit(), "shop.order.shipped").object(order);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        Ok(tx.commit().await?)
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
        let is_sent = self.books.ship(&whole, &shipment).await?;
        self.record_shipment(&shipment, is_sent).await?;
        match is_sent {
            true => Ok(Shipment { state: ShipmentState::Shipped, ..shipment }),
            false => Err(ShopError::ShipmentNotInStock),
        }
    }

    async fn record_shipment(&self, shipment: &Shipment, is_sent: bool) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let whole = orders::store::lock_in_tx(&tx, shipment.order).await?;
        let mut whole = whole.ok_or(ShopError::OrderNotFound)?;
        let state = if is_sent { ShipmentState::Shipped } else { ShipmentState::Refused };
        if !store::settle_in_tx(&tx, shipment.id, state).await? {
            return Ok(());
        }
        cancel_in_tx(&tx, jobs::FINISH, &shipment.id.to_string()).await?;
        if !is_sent {
            take_back(&mut whole, shipment);
            orders::store::put_holds_in_tx(&tx, whole.order.id, &whole.holds).await?;
            orders::store::update_lines_in_tx(&tx, &whole.lines).await?;
            orders::store::update_payments_in_tx(&tx, &whole.payments, now).await?;
        }
        whole.order.status = self.status_in_tx(&tx, &whole).await?;
        orders::store::update_in_tx(&tx, &whole.order, now).await?;
        if is_sent {
            let invoice = self.issue_invoice_in_tx(&tx, &whole, shipment).await?;
            let event = events::shipped(&whole, shipment, &invoice);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
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
