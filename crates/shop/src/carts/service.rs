//! Making, filling and changing carts.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use identity::{Actor, Permission};
use kernel::{FieldError, Problem};

use super::access::Shopper;
use super::gate::Requirement;
use super::store::StoredCart;
use super::store::lines::{self, AddOutcome, Added, ChangeOutcome, LinePatch};
use super::view::CartView;
use super::{Address, Cart, CartStatus, store};
use crate::error::{Result, ShopError};
use crate::ids::{CartId, CartLineId, ShippingMethodId, VariantId};
use crate::promotions::http::read_code;
use crate::shop::Shop;
use crate::stock::{self, StockedVariant};

/// A variant by one of its names, and how many of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedItem {
    pub(crate) variant: WantedVariant,
    pub(crate) quantity: u32,
    pub(crate) gift_note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WantedVariant {
    Id(VariantId),
    Sku(String),
}

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct CartPatch {
    pub(crate) email: Option<Option<String>>,
    pub(crate) shipping_address: Option<Option<Address>>,
    pub(crate) billing_address: Option<Option<Address>>,
    pub(crate) shipping_method: Option<Option<ShippingMethodId>>,
    pub(crate) codes: Option<Vec<String>>,
    pub(crate) note: Option<Option<String>>,
}

impl CartPatch {
    fn applied_to(&self, it: Cart) -> Cart {
        let patch = self.clone();
        Cart {
            email: patch.email.unwrap_or(it.email),
            shipping_address: patch.shipping_address.unwrap_or(it.shipping_address),
            billing_address: patch.billing_address.unwrap_or(it.billing_address),
            shipping_method: patch.shipping_method.unwrap_or(it.shipping_method),
            codes: patch.codes.unwrap_or(it.codes),
            note: patch.note.unwrap_or(it.note),
            ..it
        }
    }
}

impl Shop {
    /// A new cart, or the open one that the user has in this currency. True if it is new.
    pub(crate) async fn create_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
        currency: &str,
        token_hash: Option<[u8; 32]>,
    ) -> Result<(CartView, bool), Problem> {
        let user = shopper.user(Permission::ShopWrite)?;
        self.books.currency(currency).await?;
        let client = self.database.client().await?;
        let new = Cart {
            id,
            user,
            token_hash: token_hash.filter(|_| user.is_none()).map(|hash| hash.to_vec()),
            currency: currency.to_owned(),
            email: None,
            shipping_address: None,
            billing_address: None,
            shipping_method: None,
            codes: Vec::new(),
            note: None,
            status: CartStatus::Open,
            order: None,
            reserved_until: None,
            reservation: 0,
            version: 1,
            created_at: self.clock.now(),
        };
        if let Some(rules_version) = store::insert(&client, &new).await? {
            let stored = StoredCart { cart: new, lines: Vec::new(), rules_version };
            return Ok((self.view(&client, stored).await?, true));
        }
        let known = match user {
            Some(user) => store::open_of_user(&client, user, currency).await?,
            None => None,
        };
        let stored = store::get(&client, known.unwrap_or(id)).await?;
        let own = |it: &StoredCart| shopper.owns(it.cart.user, it.cart.token_hash.as_deref());
        let stored = stored.filter(own).ok_or(ShopError::CartNotFound)?;
        Ok((self.view(&client, stored).await?, false))
    }

    /// The caller's cart.
    pub(crate) async fn own_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
        needed: Permission,
    ) -> Result<StoredCart, Problem> {
        let stored = store::get(&self.database.client().await?, id).await?;
        let stored = stored.ok_or(ShopError::CartNotFound)?;
        let cart = shopper.require_own(Some(stored.cart), needed)?;
        Ok(StoredCart { cart, ..stored })
    }

    pub(crate) async fn cart(&self, shopper: &Shopper, id: CartId) -> Result<CartView, Problem> {
        let stored = self.own_cart(shopper, id, Permission::ShopRead).await?;
        Ok(self.view(&self.database.client().await?, stored).await?)
    }

    /// The open carts of a user, the one that changed last first.
    pub(crate) async fn open_carts(
        &self,
        actor: &Actor,
        currency: Option<&str>,
    ) -> Result<Vec<CartView>, Problem> {
        actor.require(Permission::ShopRead)?;
        let user = actor.require_user()?;
        let client = self.database.client().await?;
        let mut views = Vec::new();
        for id in store::all_open_of_user(&client, user, currency).await? {
            if let Some(stored) = store::get(&client, id).await? {
                views.push(self.view(&client, stored).await?);
            }
        }
        Ok(views)
    }

    /// The caller's cart as it is after a change. What is held for it is held anew.
    async fn after_change(&self, cart: &Cart) -> Result<CartView> {
        if cart.is_reserved(self.clock.now()) {
            return self.reserve(cart.id).await;
        }
        let client = self.database.client().await?;
        let stored = store::get(&client, cart.id).await?.ok_or(ShopError::CartNotFound)?;
        self.view(&client, stored).await
    }

    /// Puts pieces into the caller's cart. Any number may do so at once.
    pub(crate) async fn add_to_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
        items: Vec<WantedItem>,
    ) -> Result<CartView, Problem> {
        let client = self.database.client().await?;
        // Each pair is one round trip: what is second is sent right behind.
        let (before, found) =
            tokio::try_join!(store::get(&client, id), variants_named(&client, &items))?;
        let before = before.map(|it| it.cart);
        let cart = shopper.require_own(before, Permission::ShopWrite)?;
        let added = added(items, &found)?;
        let now = self.clock.now();
        let (outcome, after) =
            tokio::try_join!(lines::add(&client, id, &added, now), store::get(&client, id))?;
        match outcome {
            AddOutcome::Added(_) if cart.is_reserved(now) => {
                drop(client);
                Ok(self.reserve(id).await?)
            }
            AddOutcome::Added(version) => {
                // The second was the faster one if the first had to be prepared.
                let after = match after.filter(|it| it.cart.version >= version) {
                    Some(after) => after,
                    None => store::get(&client, id).await?.ok_or(ShopError::CartNotFound)?,
                };
                Ok(self.view(&client, after).await?)
            }
            AddOutcome::Closed => Err(ShopError::CartNotOpen.into()),
            AddOutcome::TooManyLines => Err(ShopError::CartTooManyLines.into()),
            AddOutcome::TooManyPieces => Err(ShopError::CartTooManyPieces.into()),
        }
    }

    /// Changes a line; zero pieces remove it.
    pub(crate) async fn set_cart_line(
        &self,
        shopper: &Shopper,
        (id, line): (CartId, CartLineId),
        patch: &LinePatch,
    ) -> Result<CartView, Problem> {
        let cart = self.own_cart(shopper, id, Permission::ShopWrite).await?.cart;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::touch_in_tx(&tx, id, self.clock.now()).await?.is_none() {
            return Err(ShopError::CartNotOpen.into());
        }
        match lines::change_in_tx(&tx, id, line, patch).await? {
            ChangeOutcome::Changed => {}
            ChangeOutcome::Missing => return Err(ShopError::CartLineNotFound.into()),
            ChangeOutcome::TooManyPieces => return Err(ShopError::CartTooManyPieces.into()),
        }
        tx.commit().await?;
        drop(client);
        Ok(self.after_change(&cart).await?)
    }

    /// Writes what the buyer says. Fields that aren't given stay, also in a race.
    pub(crate) async fn update_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
        patch: CartPatch,
    ) -> Result<CartView, Problem> {
        const ATTEMPTS: usize = 20;
        for _ in 0..ATTEMPTS {
            let StoredCart { cart, lines, rules_version } = self.own_open(shopper, id).await?;
            let client = self.database.client().await?;
            let now = self.clock.now();
            let Some(cart) = store::update(&client, patch.applied_to(cart), now).await? else {
                continue;
            };
            if cart.is_reserved(now) {
                drop(client);
                return Ok(self.reserve(id).await?);
            }
            // It was at the version that was read, so its lines are what they were.
            return Ok(self.view(&client, StoredCart { cart, lines, rules_version }).await?);
        }
        Err(ShopError::CartChanged.into())
    }

    /// Whether a code would do something now.
    pub(crate) async fn require_code(&self, text: &str) -> Result<String> {
        let code = read_code(text).ok_or(ShopError::PromotionCodeUnknown)?;
        let client = self.database.client().await?;
        let version = crate::rules::store::version(&client).await?;
        let rules = self.rules.of_version(&client, version).await?;
        let found = rules.promotion_by_code(&code, self.clock.now());
        found.map(|_| code).ok_or(ShopError::PromotionCodeUnknown)
    }

    /// Holds stock for the caller's cart.
    pub(crate) async fn reserve_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
    ) -> Result<CartView, Problem> {
        self.own_open(shopper, id).await?;
        Ok(self.reserve(id).await?)
    }

    pub(crate) async fn release_cart(&self, shopper: &Shopper, id: CartId) -> Result<(), Problem> {
        self.own_open(shopper, id).await?;
        Ok(self.release(id).await?)
    }

    async fn own_open(&self, shopper: &Shopper, id: CartId) -> Result<StoredCart, Problem> {
        let stored = self.own_cart(shopper, id, Permission::ShopWrite).await?;
        match stored.cart.status {
            CartStatus::Open => Ok(stored),
            _ => Err(ShopError::CartNotOpen.into()),
        }
    }

    /// Gives a guest's cart to the user who signed in: what is in it goes into their open one.
    pub(crate) async fn claim_cart(
        &self,
        shopper: &Shopper,
        id: CartId,
    ) -> Result<CartView, Problem> {
        let user = shopper.user(Permission::ShopWrite)?;
        let user = user.ok_or(ShopError::CartClaimNeedsUser)?;
        let guest = self.own_open(shopper, id).await?.cart;
        if guest.user == Some(user) {
            return self.cart(shopper, id).await;
        }
        self.release(id).await?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let target = store::open_of_user(&tx, user, &guest.currency).await?;
        // The lower id first, so that two that cross don't wait for each other.
        let mut both = [Some(id), target];
        both.sort_unstable();
        for cart in both.into_iter().flatten() {
            if store::touch_in_tx(&tx, cart, now).await?.is_none() {
                return Err(ShopError::CartChanged.into());
            }
        }
        match target {
            None => store::give_in_tx(&tx, id, user).await?,
            Some(target) => {
                lines::merge_in_tx(&tx, id, target).await?;
                store::merged_in_tx(&tx, id).await?;
            }
        }
        tx.commit().await?;
        drop(client);
        self.cart(shopper, target.unwrap_or(id)).await
    }
}

/// The variants that are named by their SKUs.
async fn variants_named(
    client: &impl GenericClient,
    items: &[WantedItem],
) -> Result<Vec<StockedVariant>> {
    let skus = items.iter().filter_map(|item| match &item.variant {
        WantedVariant::Sku(sku) => Some(&**sku),
        WantedVariant::Id(_) => None,
    });
    let skus: Vec<&str> = skus.collect();
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    stock::store::by_skus(client, &skus).await
}

/// The lines to write: what is wanted twice is wanted together.
fn added(items: Vec<WantedItem>, found: &[StockedVariant]) -> Result<Vec<Added>> {
    let of_sku: BTreeMap<&str, VariantId> = found.iter().map(|it| (&*it.sku, it.id)).collect();
    let mut together: BTreeMap<(VariantId, String), u32> = BTreeMap::new();
    for item in items {
        let variant = match &item.variant {
            WantedVariant::Id(id) => *id,
            WantedVariant::Sku(sku) => {
                *of_sku.get(&**sku).ok_or_else(|| ShopError::SkuUnknown(sku.clone()))?
            }
        };
        let sum = together.entry((variant, item.gift_note)).or_default();
        *sum = sum.saturating_add(item.quantity);
    }
    let added = together.into_iter().map(|((variant, gift_note), quantity)| Added {
        id: CartLineId::generate(),
        variant,
        quantity: quantity.min(1_000_001),
        gift_note,
    });
    Ok(added.collect())
}

/// The refusal that names everything that is missing.
pub(crate) fn not_ready(requirements: &[Requirement]) -> Problem {
    let mut problem = Problem::from(ShopError::CartNotReady);
    for it in requirements {
        let pointer = it.line.map_or_else(|| "/".to_owned(), |line| format!("/lines/{line}"));
        problem = problem.with_field_error(FieldError {
            pointer,
            code: it.kind.code().into(),
            detail: it.kind.detail(),
        });
    }
    problem
}
