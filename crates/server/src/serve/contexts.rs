//! The contexts that this server serves: started in the order in which they depend on each other,
//! their edges and their background work put together.

use std::sync::Arc;

use admin::Admin;
use anyhow::Context as _;
use identity::{Identity, IdentityOptions};
use kernel::bus::{Bus, RunningBus};
use kernel::{Clock, Database, SystemClock, Vault};
use ledger::Ledger;
use notifications::{Notifications, NotificationsOptions, RunningFeed};
use oauth::{Oauth, OauthOptions};
use payments::{Payments, PaymentsOptions};
use shop::{Ground, RunningShop, Shop, ShopOptions};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use wallet::{Wallet, WalletOptions};

use super::cleanup;
use super::personal_data::{self, Erasure};
use crate::relay::{self, FirstLook, KafkaServers};

/// The facades. Clones share them.
#[derive(Clone)]
pub(crate) struct Contexts {
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) wallet: Wallet,
    pub(crate) payments: Payments,
    pub(crate) shop: Shop,
    pub(crate) notifications: Notifications,
    pub(crate) oauth: Oauth,
    pub(crate) admin: Admin,
}

/// Their background work.
pub(crate) struct Running {
    bus: RunningBus,
    feed: RunningFeed,
    shop: RunningShop,
    _first_look: Option<FirstLook>,
}

impl Running {
    /// Finishes what is under way, within bounds.
    pub(crate) async fn stop(self) {
        drop((self.feed, self.shop));
        self.bus.stop().await;
    }
}

/// How they behave.
#[derive(Clone, Default)]
pub(crate) struct ContextOptions {
    pub(crate) identity: IdentityOptions,
    pub(crate) wallet: WalletOptions,
    pub(crate) payments: PaymentsOptions,
    pub(crate) shop: ShopOptions,
    pub(crate) notifications: NotificationsOptions,
    pub(crate) oauth: OauthOptions,
}

impl Contexts {
    /// Starts all that stand on the ledger.
    pub(crate) async fn start(
        database: &Database,
        vault: &Vault,
        ledger: Ledger,
        options: ContextOptions,
    ) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (database, clock) = (|| database.clone(), || Arc::clone(&clock));
        let identity = Identity::start(database(), clock(), vault.clone(), options.identity)
            .await
            .context("identity could not start")?;
        let wallet =
            Wallet::start(database(), clock(), ledger.clone(), identity.clone(), options.wallet);
        let payments =
            Payments::start(database(), clock(), ledger.clone(), vault.clone(), options.payments)
                .await
                .context("payments could not start")?;
        let ground = Ground {
            database: database(),
            clock: clock(),
            vault: vault.clone(),
            ledger: ledger.clone(),
            payments: payments.clone(),
        };
        let shop = Shop::start(ground, options.shop).await.context("the shop could not start")?;
        let notifications = Notifications::start(
            database(),
            clock(),
            vault.clone(),
            identity.clone(),
            wallet.clone(),
            options.notifications,
        )
        .await
        .context("notifications could not start")?;
        let oauth =
            Oauth::start(database(), clock(), vault.clone(), identity.clone(), options.oauth)
                .await
                .context("oauth could not start")?;
        let admin =
            Admin::new(database(), clock(), ledger.clone(), identity.clone(), payments.clone());
        let contexts =
            Self { ledger, identity, wallet, payments, shop, notifications, oauth, admin };
        personal_data::connect(&contexts);
        Ok(contexts)
    }

    /// Starts the background work of all, and the relay of their events if there is where to.
    pub(crate) async fn run(
        &self,
        database: &Database,
        kafka: Option<&KafkaServers>,
    ) -> anyhow::Result<Running> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let bus = Bus::new(database.clone(), Arc::clone(&clock)).consumer(Erasure::of(self));
        let bus = cleanup::register(bus, database, &clock, &self.payments).await?;
        let bus = identity::workers(&self.identity).register(bus);
        let bus = wallet::workers(&self.wallet).register(bus);
        let bus = self.payments.register(bus);
        let bus = self.shop.register(bus);
        let bus = notifications::workers(&self.notifications).register(bus);
        let bus = self.oauth.register(bus);
        let bus = self.admin.register(bus);
        let (bus, first_look) = match kafka {
            None => (bus, None),
            Some(servers) => {
                let (bus, look) = relay::register(bus, database, &clock, servers).await?;
                (bus, Some(look))
            }
        };
        let feed = self.notifications.start_feed();
        Ok(Running { bus: bus.start(), feed, shop: self.shop.run(), _first_look: first_look })
    }

    /// Ends what runs beside requests and the bus; the ledger is stopped apart.
    pub(crate) fn stop(&self) {
        self.identity.stop();
        self.notifications.stop();
    }

    /// The routes of all contexts.
    pub(crate) fn rest(&self) -> OpenApiRouter {
        OpenApiRouter::new()
            .merge(ledger::routes(self.ledger.clone()))
            .merge(identity::routes(self.identity.clone()))
            .merge(wallet::routes(self.wallet.clone()))
            .merge(payments::routes(self.payments.clone()))
            .merge(shop::routes(self.shop.clone()))
            .merge(notifications::routes(self.notifications.clone()))
            .merge(oauth::routes(self.oauth.clone()))
            .merge(admin::routes(self.admin.clone()))
    }

    /// The services of all contexts.
    pub(super) fn grpc(&self) -> tonic::service::Routes {
        tonic::service::Routes::new(ledger::grpc::service(self.ledger.clone()))
            .add_service(identity::grpc::service(self.identity.clone()))
            .add_service(identity::grpc_credentials::service(self.identity.clone()))
            .add_service(wallet::grpc::service(self.wallet.clone()))
            .add_service(payments::grpc::service(self.payments.clone()))
            .add_service(payments::grpc::staff_service(self.payments.clone()))
            .add_service(notifications::grpc::service(self.notifications.clone()))
            .add_service(notifications::grpc::webhooks_service(&self.notifications))
            .add_service(admin::grpc::service(self.admin.clone()))
    }
}

/// What the routes say about themselves, for which nothing has to run.
pub(super) fn document() -> OpenApi {
    let mut all = ledger::document();
    others().into_iter().for_each(|document| all.merge(document));
    all
}

/// The documents of the contexts beside the ledger.
fn others() -> [OpenApi; 7] {
    [
        identity::document(),
        wallet::document(),
        payments::document(),
        shop::document(),
        notifications::document(),
        oauth::document(),
        admin::document(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_contexts_describe_a_name_differently() {
        let mut known = BTreeMap::new();
        for document in std::iter::once(ledger::document()).chain(others()) {
            let schemas = document.components.expect("contexts have schemas").schemas;
            for (name, schema) in schemas {
                let schema = serde_json::to_value(schema).unwrap();
                let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*before, schema, "{name}");
            }
        }
    }
}
