//! Calls about API keys.

use kernel::Problem;
use kernel::http::{Ids, invalid_field};
use kernel::secret::SecretToken;
use proto::identity::v1 as api;
use tonic::Extensions;

use super::convert::{id, time, wire_time};
use super::{Answer, Service};
use crate::api_keys::http::{new_key, overlap};
use crate::api_keys::{ApiKey, Shown};
use crate::ids::ApiKeyId;
use crate::permissions::Permission;
use crate::person::Person;

fn api_key(key: ApiKey) -> api::ApiKey {
    api::ApiKey {
        id: key.id.to_string(),
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes.iter().map(|scope: Permission| scope.to_string()).collect(),
        allowed_ips: key.allowed_ips.iter().map(ToString::to_string).collect(),
        created_at: Some(wire_time(key.created_at)),
        expires_at: key.expires_at.map(wire_time),
        replaces: key.replaces.map(|id| id.to_string()),
        last_used_at: key.last_used_at.map(wire_time),
        last_used_ip: key.last_used_ip.map(|ip| ip.to_string()),
    }
}

fn shown(shown: Shown) -> (Option<api::ApiKey>, String) {
    let text = |key: &SecretToken| key.as_str().to_owned();
    (Some(api_key(shown.api_key)), text(&shown.key))
}

/// The id of the key that a request makes.
fn new_id(person: &Person, route: &str, key: Option<&str>) -> Result<ApiKeyId, Problem> {
    let ids = Ids::of(&person.actor.caller_key(), route, key)
        .map_err(|detail| invalid_field("/idempotency_key", detail))?;
    Ok(ApiKeyId::from_u128(ids.get(0)))
}

impl Service {
    pub(super) async fn create_api_key(
        &self,
        extensions: &Extensions,
        request: api::CreateApiKeyRequest,
    ) -> Answer<api::CreateApiKeyResponse> {
        let person = Person::of(extensions)?;
        let id = new_id(&person, "CreateApiKey", request.idempotency_key.as_deref())?;
        let ends = request.expires_at.map(|wire| time("expires_at", wire)).transpose()?;
        let new = new_key(id, request.name, &request.scopes, ends, &request.allowed_ips)?;
        let permissions = person.actor.permissions;
        let made = self.identity.create_api_key(&person.owner, permissions, new).await?;
        let (api_key, key) = shown(made);
        Ok(api::CreateApiKeyResponse { api_key, key })
    }

    pub(super) async fn list_api_keys(
        &self,
        extensions: &Extensions,
        _: api::ListApiKeysRequest,
    ) -> Answer<api::ListApiKeysResponse> {
        let person = Person::of(extensions)?;
        let keys = self.identity.api_keys(person.owner.user).await?;
        Ok(api::ListApiKeysResponse { api_keys: keys.into_iter().map(api_key).collect() })
    }

    pub(super) async fn delete_api_key(
        &self,
        extensions: &Extensions,
        request: api::DeleteApiKeyRequest,
    ) -> Answer<api::DeleteApiKeyResponse> {
        let person = Person::of(extensions)?;
        self.identity.revoke_api_key(&person.owner, id("id", &request.id)?).await?;
        Ok(api::DeleteApiKeyResponse {})
    }

    pub(super) async fn rotate_api_key(
        &self,
        extensions: &Extensions,
        request: api::RotateApiKeyRequest,
    ) -> Answer<api::RotateApiKeyResponse> {
        let person = Person::of(extensions)?;
        let old: ApiKeyId = id("id", &request.id)?;
        let route = format!("RotateApiKey/{old}");
        let new = new_id(&person, &route, request.idempotency_key.as_deref())?;
        let overlap = overlap(request.overlap_s)?;
        let made = self.identity.rotate_api_key(&person.owner, (old, new), overlap).await?;
        let (api_key, key) = shown(made);
        Ok(api::RotateApiKeyResponse { api_key, key })
    }
}
