//! What all contexts together hold about a person: for the export of one's own data, before
//! somebody leaves, and after. Identity asks and tells; it knows none of them.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::bus::{Consumer, Event, JobError};
use kernel::{ErrorKind, Problem};
use oauth::Oauth;
use payments::{Payments, PaymentsError};
use shop::Shop;
use wallet::Wallet;

use super::contexts::Contexts;

/// Lets identity ask the others.
pub(super) fn connect(contexts: &Contexts) {
    let (wallet, payments) = (contexts.wallet.clone(), contexts.payments.clone());
    let notifications = contexts.notifications.clone();
    let identity = &contexts.identity;
    identity.on_export("wallet", move |user| {
        let wallet = wallet.clone();
        Box::pin(async move { Ok(wallet.export_user(user).await?) })
    });
    identity.on_export("payments", move |user| {
        let payments = payments.clone();
        Box::pin(async move { Ok(payments.export(user).await?) })
    });
    identity.on_export("notifications", move |user| {
        let notifications = notifications.clone();
        Box::pin(async move { Ok(notifications.export(user).await?) })
    });
    let shop = contexts.shop.clone();
    identity.on_export("shop", move |user| {
        let shop = shop.clone();
        Box::pin(async move { Ok(shop.export_user(user).await?) })
    });
    let oauth = contexts.oauth.clone();
    identity.on_export("oauth", move |user| {
        let oauth = oauth.clone();
        Box::pin(async move { Ok(oauth.export(user).await?) })
    });
    let contexts = contexts.clone();
    identity.before_delete("value", move |user| {
        let contexts = contexts.clone();
        Box::pin(async move { holds_nothing(&contexts, user).await })
    });
}

/// Erases what other contexts keep of somebody who has left. Once more does no harm.
pub(super) struct Erasure {
    wallet: Wallet,
    payments: Payments,
    shop: Shop,
    oauth: Oauth,
}

impl Erasure {
    pub(super) fn of(contexts: &Contexts) -> Self {
        Self {
            wallet: contexts.wallet.clone(),
            payments: contexts.payments.clone(),
            shop: contexts.shop.clone(),
            oauth: contexts.oauth.clone(),
        }
    }
}

impl Consumer for Erasure {
    fn name(&self) -> &'static str {
        "server.erasure"
    }

    fn context(&self) -> &'static str {
        identity::CONTEXT
    }

    fn kinds(&self) -> Option<&'static [&'static str]> {
        Some(&["identity.user.deleted"])
    }

    async fn handle(&self, _: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        for user in events.iter().filter_map(|event| event.subject).map(UserId::from_u128) {
            self.wallet.erase_user(user).await?;
            self.payments.erase_user(user).await?;
            self.shop.erase_user(user).await?;
            self.oauth.erase_user(user).await?;
        }
        Ok(())
    }
}

async fn holds_nothing(contexts: &Contexts, user: UserId) -> Result<(), Problem> {
    if let Some(account) = contexts.wallet.holdings(user).await?.first() {
        let asset = &account.asset;
        return Err(Problem::new(
            ErrorKind::Conflict,
            "wallet.account.not_empty",
            format!("your account in {asset} isn't empty, or something is held; send it on first"),
        ));
    }
    if contexts.payments.holds_value(user).await? {
        return Err(PaymentsError::FlowOpen.into());
    }
    Ok(contexts.shop.require_nothing_under_way(user).await?)
}
