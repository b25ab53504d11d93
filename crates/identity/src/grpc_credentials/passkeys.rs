//! Calls about passkeys.

use proto::identity::v1 as api;
use tonic::Extensions;

use super::convert::{id, json, wire_time};
use super::{Answer, Service};
use crate::passkeys::http::new_passkey;
use crate::passkeys::{Passkey, PasskeyAnswer};
use crate::person::{Person, client_of};
use crate::sessions::{Secrets, Transport};
use crate::sign_ins::http::device_name;

fn passkey(passkey: Passkey) -> api::Passkey {
    api::Passkey {
        id: passkey.id.to_string(),
        name: passkey.name,
        is_synced: passkey.is_synced,
        created_at: Some(wire_time(passkey.created_at)),
        last_used_at: passkey.last_used_at.map(wire_time),
    }
}

impl Service {
    pub(super) async fn create_passkey_options(
        &self,
        extensions: &Extensions,
        request: api::CreatePasskeyOptionsRequest,
    ) -> Answer<api::CreatePasskeyOptionsResponse> {
        let person = Person::of(extensions)?;
        let (owner, client) = (&person.owner, &person.client);
        let password = request.password.as_deref();
        let challenge = self.identity.ask_for_passkey(owner, client, password).await?;
        Ok(api::CreatePasskeyOptionsResponse {
            options_json: challenge.options.to_string(),
            expires_at: Some(wire_time(challenge.expires_at)),
        })
    }

    pub(super) async fn create_passkey(
        &self,
        extensions: &Extensions,
        request: api::CreatePasskeyRequest,
    ) -> Answer<api::CreatePasskeyResponse> {
        let person = Person::of(extensions)?;
        let credential = json("credential_json", &request.credential_json)?;
        let new = new_passkey(request.name, credential)?;
        let added = self.identity.add_passkey(&person.owner, new).await?;
        Ok(api::CreatePasskeyResponse { passkey: Some(passkey(added)) })
    }

    pub(super) async fn list_passkeys(
        &self,
        extensions: &Extensions,
        _: api::ListPasskeysRequest,
    ) -> Answer<api::ListPasskeysResponse> {
        let person = Person::of(extensions)?;
        let passkeys = self.identity.passkeys(person.owner.user).await?;
        Ok(api::ListPasskeysResponse { passkeys: passkeys.into_iter().map(passkey).collect() })
    }

    pub(super) async fn delete_passkey(
        &self,
        extensions: &Extensions,
        request: api::DeletePasskeyRequest,
    ) -> Answer<api::DeletePasskeyResponse> {
        let person = Person::of(extensions)?;
        self.identity.remove_passkey(&person.owner, id("id", &request.id)?).await?;
        Ok(api::DeletePasskeyResponse {})
    }

    pub(super) async fn create_passkey_sign_in_options(
        &self,
        extensions: &Extensions,
        _: api::CreatePasskeySignInOptionsRequest,
    ) -> Answer<api::CreatePasskeySignInOptionsResponse> {
        let challenge = self.identity.ask_for_sign_in(&client_of(extensions)).await?;
        Ok(api::CreatePasskeySignInOptionsResponse {
            id: challenge.id.to_string(),
            options_json: challenge.options.to_string(),
            expires_at: Some(wire_time(challenge.expires_at)),
        })
    }

    pub(super) async fn create_passkey_sign_in(
        &self,
        extensions: &Extensions,
        request: api::CreatePasskeySignInRequest,
    ) -> Answer<api::CreatePasskeySignInResponse> {
        let answer = PasskeyAnswer {
            id: id("id", &request.id)?,
            credential: json("credential_json", &request.credential_json)?,
            transport: Transport::Token,
            device_name: device_name(request.device_name)?,
            device_token: request.device_token,
        };
        let client = client_of(extensions);
        let signed_in = self.identity.sign_in_with_passkey(&client, answer).await?;
        let Secrets::Tokens(tokens) = signed_in.secrets else {
            unreachable!("a session by token has tokens")
        };
        Ok(api::CreatePasskeySignInResponse {
            user_id: signed_in.user.to_string(),
            session_id: signed_in.session.to_string(),
            access_token: tokens.access,
            access_expires_at: Some(wire_time(tokens.access_expires_at)),
            refresh_token: tokens.refresh.as_str().to_owned(),
            device_token: signed_in.device_token.map(|token| token.as_str().to_owned()),
            expires_at: Some(wire_time(signed_in.expires_at)),
        })
    }
}
