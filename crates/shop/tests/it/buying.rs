//! What tests of carts and orders have in common: goods on the shelf, money in a wallet, a buyer.

use axum::http::Method;
use identity::UserId;
use ledger::engine::{AccountDetails, Limits, NewAccount, NewTransfer};
use ledger::{AccountKey, Ledger};
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process, World, actor};

pub(crate) const ADDRESS_AT: &str =
    r#"{"name":"Ann","street":"Ring 1","postcode":"1010","city":"Wien","country":"AT"}"#;

/// Who shops: a user, or a guest with a token.
#[derive(Clone, Debug)]
pub(crate) enum Buyer {
    User(UserId),
    Guest(String),
}

impl World {
    /// Gives a user a wallet with so many cents.
    pub(crate) async fn fund(&self, user: UserId, cents: u64) {
        self.open_money(user.account_id("EUR"), user.account_address("EUR"), Some(0)).await;
        let source = 0xf00d;
        self.open_money(source, "test/source/EUR".to_owned(), None).await;
        if cents > 0 {
            let asset = self.ledger.asset("EUR").await.unwrap().unwrap().no;
            let new = NewTransfer {
                id: UserId::generate().as_u128(),
                debit_account: source,
                credit_account: user.account_id("EUR"),
                amount: cents.into(),
                asset,
                code: 207,
                ..NewTransfer::default()
            };
            let made = self.ledger.create_transfers(vec![new]).await.unwrap();
            assert!(made[0].status.is_success(), "{made:?}");
        }
    }

    async fn open_money(&self, id: u128, address: String, floor: Option<i128>) {
        let asset = self.ledger.asset("EUR").await.unwrap().unwrap().no;
        let details = AccountDetails { address: Some(address.into()), ..AccountDetails::default() };
        let limits = Limits { floor, ceiling: None };
        let new = NewAccount { id, asset, code: 100, limits, details, ..NewAccount::default() };
        assert!(self.ledger.create_accounts(vec![new]).await.unwrap()[0].is_success());
    }

    /// What an account holds, pending left out.
    pub(crate) async fn posted(&self, address: &str) -> i128 {
        posted(&self.ledger, AccountKey::Address(address)).await
    }

    /// What a user has, and what of it is held.
    pub(crate) async fn wallet(&self, user: UserId) -> (i128, u128) {
        let key = AccountKey::Id(user.account_id("EUR"));
        let held = self.ledger.account(key).await.unwrap().unwrap().balances.debits_pending;
        (posted(&self.ledger, key).await, held)
    }

    /// What lies in the main warehouse, and what of it is reserved.
    pub(crate) async fn shelf(&self, sku: &str) -> (i128, u128) {
        let address = format!("shop/stock/main/{sku}");
        let account = self.ledger.account(AccountKey::Address(&address)).await.unwrap();
        let reserved = account.map_or(0, |it| it.balances.debits_pending);
        (self.posted(&address).await, reserved)
    }
}

async fn posted(ledger: &Ledger, key: AccountKey<'_>) -> i128 {
    let account = ledger.account(key).await.unwrap();
    account.map_or(0, |it| {
        i128::try_from(it.balances.credits_posted).unwrap()
            - i128::try_from(it.balances.debits_posted).unwrap()
    })
}

impl Process {
    /// As a buyer.
    pub(crate) async fn buy(
        &self,
        buyer: &Buyer,
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        match buyer {
            Buyer::User(user) => self.json(Some(actor(*user)), method, path, &[], body).await,
            Buyer::Guest(token) => {
                self.json(None, method, path, &[("cart-token", token)], body).await
            }
        }
    }

    /// Puts pieces on the shelf.
    pub(crate) async fn receive(&self, sku: &str, pieces: u32) {
        let body = json!({ "kind": "receive", "items": [{ "sku": sku, "quantity": pieces }] });
        let made = self.staff_post("/v1/shop/stock/changes", body).await;
        assert_eq!(made.status, 201, "{made:?}");
    }

    /// A guest with a new cart.
    pub(crate) async fn guest(&self) -> (Buyer, String) {
        let made = self
            .json(None, Method::POST, "/v1/shop/carts", &[], json!({ "currency": "EUR" }))
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        let token = made.body["token"].as_str().expect("guests get a token").to_owned();
        (Buyer::Guest(token), made.id())
    }

    /// The open cart of a user.
    pub(crate) async fn cart_of(&self, user: UserId) -> (Buyer, String) {
        let buyer = Buyer::User(user);
        let made =
            self.buy(&buyer, Method::POST, "/v1/shop/carts", json!({ "currency": "EUR" })).await;
        assert!(made.status == 201 || made.status == 200, "{made:?}");
        (buyer, made.id())
    }

    pub(crate) async fn add(&self, buyer: &Buyer, cart: &str, sku: &str, pieces: u32) -> Answer {
        let body = json!({ "items": [{ "sku": sku, "quantity": pieces }] });
        self.buy(buyer, Method::POST, &format!("/v1/shop/carts/{cart}/lines"), body).await
    }

    /// Says everything that an order needs.
    pub(crate) async fn address(&self, buyer: &Buyer, cart: &str) -> Answer {
        let address: Value = serde_json::from_str(ADDRESS_AT).unwrap();
        let method = self.see("/v1/shop/shipping-methods").await.body["data"][0]["id"].clone();
        let body = json!({ "email": "ann@example.org", "shipping_address": address, "shipping_method": method });
        let said = self.buy(buyer, Method::PATCH, &format!("/v1/shop/carts/{cart}"), body).await;
        assert_eq!(said.status, 200, "{said:?}");
        said
    }

    /// Takes everything out of a cart that is open.
    pub(crate) async fn empty(&self, buyer: &Buyer, cart: &str) {
        let seen =
            self.buy(buyer, Method::GET, &format!("/v1/shop/carts/{cart}"), json!(null)).await;
        if seen.body["status"] != "open" {
            return;
        }
        for line in seen.body["lines"].as_array().unwrap() {
            let path = format!("/v1/shop/carts/{cart}/lines/{}", line["id"].as_str().unwrap());
            assert_eq!(self.buy(buyer, Method::DELETE, &path, json!(null)).await.status, 200);
        }
    }

    pub(crate) async fn complete(&self, buyer: &Buyer, cart: &str) -> Answer {
        let body = json!({ "payments": [{ "kind": "wallet" }] });
        self.buy(buyer, Method::POST, &format!("/v1/shop/carts/{cart}/complete"), body).await
    }

    /// A cart of a user that lacks nothing.
    pub(crate) async fn ready(&self, user: UserId, items: &[(&str, u32)]) -> (Buyer, String) {
        let (buyer, cart) = self.cart_of(user).await;
        for (sku, pieces) in items {
            let added = self.add(&buyer, &cart, sku, *pieces).await;
            assert_eq!(added.status, 200, "{added:?}");
        }
        let said = self.address(&buyer, &cart).await;
        assert_eq!(said.body["requirements"], json!([]), "{said:?}");
        (buyer, cart)
    }

    /// An order of a user that was placed.
    pub(crate) async fn placed(&self, user: UserId, items: &[(&str, u32)]) -> Answer {
        let (buyer, cart) = self.ready(user, items).await;
        let placed = self.complete(&buyer, &cart).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        placed
    }

    pub(crate) async fn order(&self, id: &str) -> Value {
        let order = self.staff_get(&format!("/v1/shop/orders/{id}")).await;
        assert_eq!(order.status, 200, "{order:?}");
        order.body
    }

    /// Sends everything that is open.
    pub(crate) async fn ship(&self, order: &str) -> Answer {
        self.staff_post(&format!("/v1/shop/orders/{order}/shipments"), json!({})).await
    }
}

impl App {
    /// What an order's account holds: what was paid and isn't earned.
    pub(crate) async fn in_the_order(&self, order: &str) -> i128 {
        self.world.posted(&format!("shop/orders/{order}")).await
    }

    /// A shop that sends by post for 4.90 and sells mugs for 12.50, of which there are so many; and
    /// Ann, who has 1,000 euros.
    pub(crate) async fn selling(mugs: u32) -> Self {
        let app = Self::start().await;
        let post = json!({ "handle": "post", "title": "Post", "rates": [{ "currency": "EUR", "amount": "490" }] });
        let made = app.process.staff_post("/v1/shop/shipping-methods", post).await;
        assert_eq!(made.status, 201, "{made:?}");
        app.process.product("mug", "MUG").await;
        if mugs > 0 {
            app.process.receive("MUG", mugs).await;
        }
        app.world.fund(ANN, 100_000).await;
        app
    }
}
