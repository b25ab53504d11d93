//! A cart as it is at this moment: what its lines are and cost, what there is of them, what is
//! missing.

use std::sync::Arc;

use deadpool_postgres::GenericClient;
use hashbrown::HashMap;
use kernel::{Amount, Timestamp};

use super::gate::{self, Requirement};
use super::store::StoredCart;
use super::{Cart, CartLine, reservations};
use crate::error::Result;
use crate::ids::VariantId;
use crate::locations::Location;
use crate::pricing::{self, Basket, Item, Priced, ShippingMethod};
use crate::products::Sellable;
use crate::products::sellable::sellables;
use crate::rules::Rules;
use crate::shop::Shop;
use crate::stock::Levels;

/// A cart and all that follows from it.
#[derive(Clone, Debug)]
pub(crate) struct CartView {
    pub(crate) cart: Cart,
    pub(crate) rules: Arc<Rules>,
    pub(crate) lines: Vec<ViewLine>,
    /// The lines that can be sold, priced; none if that is out of any reason.
    pub(crate) priced: Option<Priced>,
    /// How it could be sent, and for how much.
    pub(crate) offers: Vec<(ShippingMethod, u128)>,
    pub(crate) requirements: Vec<Requirement>,
}

/// A line and what it is.
#[derive(Clone, Debug)]
pub(crate) struct ViewLine {
    pub(crate) line: CartLine,
    pub(crate) sellable: Option<Sellable>,
    /// Where it stands among the priced lines, if it can be sold.
    pub(crate) item: Option<usize>,
    /// How many can be had; none if no stock is kept of it.
    pub(crate) available: Option<u128>,
    pub(crate) levels: Option<Levels>,
}

impl CartView {
    pub(crate) fn needs_shipping(&self) -> bool {
        let sold = self.lines.iter().filter(|line| line.item.is_some());
        sold.filter_map(|line| line.sellable.as_ref()).any(|it| it.needs_shipping)
    }

    pub(crate) fn total(&self) -> u128 {
        self.priced.as_ref().map_or(0, |priced| priced.total)
    }
}

/// What staff says of a basket that was sold elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SoldElsewhere<'a> {
    /// What one piece of each line cost; the catalogue's price where nothing is said.
    pub(crate) prices: &'a [Option<Amount>],
    pub(crate) country: Option<&'a str>,
}

impl SoldElsewhere<'_> {
    /// A price that is given makes anything sellable: it was sold.
    fn put_prices(self, lines: &mut [ViewLine]) {
        for (line, price) in lines.iter_mut().zip(self.prices) {
            if let (Some(it), Some(price)) = (&mut line.sellable, price) {
                it.prices = vec![(1, *price)];
                it.is_for_sale = true;
            }
        }
    }
}

impl Shop {
    /// Everything about a cart that was read just now.
    pub(crate) async fn view(
        &self,
        client: &impl GenericClient,
        stored: StoredCart,
    ) -> Result<CartView> {
        self.view_of(client, stored, None).await
    }

    /// The same of a basket that was sold elsewhere: without promotions, at the prices that it had.
    pub(crate) async fn view_of(
        &self,
        client: &impl GenericClient,
        stored: StoredCart,
        elsewhere: Option<SoldElsewhere<'_>>,
    ) -> Result<CartView> {
        let StoredCart { cart, lines, rules_version } = stored;
        let rules = self.rules.of_version(client, rules_version).await?;
        let variants: Vec<VariantId> = lines.iter().map(|line| line.variant).collect();
        let (found, held) = if variants.is_empty() {
            Default::default()
        } else {
            tokio::try_join!(
                sellables(client, &variants, &cart.currency, cart.user, self.clock.now()),
                reservations::store::held(client, &cart, self.clock.now()),
            )?
        };
        let found: HashMap<VariantId, Sellable> =
            found.into_iter().map(|it| (it.variant, it)).collect();
        let mut lines: Vec<ViewLine> =
            lines.into_iter().map(|line| ViewLine::new(line, &found)).collect();
        if let Some(elsewhere) = elsewhere {
            elsewhere.put_prices(&mut lines);
        }
        let items = self.itemise(&mut lines);
        self.look_at_stock(client, &mut lines, (&rules.places, &held)).await?;
        let (priced, offers) = priced(&cart, &rules, &items, elsewhere, self.clock.now());
        let requirements = Vec::new();
        let mut view = CartView { cart, rules, lines, priced, offers, requirements };
        view.requirements = gate::requirements(&view);
        Ok(view)
    }

    /// The lines that can be sold, as pricing wants them.
    fn itemise(&self, lines: &mut [ViewLine]) -> Vec<Item> {
        let mut items = Vec::with_capacity(lines.len());
        for line in lines {
            let Some(it) = line.sellable.as_ref().filter(|it| it.is_for_sale) else { continue };
            let Some(unit_price) = it.unit_price(line.line.quantity) else { continue };
            line.item = Some(items.len());
            items.push(Item {
                variant: it.variant,
                product: it.product,
                tags: it.tags.clone(),
                tax_class: it.tax_class.clone(),
                weight_g: it.weight_g,
                needs_shipping: it.needs_shipping,
                quantity: line.line.quantity,
                unit_price: unit_price.get(),
            });
        }
        items
    }

    /// What there is of each line. What is held for this very cart is there for it; what lines of
    /// one variant want, they want together.
    async fn look_at_stock(
        &self,
        client: &impl GenericClient,
        lines: &mut [ViewLine],
        (places, held): (&[Location], &HashMap<VariantId, u128>),
    ) -> Result<()> {
        let is_tracked = |line: &&mut ViewLine| {
            line.item.is_some() && line.sellable.as_ref().is_some_and(|it| it.tracks_stock)
        };
        let tracked: Vec<&mut ViewLine> = lines.iter_mut().filter(is_tracked).collect();
        let asked: Vec<(String, u64)> = tracked
            .iter()
            .filter_map(|line| line.sellable.as_ref())
            .map(|it| (it.asset.clone(), it.backorder_max))
            .collect();
        let asked: Vec<(&str, u64)> = asked.iter().map(|(asset, max)| (&**asset, *max)).collect();
        let handles: Vec<&str> = places.iter().map(|place| &*place.handle).collect();
        let levels = self.books.levels(client, &asked, &handles).await?;
        let mut wanted: HashMap<VariantId, u128> = HashMap::new();
        for (line, levels) in tracked.into_iter().zip(levels) {
            let variant = line.line.variant;
            let before = wanted.entry(variant).or_default();
            let there = levels.sellable() + held.get(&variant).copied().unwrap_or(0);
            line.available = Some(there.saturating_sub(*before));
            *before += u128::from(line.line.quantity);
            line.levels = Some(levels);
        }
        Ok(())
    }
}

impl ViewLine {
    fn new(line: CartLine, found: &HashMap<VariantId, Sellable>) -> Self {
        let sellable = found.get(&line.variant).cloned();
        Self { line, sellable, item: None, available: None, levels: None }
    }
}

/// What the cart costs, and in which ways it could be sent.
fn priced(
    cart: &Cart,
    rules: &Rules,
    items: &[Item],
    elsewhere: Option<SoldElsewhere<'_>>,
    now: Timestamp,
) -> (Option<Priced>, Vec<(ShippingMethod, u128)>) {
    let promotions = match elsewhere {
        None => rules.promotions(&cart.codes, now),
        Some(_) => Vec::new(),
    };
    let said = elsewhere.and_then(|it| it.country);
    let basket = Basket {
        items,
        currency: &cart.currency,
        country: said.or_else(|| cart.country()),
        shipping: cart.shipping_method.and_then(|id| rules.shipping_method(id)),
        promotions: &promotions,
        taxes: &rules.taxes,
    };
    let subtotal = items.iter().map(Item::subtotal).sum();
    let offer = |method: &ShippingMethod| {
        let amount = pricing::shipping::quote(method, &basket, subtotal)?;
        Some((method.clone(), amount))
    };
    let offers = rules.shipping_methods.iter().filter_map(offer).collect();
    (pricing::price(&basket), offers)
}
