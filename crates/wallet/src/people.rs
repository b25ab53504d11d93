//! Who is who: users by what a caller calls them, owners of ledger accounts, public names.

use std::sync::Arc;

use hashbrown::HashMap;
use identity::{User, UserId, UserKey, UserStatus};
use ledger::AccountKey;
use ledger::engine::Account;
use serde::Serialize;
use utoipa::ToSchema;

use crate::books;
use crate::error::Result;
use crate::fields::PartyRef;
use crate::wallet::Wallet;

/// Somebody as the other party sees them. The e-mail address is never that of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WalletParty)]
pub struct Party {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ann")]
    pub handle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ann Apple")]
    pub name: Option<String>,
    /// Where an invitation went, as the sender wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bob@example.org")]
    pub email: Option<String>,
}

impl Party {
    pub(crate) fn of(user: &User) -> Self {
        if user.status == UserStatus::Deleted {
            return Self { handle: None, name: Some("deleted user".to_owned()), email: None };
        }
        Self { handle: user.handle.clone(), name: Some(user.name.clone()), email: None }
    }

    pub(crate) fn invited(email: &str) -> Self {
        let email = (!email.is_empty()).then(|| email.to_owned());
        Self { email, ..Self::default() }
    }

    /// Whether a caller's text, with or without `@`, is the handle.
    pub(crate) fn has_handle(&self, wanted: &str) -> bool {
        let wanted = wanted.trim_start_matches('@');
        self.handle.as_ref().is_some_and(|handle| handle.eq_ignore_ascii_case(wanted))
    }

    /// One line for people: the name, else the handle.
    pub(crate) fn label(&self) -> String {
        let handle = self.handle.as_ref().map(|handle| format!("@{handle}"));
        match (&self.name, handle) {
            (Some(name), Some(handle)) => format!("{name} ({handle})"),
            (Some(name), None) => name.clone(),
            (None, Some(handle)) => handle,
            (None, None) => self.email.clone().unwrap_or_default(),
        }
    }
}

/// Owners of accounts, which never change.
pub(crate) struct Owners(moka::sync::Cache<u128, Option<UserId>>);

impl Default for Owners {
    fn default() -> Self {
        const OWNERS_MAX: u64 = 200_000;
        Self(moka::sync::Cache::new(OWNERS_MAX))
    }
}

/// Users by id.
pub(crate) type Users = HashMap<UserId, Arc<User>>;

impl Wallet {
    /// The user whom a caller means. An address that isn't verified is nobody's: anybody may have
    /// written it down.
    pub(crate) async fn find_user(&self, party: &PartyRef) -> Result<Option<Arc<User>>> {
        let found = match party {
            PartyRef::Handle(handle) => self.identity.find(UserKey::Handle(handle)).await?,
            PartyRef::Email(email) => {
                let user = self.identity.find(UserKey::Email(email)).await?;
                user.filter(|user| user.is_email_verified)
            }
            PartyRef::Account(account) => match self.owner_of(account.as_u128()).await? {
                Some(user) => self.identity.user(user).await?,
                None => None,
            },
        };
        Ok(found.filter(|user| user.status != UserStatus::Deleted))
    }

    /// The user whose account this is; `None` for accounts of the house.
    pub(crate) async fn owner_of(&self, account: u128) -> Result<Option<UserId>> {
        if let Some(owner) = self.owners.0.get(&account) {
            return Ok(owner);
        }
        let Some(found) = self.ledger.account(AccountKey::Id(account)).await? else {
            return Ok(None);
        };
        let owner = owner(&found);
        self.owners.0.insert(account, owner);
        Ok(owner)
    }

    /// The same for many, with one statement for those that are not known.
    pub(crate) async fn learn_owners(&self, accounts: impl Iterator<Item = u128>) -> Result<()> {
        let mut unknown: Vec<u128> =
            accounts.filter(|account| !self.owners.0.contains_key(account)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.len() > 1 {
            for account in self.ledger.accounts_by_id(&unknown).await? {
                self.owners.0.insert(account.id, owner(&account));
            }
        }
        Ok(())
    }

    /// Public names; somebody who isn't there any more has none.
    pub(crate) async fn users(&self, ids: impl Iterator<Item = UserId>) -> Result<Users> {
        let mut ids: Vec<UserId> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let found = self.identity.users(&ids).await?;
        Ok(found.into_iter().collect())
    }
}

fn owner(account: &Account) -> Option<UserId> {
    let address = account.details.as_ref().and_then(|details| details.address.as_deref());
    let user = UserId::of_account_address(address?)?;
    (account.code == books::USER_ACCOUNT).then_some(user)
}

/// The name of somebody among users.
pub(crate) fn party(users: &Users, user: UserId) -> Party {
    users.get(&user).map_or_else(Party::default, |user| Party::of(user))
}

/// Whether a text is part of what was written or of who the other side is, in any case.
pub(crate) fn is_found(text: &str, party: Option<&Party>, words: [Option<&str>; 2]) -> bool {
    let text = text.to_lowercase();
    let names = party.map(|party| [&party.handle, &party.name, &party.email]);
    let names = names.into_iter().flatten().filter_map(|name| name.as_deref());
    words.into_iter().flatten().chain(names).any(|field| field.to_lowercase().contains(&text))
}

/// An address to which an invitation can go: in lower case, with a name and a domain.
pub(crate) fn invitable(email: &str) -> Option<String> {
    const EMAIL_LEN_MAX: usize = 254;
    let (name, domain) = email.rsplit_once('@')?;
    let is_plain = |text: &str| !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let is_domain = domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && domain.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
    let name_is_fine =
        !name.is_empty() && is_plain(name) && !name.contains(['@', '<', '>', ',', ';']);
    (is_domain && name_is_fine && email.len() <= EMAIL_LEN_MAX).then(|| email.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invitations_go_to_addresses_only() {
        assert_eq!(invitable("Bob@Example.org").as_deref(), Some("bob@example.org"));
        for email in ["bob", "@example.org", "bob@org", "b ob@example.org", "bob@example..org"] {
            assert_eq!(invitable(email), None, "{email}");
        }
        for email in ["bob@example.org\r\nBcc: x@y.z", "a,b@example.org", "<b@example.org"] {
            assert_eq!(invitable(email), None, "{email}");
        }
    }

    #[test]
    fn labels_have_what_there_is() {
        let party = |handle: Option<&str>, name: Option<&str>| Party {
            handle: handle.map(str::to_owned),
            name: name.map(str::to_owned),
            email: None,
        };
        assert_eq!(party(Some("ann"), Some("Ann")).label(), "Ann (@ann)");
        assert_eq!(party(Some("ann"), None).label(), "@ann");
        assert_eq!(party(None, None).label(), "");
    }
}
