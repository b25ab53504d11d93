//! What an application may be allowed: the scopes of API keys, and those of OpenID Connect.

use std::collections::BTreeSet;
use std::fmt;

use identity::{Permission, PermissionSet};

/// One thing to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// To learn who the user is: an id_token.
    OpenId,
    /// Name, handle and language.
    Profile,
    /// The e-mail address.
    Email,
    /// To go on without the user: a refresh token.
    OfflineAccess,
    /// What an API key may, too.
    Operations(Permission),
}

impl Scope {
    const OF_OPENID: [Self; 4] = [Self::OpenId, Self::Profile, Self::Email, Self::OfflineAccess];

    /// All that there are.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let operations = Permission::ALL.iter().filter(|permission| permission.is_scope());
        Self::OF_OPENID.into_iter().chain(operations.copied().map(Self::Operations))
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::OfflineAccess => "offline_access",
            Self::Operations(permission) => permission.as_str(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|scope| scope.as_str() == name)
    }
}

/// A set of scopes. Its text is their names with spaces between them (RFC 6749, 3.3).
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// From the parameter `scope`; `None` if one of them isn't known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.split(' ').filter(|name| !name.is_empty()).map(Scope::from_name).collect()
    }

    /// From names; the place of the first that is none is the error.
    pub(crate) fn try_from_names(names: &[String]) -> Result<Self, usize> {
        let scope = |(place, name): (usize, &String)| Scope::from_name(name).ok_or(place);
        names.iter().enumerate().map(scope).collect()
    }

    /// As stored; unknown ones are left out, so that an older program grants less, not more.
    pub(crate) fn from_stored(names: Vec<&str>) -> Self {
        names.into_iter().filter_map(Scope::from_name).collect()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|scope| scope.as_str()).collect()
    }

    pub(crate) fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    #[must_use]
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).copied().collect())
    }

    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).copied().collect())
    }

    /// The operations among them.
    pub(crate) fn permissions(&self) -> PermissionSet {
        let operation = |scope: &Scope| match scope {
            Scope::Operations(permission) => Some(*permission),
            _ => None,
        };
        self.0.iter().filter_map(operation).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_api_keys_and_of_openid() {
        let scopes = Scopes::parse("wallet.read  openid email").unwrap();
        assert_eq!(scopes.to_string(), "openid email wallet.read");
        assert_eq!(scopes.permissions().iter().collect::<Vec<_>>(), [Permission::WalletRead]);
        for unknown in ["security.write", "users.read", "OPENID", "wallet", "openid\twallet.read"] {
            assert_eq!(Scopes::parse(unknown), None, "{unknown}");
        }
        assert!(Scopes::parse("").unwrap().is_empty());
        let names = ["openid".to_owned(), "users.read".to_owned()];
        assert_eq!(Scopes::try_from_names(&names), Err(1));
    }

    #[test]
    fn more_is_told_from_the_same() {
        let allowed = Scopes::parse("openid wallet.read").unwrap();
        let asked = Scopes::parse("openid wallet.write").unwrap();
        assert!(!asked.is_within(&allowed));
        assert_eq!(asked.without(&allowed).to_string(), "wallet.write");
        assert_eq!(asked.intersection(&allowed).to_string(), "openid");
    }
}
