//! Completing carts, and looking at orders.

use identity::{Actor, Permission};
use kernel::audit::{self, NewEntry};
use kernel::{Amount, Problem, Timestamp};
use payments::NextActionJson;

use super::book::PlacingRefusal;
use super::placing::Placing;
use super::plan;
use super::store::{self, OrderFilter};
use super::{Order, WholeOrder};
use crate::carts::access::Shopper;
use crate::carts::service::not_ready;
use crate::carts::{CartStatus, reservations};
use crate::error::{Result, ShopError};
use crate::ids::{CartId, OrderId, OrderPaymentId};
use crate::order_payments::PaymentWish;
use crate::order_payments::charging::charge_id;
use crate::reads::ORDERS_LAG;
use crate::refunds::Refund;
use crate::shipments::Shipment;
use crate::shop::Shop;
use crate::{refunds, shipments};

/// So often a race with other buyers is tried again.
const ATTEMPTS: usize = 8;

/// What a buyer says when a cart becomes an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Completion {
    pub(crate) payments: Vec<PaymentWish>,
    /// What the buyer was shown; another total is refused.
    pub(crate) total_shown: Option<Amount>,
    /// In which language the buyer reads.
    pub(crate) language: Option<String>,
}

/// An order with everything about it.
#[derive(Debug)]
pub(crate) struct OrderView {
    pub(crate) whole: WholeOrder,
    pub(crate) shipments: Vec<Shipment>,
    pub(crate) refunds: Vec<Refund>,
    /// What holders of cards have to do.
    pub(crate) actions: Vec<(OrderPaymentId, NextActionJson)>,
}

impl Shop {
    /// Makes an order of the caller's cart. Once it is one, the answer is that order, whatever the
    /// request says. True if this request did it.
    pub(crate) async fn complete_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
        completion: &Completion,
    ) -> Result<(WholeOrder, bool), Problem> {
        let mut wanted = None;
        for _ in 0..ATTEMPTS {
            let stored = self.own_cart(shopper, id, Permission::ShopWrite).await?;
            if let (CartStatus::Completed, Some(order)) = (stored.cart.status, stored.cart.order) {
                match self.finish_placing(order).await? {
                    Placing::Placed(whole) => return Ok((*whole, false)),
                    // It came to nothing, and the cart is open again.
                    _ => continue,
                }
            }
            if stored.cart.status != CartStatus::Open {
                return Err(ShopError::CartNotOpen.into());
            }
            let client = self.database.client().await?;
            let view = self.view(&client, stored).await?;
            let held = match view.cart.is_reserved(self.clock.now()) {
                true => reservations::store::list(&client, id).await?,
                false => Vec::new(),
            };
            drop(client);
            if !view.requirements.is_empty() {
                return Err(not_ready(&view.requirements));
            }
            let total = Amount::new(view.total());
            if completion.total_shown.is_some_and(|shown| shown != total) {
                return Err(ShopError::CartTotalChanged(total).into());
            }
            let scale = self.books.currency(&view.cart.currency).await?.scale;
            let now = self.clock.now();
            // Once, and not for a cart that can't become an order: cards go to their provider.
            let wanted = match &mut wanted {
                Some(wanted) => wanted,
                none => none.insert(self.prepare_payments(shopper, &completion.payments).await?),
            };
            let mut new = plan::of_cart(OrderId::generate(), &view, &held, wanted, (scale, now))?;
            new.order.language.clone_from(&completion.language);
            self.check_cards(&new.payments, &new.order.currency).await?;
            match self.place(new).await? {
                Placing::Placed(whole) => return Ok((*whole, true)),
                Placing::CartChanged | Placing::Refused(PlacingRefusal::Goods) => {}
                Placing::Refused(PlacingRefusal::Release) => {}
                Placing::Refused(refusal) => return Err(refused(&refusal).into()),
            }
        }
        Err(ShopError::CartChanged.into())
    }

    /// One of the caller's own orders, or for staff anybody's.
    pub(crate) async fn order(&self, shopper: &Shopper, id: OrderId) -> Result<OrderView, Problem> {
        let whole = self.readable_order(shopper, id, || ShopError::OrderNotFound).await?;
        let is_own = self.is_own_order(shopper, &whole.order);
        let view = self.order_view(whole).await?;
        Ok(if is_own { view } else { OrderView { actions: Vec::new(), ..view } })
    }

    /// The view of an order that was placed just now: nothing of it was sent or went back yet.
    pub(super) async fn new_order_view(&self, whole: WholeOrder) -> Result<OrderView> {
        let actions = self.actions(&whole).await?;
        Ok(OrderView { whole, shipments: Vec::new(), refunds: Vec::new(), actions })
    }

    pub(crate) async fn order_view(&self, whole: WholeOrder) -> Result<OrderView> {
        let client = self.database.client().await?;
        let (shipments, refunds) = tokio::try_join!(
            shipments::store::of_order(&client, whole.order.id),
            refunds::store::of_order(&client, whole.order.id),
        )?;
        drop(client);
        let actions = self.actions(&whole).await?;
        Ok(OrderView { whole, shipments, refunds, actions })
    }

    /// Whoever knows them can confirm a payment.
    async fn actions(&self, whole: &WholeOrder) -> Result<Vec<(OrderPaymentId, NextActionJson)>> {
        let mut actions = Vec::new();
        for payment in whole.open_cards() {
            let charge = self.payments.charge(charge_id(payment.id)).await?;
            let action = charge.and_then(|it| NextActionJson::of(&self.payments, &it));
            actions.extend(action.map(|action| (payment.id, action)));
        }
        Ok(actions)
    }

    /// The caller's own orders, the newest first.
    pub(crate) async fn own_orders(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, OrderId)>,
        limit: i64,
    ) -> Result<Vec<Order>, Problem> {
        actor.require(Permission::ShopRead)?;
        let user = Some(actor.require_user()?);
        let filter = OrderFilter { user, ..OrderFilter::default() };
        let list = |client| {
            let filter = filter.clone();
            async move { store::list(&client, &filter, after, limit).await }
        };
        Ok(self.read_within(ORDERS_LAG, list).await?)
    }

    /// Everybody's orders, for staff, the newest first.
    pub(crate) async fn all_orders(
        &self,
        actor: &Actor,
        filter: &OrderFilter,
        after: Option<(Timestamp, OrderId)>,
        limit: i64,
    ) -> Result<Vec<Order>, Problem> {
        actor.require(Permission::OrdersRead)?;
        let entry = NewEntry::new(actor.audit(), "shop.orders.viewed");
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(store::list(&self.database.client().await?, filter, after, limit).await?)
    }
}

fn refused(refusal: &PlacingRefusal) -> ShopError {
    match refusal {
        PlacingRefusal::Funds => ShopError::PaymentFundsInsufficient,
        PlacingRefusal::NoAccount => ShopError::PaymentAccountMissing,
        PlacingRefusal::UsedUp(_) => ShopError::PromotionUsedUp,
        PlacingRefusal::Goods | PlacingRefusal::Release => ShopError::CartChanged,
    }
}
