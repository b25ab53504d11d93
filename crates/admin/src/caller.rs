//! Who works here: the actor, and where the request comes from, for the audit log.

use std::net::IpAddr;

use identity::{Actor, Permission, UserId};
use kernel::Problem;
use kernel::audit::NewEntry;
use kernel::http::ClientInfo;

/// A caller whom the edge has let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) ip: IpAddr,
}

impl Caller {
    pub(crate) fn new(actor: Actor, client: Option<&ClientInfo>) -> Self {
        let ip = client.map_or_else(|| ClientInfo::default().ip, |client| client.ip);
        Self { actor, ip }
    }

    /// An entry of the audit log about what this caller does.
    pub(crate) fn entry(&self, action: &'static str) -> NewEntry {
        NewEntry::new(self.actor.audit(), action).ip(self.ip)
    }

    pub(crate) fn may(&self, permission: Permission) -> Result<(), Problem> {
        self.actor.require(permission)
    }

    /// A person who is signed in, isn't frozen, and may do this: what moves value needs one.
    pub(crate) fn person(&self, permission: Permission) -> Result<UserId, Problem> {
        self.may(permission)?;
        self.actor.require_session()?;
        self.actor.require_active()
    }

    /// Staff that acts on a user: the operator's token or somebody who isn't frozen.
    pub(crate) fn staff(&self, permission: Permission) -> Result<(), Problem> {
        self.may(permission)?;
        match self.actor.user() {
            Some(_) => self.actor.require_active().map(|_| ()),
            None => Ok(()),
        }
    }
}
