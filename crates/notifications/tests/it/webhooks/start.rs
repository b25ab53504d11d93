//! What has to run so that webhooks do.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::Router;
use identity::{Identity, IdentityOptions};
use kernel::bus::Bus;
use kernel::{Clock, Database, Migrations, Vault};
use ledger::{Ledger, LedgerOptions};
use notifications::{Notifications, NotificationsOptions, WebhookOptions};
use proto::notifications::v1::webhooks_service_server::{WebhooksService, WebhooksServiceServer};
use serde_json::Value;
use wallet::{Wallet, WalletOptions};

pub(super) struct Started {
    notifications: Notifications,
    database: Database,
    clock: Arc<dyn Clock>,
}

pub(super) fn migrations() -> [Migrations; 7] {
    [
        kernel::audit::MIGRATIONS,
        kernel::bus::MIGRATIONS,
        kernel::replay::MIGRATIONS,
        identity::MIGRATIONS,
        ledger::MIGRATIONS,
        wallet::MIGRATIONS,
        notifications::MIGRATIONS,
    ]
}

pub(super) async fn start(
    database: Database,
    clock: Arc<dyn Clock>,
    webhooks: WebhookOptions,
) -> Started {
    let vault = Vault::new([7; 32]);
    let options = LedgerOptions { node: "test".to_owned(), ..LedgerOptions::default() };
    let ledger = Ledger::start(database.clone(), clock.clone(), options);
    let options = IdentityOptions { password_threads: 1, ..IdentityOptions::default() };
    let identity = Identity::start(database.clone(), clock.clone(), vault.clone(), options);
    let identity = identity.await.unwrap();
    let options = WalletOptions::default();
    let wallet = Wallet::start(database.clone(), clock.clone(), ledger, identity.clone(), options);
    let options = NotificationsOptions { webhooks, ..NotificationsOptions::default() };
    let notifications =
        Notifications::start(database.clone(), clock.clone(), vault, identity, wallet, options);
    Started { notifications: notifications.await.unwrap(), database, clock }
}

impl Started {
    pub(super) fn router(&self) -> Router {
        notifications::routes(self.notifications.clone()).split_for_parts().0
    }

    pub(super) fn grpc(&self) -> WebhooksServiceServer<impl WebhooksService + use<>> {
        notifications::grpc::webhooks_service(&self.notifications)
    }

    pub(super) fn bus(&self) -> Bus {
        let bus = Bus::new(self.database.clone(), self.clock.clone());
        notifications::workers(&self.notifications).register(bus)
    }
}

/// Runs a program in the tests' Python environment, with a value on its standard input.
pub(super) fn python(program: &str, given: &Value) -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/python-tools.sh");
    let made = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(made.status.success(), "scripts/python-tools.sh failed; its message is above");
    let python = String::from_utf8(made.stdout).unwrap();
    let mut child = Command::new(python.trim())
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(given.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
