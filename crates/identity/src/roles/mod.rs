//! Roles: what each may do (the table is `permissions`), and who has which.
//!
//! - Only who may give roles gives them, with a reason, and never to themselves: an
//!   administrator can't be made by one person's mistake about their own account.
//! - Everybody stays a user: the role `user` can't be taken.
//! - New roles end the sessions of whoever has them, so they hold within a second everywhere.

pub(crate) mod http;
mod service;

use crate::permissions::{Role, RoleSet};

/// Longest reason, in characters.
pub(crate) const REASON_CHARS_MAX: usize = 500;

/// Roles from their names. The first that is none is the error.
pub(crate) fn parse_roles<'n>(names: &[&'n str]) -> Result<RoleSet, &'n str> {
    names.iter().try_fold(RoleSet::default().with(Role::User), |roles, name| {
        Role::from_name(name).map(|role| roles.with(role)).ok_or(*name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_stays_a_user() {
        assert_eq!(parse_roles(&[]).unwrap().names(), ["user"]);
        assert_eq!(parse_roles(&["support", "user"]).unwrap().names(), ["user", "support"]);
        assert_eq!(parse_roles(&["support", "emperor"]), Err("emperor"));
    }
}
