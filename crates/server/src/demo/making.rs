//! Making the world: assets, users, their past, and what goes on at this moment.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _};
use identity::{Confirmation, NewPassword, NewUser, UserFilter, UserId};
use kernel::{Amount, Clock as _, Database, Limit, SystemClock, Timestamp};
use ledger::{AccountFilter, NewAsset, TransferId};
use wallet::{PastAccount, PastOutcome, PastTransfer};

use super::callers::Callers;
use super::world::{self, ASSETS, CAST, DAYS, Member, Move, Outcome, Who};
use super::{present, shop, store};
use crate::serve::Contexts;

/// Makes the world, if the database is empty.
pub(crate) async fn make(database: &Database, contexts: &Contexts) -> anyhow::Result<()> {
    let now = SystemClock.now();
    if !is_empty(contexts).await? || !store::begin(database, now).await? {
        return Ok(());
    }
    tracing::info!("making a demo world");
    make_assets(contexts).await?;
    let users = make_users(contexts).await?;
    tracing::info!(users = users.len(), "the people of the demo world are there");
    let past = world::past();
    let accounts = accounts(&users, now);
    let transfers: Vec<PastTransfer> =
        past.iter().enumerate().map(|(number, it)| transfer(number, it, &users, now)).collect();
    contexts.wallet.import_past(&accounts, &transfers).await.context("the past can't be made")?;
    tracing::info!(transfers = transfers.len(), "the past of the demo world is there");
    let callers = Callers::new(contexts, &users);
    present::make(&callers, now).await?;
    shop::make(&callers, now).await?;
    tracing::info!("the shop of the demo world is open");
    store::finish(database, SystemClock.now()).await?;
    tracing::info!("the demo world is made");
    Ok(())
}

async fn is_empty(contexts: &Contexts) -> anyhow::Result<bool> {
    let one = Limit::try_new(1).expect("one is in bounds");
    let users = contexts.identity.search(&UserFilter::default(), None, one).await?;
    let accounts = contexts.ledger.accounts(&AccountFilter::default(), None, 1).await?;
    Ok(users.is_empty() && accounts.is_empty())
}

async fn make_assets(contexts: &Contexts) -> anyhow::Result<()> {
    for (code, scale, kind, name) in ASSETS {
        let new = NewAsset {
            code: code.to_owned(),
            scale,
            kind: kind.to_owned(),
            name: Some(name.to_owned()),
            metadata: None,
        };
        let (status, made) = contexts.ledger.create_asset(new).await?;
        ensure!(made.is_some(), "the asset {code} can't be made: {status:?}");
    }
    Ok(())
}

/// In the order of the cast.
async fn make_users(contexts: &Contexts) -> anyhow::Result<Vec<UserId>> {
    const AT_ONCE: usize = 8;
    let made = futures_util::stream::iter(CAST).map(async |member| {
        let user = contexts.identity.create_user(new_user(member)).await;
        Ok::<_, anyhow::Error>(user.with_context(|| format!("{} can't be made", member.handle))?.id)
    });
    made.buffered(AT_ONCE).try_collect().await
}

/// Nobody has a password: one is somebody here by choosing them.
fn new_user(member: &Member) -> NewUser {
    NewUser {
        handle: Some(member.handle.to_owned()),
        locale: member.locale.to_owned(),
        password: NewPassword::None,
        roles: member.roles(),
        confirmation: Some(Confirmation::Always),
        ..NewUser::new(member.email(), member.name, "")
    }
}

/// The past has whole days of UTC, and ends with yesterday.
fn moment(minute: u32, now: Timestamp) -> Timestamp {
    const MINUTE_US: i64 = 60 * 1_000_000;
    const DAY_US: i64 = 24 * 60 * MINUTE_US;
    let midnight = now.as_micros().div_euclid(DAY_US) * DAY_US;
    let begin = midnight - i64::from(DAYS) * DAY_US;
    Timestamp::from_micros(begin + i64::from(minute) * MINUTE_US)
}

fn accounts(users: &[UserId], now: Timestamp) -> Vec<PastAccount> {
    const OPENED_BEFORE: Duration = Duration::from_secs(3_600);
    let opened_at = moment(0, now).saturating_sub(OPENED_BEFORE);
    let each = CAST.iter().zip(users).flat_map(|(member, user)| {
        let held = ASSETS.iter().filter(|(code, ..)| member.holds(code));
        held.map(|(code, ..)| PastAccount { user: *user, asset: (*code).to_owned(), opened_at })
    });
    each.collect()
}

fn transfer(number: usize, it: &Move, users: &[UserId], now: Timestamp) -> PastTransfer {
    let user = |who: Who| users[who];
    let later = |minutes: u32| moment(it.minute + minutes, now);
    let at = later(0);
    PastTransfer {
        id: id(number, at),
        at,
        kind: it.kind,
        from: it.from.map(user),
        to: user(it.to),
        asset: it.asset.to_owned(),
        amount: Amount::new(it.amount.into()),
        message: it.message.clone(),
        reference: it.reference.clone(),
        outcome: match it.outcome {
            Outcome::AtOnce => PastOutcome::AtOnce,
            Outcome::Accepted(minutes) => PastOutcome::Accepted(later(minutes)),
            Outcome::Declined(minutes) => PastOutcome::Declined(later(minutes)),
            Outcome::Cancelled(minutes) => PastOutcome::Cancelled(later(minutes)),
            Outcome::Expires => PastOutcome::Expires,
        },
    }
}

/// Among the ids of its time, as if it had been made then.
fn id(number: usize, at: Timestamp) -> TransferId {
    let mut hasher = blake3::Hasher::new_derive_key("bushel demo transfer v1");
    hasher.update(&(number as u64).to_be_bytes());
    let time = u128::try_from(at.as_millis()).unwrap_or(0) << 80;
    TransferId::from_u128(kernel::id::derived::of_hash_at(time, hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_ends_before_today() {
        for now in ["2026-11-21T00:00:00Z", "2026-11-21T17:04:05.123456Z"] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!(moment(0, now).to_string(), "2026-09-26T00:00:00.000000Z");
            let last = moment(DAYS * 24 * 60 - 1, now);
            assert_eq!(last.to_string(), "2026-11-20T23:59:00.000000Z");
        }
    }
}
