//! What other parts of the bank have to say when a user wants their data, or to leave.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::Problem;
use parking_lot::RwLock;
use serde_json::{Map, Value};

use crate::identity::Identity;
use crate::ids::UserId;

/// What a part of the bank answers, some time later.
pub type HookAnswer<T> = BoxFuture<'static, Result<T, Problem>>;

type Hook<T> = Arc<dyn Fn(UserId) -> HookAnswer<T> + Send + Sync>;

/// The parts that have something to say, by name.
#[derive(Default)]
pub(crate) struct Hooks {
    exports: RwLock<Vec<(&'static str, Hook<Value>)>>,
    deletions: RwLock<Vec<(&'static str, Hook<()>)>>,
}

impl Hooks {
    /// What each part holds about a user, under its name.
    pub(super) async fn export(&self, user: UserId) -> Result<Map<String, Value>, Problem> {
        let hooks = self.exports.read().clone();
        let mut all = Map::new();
        for (name, hook) in hooks {
            all.insert(name.to_owned(), hook(user).await?);
        }
        Ok(all)
    }

    /// The first part that still holds something says so.
    pub(super) async fn check_deletion(&self, user: UserId) -> Result<(), Problem> {
        let hooks = self.deletions.read().clone();
        for (name, hook) in hooks {
            if let Err(problem) = hook(user).await {
                tracing::info!(part = name, code = %problem.code, "a user can't be deleted yet");
                return Err(problem);
            }
        }
        Ok(())
    }
}

impl Identity {
    /// Adds a part to what users get when they ask for their data, under its name.
    pub fn on_export<F>(&self, name: &'static str, export: F)
    where
        F: Fn(UserId) -> HookAnswer<Value> + Send + Sync + 'static,
    {
        self.hooks.exports.write().push((name, Arc::new(export)));
    }

    /// Asks a part before a user is deleted. A problem, which should be a conflict, refuses it.
    pub fn before_delete<F>(&self, name: &'static str, check: F)
    where
        F: Fn(UserId) -> HookAnswer<()> + Send + Sync + 'static,
    {
        self.hooks.deletions.write().push((name, Arc::new(check)));
    }
}
