//! Writing orders down for others.

use hashbrown::HashMap;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::NewEntry;

use super::{StaffOrder, plan};
use crate::carts::view::SoldElsewhere;
use crate::error::{Result, ShopError};
use crate::ids::{OrderId, ShipmentId, transfer_id};
use crate::locations;
use crate::orders::book::PlacingRefusal;
use crate::orders::placing::Placing;
use crate::orders::plan::NewOrder;
use crate::orders::{WholeOrder, store};
use crate::rules;
use crate::shipments::plan::NewShipment;
use crate::shop::Shop;
use crate::stock;

/// So often a race with buyers is tried again.
const ATTEMPTS: usize = 8;

impl Shop {
    /// Places the order, paid elsewhere, and sends it if that was done. The same id or the same
    /// reference again comes to the same order. True if this request placed it.
    pub(crate) async fn create_staff_order(
        &self,
        actor: &Actor,
        id: OrderId,
        new: &StaffOrder,
    ) -> Result<(WholeOrder, bool), Problem> {
        actor.require(Permission::OrdersWrite)?;
        let (whole, is_new) = self.place_staff_order(actor, id, new).await?;
        let Some(location) = &new.shipped_from else { return Ok((whole, is_new)) };
        if whole.lines.iter().all(|line| line.open() == 0) {
            return Ok((whole, is_new));
        }
        let id = whole.order.id;
        let parcel = NewShipment {
            location: location.clone(),
            shipped_at: new.placed_at,
            ..NewShipment::default()
        };
        let shipment = ShipmentId::from_u128(transfer_id(id.as_u128(), "sent at once", 0));
        self.ship_order(actor, id, shipment, &parcel).await?;
        let whole = store::whole(&self.database.client().await?, id).await?;
        Ok((whole.ok_or(ShopError::OrderNotFound)?, is_new))
    }

    async fn place_staff_order(
        &self,
        actor: &Actor,
        id: OrderId,
        new: &StaffOrder,
    ) -> Result<(WholeOrder, bool)> {
        for attempt in 0..ATTEMPTS {
            if let Some(known) = self.known_staff_order(id, new).await? {
                match self.finish_placing(known).await? {
                    Placing::Placed(whole) => return Ok((*whole, false)),
                    Placing::Refused(_) | Placing::CartChanged => {
                        return Err(ShopError::OrderNotOpen);
                    }
                }
            }
            // What the ledger refused stays refused under its id.
            let id = if attempt == 0 { id } else { OrderId::generate() };
            let mut order = self.plan_staff_order(id, new).await?;
            let entry = NewEntry::new(actor.audit(), "shop.order.created").object(id);
            order.entry = Some(entry);
            match self.place(order).await? {
                Placing::Placed(whole) => return Ok((*whole, true)),
                Placing::Refused(PlacingRefusal::Goods) | Placing::CartChanged => {}
                Placing::Refused(_) => return Err(ShopError::PaymentAccountMissing),
            }
        }
        Err(ShopError::OrderBusy)
    }

    /// The order with this id or reference, unless it came to nothing.
    async fn known_staff_order(&self, id: OrderId, new: &StaffOrder) -> Result<Option<OrderId>> {
        let client = self.database.client().await?;
        store::known(&client, id, new.reference.as_deref()).await
    }

    async fn plan_staff_order(&self, id: OrderId, new: &StaffOrder) -> Result<NewOrder> {
        let client = self.database.client().await?;
        let skus: Vec<&str> = new.lines.iter().map(|line| &*line.sku).collect();
        let found = stock::store::by_skus(&client, &skus).await?;
        let variants: HashMap<_, _> = found.into_iter().map(|it| (it.sku, it.id)).collect();
        let version = rules::store::version(&client).await?;
        let now = self.clock.now();
        let stored = plan::basket(new, &variants, version, now)?;
        let prices: Vec<_> = new.lines.iter().map(|line| line.unit_price).collect();
        let elsewhere = SoldElsewhere { prices: &prices, country: new.country.as_deref() };
        let view = self.view_of(&client, stored, Some(elsewhere)).await?;
        drop(client);
        let scale = self.books.currency(&new.currency).await?.scale;
        plan::order(id, new, &view, (scale, now))
    }

    /// Whether there is such a place.
    pub(super) async fn require_location(&self, handle: &str) -> Result<()> {
        let places = locations::store::list(&self.database.client().await?).await?;
        let is_there = places.iter().any(|place| place.handle == handle);
        if is_there { Ok(()) } else { Err(ShopError::LocationNotFound) }
    }
}
