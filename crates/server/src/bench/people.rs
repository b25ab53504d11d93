//! Users for benchmarks: made directly, signed in through the API like everybody.

use anyhow::{Context as _, ensure};
use argon2::{Argon2, PasswordHasher as _};
use identity::{Confirmation, NewPassword, NewUser, UserId};
use ledger::engine::NewTransfer;
use ledger::{AccountKey, NewAsset};
use serde_json::{Value, json};

use super::http::client::Client;
use crate::serve::Contexts;

pub(super) const ASSET: &str = "COIN";
const PASSWORD: &str = "seven measured apples";
/// What each of them has.
const FUNDS: u128 = 1_000_000_000;
/// Category of the account that the funds come from.
const BANK_CODE: u16 = 9;

/// The login of a user by number.
pub(super) fn handle(number: u32) -> String {
    format!("bench{number:06}")
}

/// Makes users with a funded account each.
pub(super) async fn make(contexts: &Contexts, count: u32) -> anyhow::Result<()> {
    let asset =
        NewAsset { code: ASSET.into(), scale: 2, kind: "money".into(), ..NewAsset::default() };
    contexts.ledger.create_asset(asset).await?;
    let bank = bank(contexts).await?;
    let asset = contexts.ledger.asset(ASSET).await?.context("the asset was made")?;
    let users = users(contexts, count).await?;
    let mut funds = Vec::new();
    for user in users {
        contexts.wallet.open(user, ASSET).await?;
        funds.push(NewTransfer {
            id: kernel::IdSource::next_bits(&kernel::id::UuidV7),
            debit_account: bank,
            credit_account: user.account_id(ASSET),
            amount: FUNDS,
            asset: asset.no,
            code: BANK_CODE,
            ..NewTransfer::default()
        });
    }
    let results = contexts.ledger.create_transfers(funds).await?;
    ensure!(results.iter().all(|result| result.status.is_success()), "the users can't be funded");
    Ok(())
}

/// Makes users who hold nothing.
pub(super) async fn users(contexts: &Contexts, count: u32) -> anyhow::Result<Vec<UserId>> {
    // Hashing a thousand passwords is not what is measured here: they share one hash.
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes());
    let hash = hash.map_err(|error| anyhow::anyhow!("{error}"))?.to_string();
    let mut users = Vec::new();
    for number in 0..count {
        users.push(user(contexts, number, NewPassword::Hash(hash.clone())).await?);
    }
    Ok(users)
}

async fn bank(contexts: &Contexts) -> anyhow::Result<u128> {
    use ledger::engine::{AccountDetails, NewAccount};
    if let Some(account) = contexts.ledger.account(AccountKey::Address("bench/bank")).await? {
        return Ok(account.id);
    }
    let id = kernel::IdSource::next_bits(&kernel::id::UuidV7);
    let asset = contexts.ledger.asset(ASSET).await?.context("the asset was made")?;
    let details =
        AccountDetails { address: Some("bench/bank".into()), ..AccountDetails::default() };
    let new = NewAccount { id, asset: asset.no, code: BANK_CODE, details, ..NewAccount::default() };
    let statuses = contexts.ledger.create_accounts(vec![new]).await?;
    ensure!(statuses[0].is_success(), "the bank can't be made: {}", statuses[0]);
    Ok(id)
}

async fn user(contexts: &Contexts, number: u32, password: NewPassword) -> anyhow::Result<UserId> {
    let handle = handle(number);
    let new = NewUser {
        handle: Some(handle.clone()),
        password,
        confirmation: Some(Confirmation::Never),
        ..NewUser::new(format!("{handle}@example.org"), format!("Bench {number}"), "")
    };
    Ok(contexts.identity.create_user(new).await?.id)
}

/// The body of a sign-in; from a device that is known, if its token is given.
pub(super) fn credentials(number: u32, device: Option<&str>) -> String {
    let mut body = json!({ "login": handle(number), "password": PASSWORD });
    if let Some(device) = device {
        body["device_token"] = json!(device);
    }
    body.to_string()
}

/// Signs a user in; answers with the access token and the device's.
pub(super) async fn sign_in(
    address: &str,
    number: u32,
) -> anyhow::Result<(String, Option<String>)> {
    let mut client = Client::anonymous(address).await?;
    let body = credentials(number, None);
    let (status, answer) = client.post("/v1/identity/sign-ins", body.as_bytes()).await?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
    let token = answer["access_token"].as_str();
    let token = token.with_context(|| format!("a sign-in was answered with {status}: {answer}"))?;
    Ok((token.to_owned(), answer["device_token"].as_str().map(str::to_owned)))
}
