//! Calls about roles.

use kernel::http::IfMatch;
use proto::identity::v1 as api;
use tonic::Extensions;

use super::convert::id;
use super::{Answer, Service};
use crate::actor::Actor;
use crate::permissions::{Permission, Role};
use crate::roles::http::read_roles;
use crate::users::User;

fn names(user: &User) -> Vec<String> {
    user.roles.names().into_iter().map(str::to_owned).collect()
}

impl Service {
    pub(super) async fn list_roles(
        &self,
        _: &Extensions,
        _: api::ListRolesRequest,
    ) -> Answer<api::ListRolesResponse> {
        let role = |role: &Role| api::Role {
            name: role.to_string(),
            is_staff: role.is_staff(),
            permissions: role.permissions().map(|permission| permission.to_string()).collect(),
        };
        let permission = |permission: &Permission| api::Permission {
            name: permission.to_string(),
            is_scope: permission.is_scope(),
        };
        Ok(api::ListRolesResponse {
            roles: Role::ALL.iter().map(role).collect(),
            permissions: Permission::ALL.iter().map(permission).collect(),
        })
    }

    pub(super) async fn get_user_roles(
        &self,
        extensions: &Extensions,
        request: api::GetUserRolesRequest,
    ) -> Answer<api::GetUserRolesResponse> {
        let actor = Actor::of(extensions)?;
        let user = self.identity.user_for_staff(&actor, id("user_id", &request.user_id)?).await?;
        Ok(api::GetUserRolesResponse { roles: names(&user), version: user.version })
    }

    pub(super) async fn update_user_roles(
        &self,
        extensions: &Extensions,
        request: api::UpdateUserRolesRequest,
    ) -> Answer<api::UpdateUserRolesResponse> {
        let actor = Actor::of(extensions)?;
        actor.require(Permission::UsersRoles)?;
        let user = id("user_id", &request.user_id)?;
        let based_on = IfMatch::Versions(vec![request.expected_version]);
        let new = read_roles(&request.roles, &request.reason)?;
        let user = self.identity.give_roles(&actor, user, &based_on, new).await?;
        Ok(api::UpdateUserRolesResponse { roles: names(&user), version: user.version })
    }
}
