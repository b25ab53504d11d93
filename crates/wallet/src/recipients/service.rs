//! Finding people.

use hashbrown::HashMap;
use identity::UserId;
use kernel::Timestamp;
use ledger::{EntriesQuery, Order};

use super::{Recipient, Recipients, SHOWN_MAX, Wanted};
use crate::books;
use crate::error::{Result, WalletError};
use crate::requests::RequestDirection;
use crate::wallet::Wallet;

/// How many of the newest entries of each account, and of the newest requests, tell who is known.
const NEWEST: usize = 200;

impl Wallet {
    /// People whom a user can send to, by what was typed so far.
    pub(crate) async fn recipients(&self, user: UserId, text: &str) -> Result<Recipients> {
        let wanted = Wanted::new(text);
        let mut found =
            Recipients { data: self.known(user, &wanted).await?, typed: wanted.typed() };
        let Some(start) = wanted.start() else { return Ok(found) };
        let decision = self.searches.0.take(user, self.clock.now()).await;
        if !decision.is_allowed {
            return Err(WalletError::TooManySearches { retry_after_s: decision.retry_after_s });
        }
        // Everybody who is known, and the user, may be among those whom strangers find.
        let limit = u8::try_from(2 * SHOWN_MAX + 1).expect("it is few");
        for other in self.identity.discover(start, limit).await? {
            let is_new = !found.data.iter().any(|it| Some(&it.handle) == other.handle.as_ref());
            if other.id != user && is_new && found.data.len() < SHOWN_MAX {
                let name = other.name;
                found.data.extend(other.handle.map(|handle| Recipient {
                    handle,
                    name,
                    last_at: None,
                }));
            }
        }
        Ok(found)
    }

    /// People with whom a user had to do, the latest first.
    async fn known(&self, user: UserId, wanted: &Wanted) -> Result<Vec<Recipient>> {
        let latest = self.latest_exchanges(user).await?;
        let users = self.users(latest.keys().copied()).await?;
        let mut known: Vec<Recipient> = latest
            .into_iter()
            .filter_map(|(id, at)| {
                let other = users.get(&id)?;
                let handle = other.handle.clone()?;
                let is_wanted = id != user && wanted.is_start_of(&handle, &other.name);
                let name = other.name.clone();
                is_wanted.then_some(Recipient { handle, name, last_at: Some(at) })
            })
            .collect();
        known.sort_unstable_by(|one, other| {
            (other.last_at, &one.handle).cmp(&(one.last_at, &other.handle))
        });
        known.truncate(SHOWN_MAX);
        Ok(known)
    }

    /// With whom there was a transfer or a request lately, and when last.
    async fn latest_exchanges(&self, user: UserId) -> Result<HashMap<UserId, Timestamp>> {
        let mut latest: HashMap<UserId, Timestamp> = HashMap::new();
        let mut note = |other: UserId, at: Timestamp| {
            let last = latest.entry(other).or_insert(at);
            *last = at.max(*last);
        };
        let query = EntriesQuery {
            order: Order::NewestFirst,
            cursor: None,
            from: None,
            before: None,
            limit: NEWEST,
        };
        for account in self.ledger_accounts(user).await? {
            let entries = self.ledger.entries(&account, &query).await?;
            let other = |it: &ledger::Transfer| {
                if it.debit_account == account.id { it.credit_account } else { it.debit_account }
            };
            let others: Vec<(u128, i64)> = entries
                .iter()
                .map(|entry| &entry.transfer)
                .filter(|it| books::is_between_people(it.record.code))
                .map(|it| (other(it), it.record.at))
                .collect();
            self.learn_owners(others.iter().map(|(other, _)| *other)).await?;
            for (other, at) in others {
                if let Some(owner) = self.owner_of(other).await? {
                    note(owner, Timestamp::from_micros(at));
                }
            }
        }
        for direction in [RequestDirection::Incoming, RequestDirection::Outgoing] {
            for (other, at) in self.newest_requests(user, direction, NEWEST).await? {
                note(other, at);
            }
        }
        Ok(latest)
    }
}
