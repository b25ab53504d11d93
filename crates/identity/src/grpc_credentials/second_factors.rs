//! Calls about the authenticator app and recovery codes.

use proto::identity::v1 as api;
use tonic::Extensions;

use super::convert::wire_time;
use super::{Answer, Service};
use crate::error::IdentityError;
use crate::person::Person;
use crate::totp::one_factor;

impl Service {
    pub(super) async fn create_totp(
        &self,
        extensions: &Extensions,
        request: api::CreateTotpRequest,
    ) -> Answer<api::CreateTotpResponse> {
        let person = Person::of(extensions)?;
        let started =
            self.identity.start_totp(&person.owner, &person.client, &request.password).await?;
        let (otpauth_url, secret) = (started.otpauth_url, started.secret);
        Ok(api::CreateTotpResponse { otpauth_url, secret })
    }

    pub(super) async fn confirm_totp(
        &self,
        extensions: &Extensions,
        request: api::ConfirmTotpRequest,
    ) -> Answer<api::ConfirmTotpResponse> {
        let person = Person::of(extensions)?;
        let recovery_codes = self.identity.confirm_totp(&person.owner, &request.code).await?;
        Ok(api::ConfirmTotpResponse { recovery_codes })
    }

    pub(super) async fn delete_totp(
        &self,
        extensions: &Extensions,
        request: api::DeleteTotpRequest,
    ) -> Answer<api::DeleteTotpResponse> {
        let person = Person::of(extensions)?;
        let given = one_factor(request.code.as_deref(), request.recovery_code.as_deref());
        let given = given.map_err(IdentityError::from)?;
        let (owner, client) = (&person.owner, &person.client);
        self.identity.remove_totp(owner, client, &request.password, given).await?;
        Ok(api::DeleteTotpResponse {})
    }

    pub(super) async fn create_recovery_codes(
        &self,
        extensions: &Extensions,
        request: api::CreateRecoveryCodesRequest,
    ) -> Answer<api::CreateRecoveryCodesResponse> {
        let person = Person::of(extensions)?;
        let (owner, client) = (&person.owner, &person.client);
        let codes = self.identity.renew_recovery_codes(owner, client, &request.password).await?;
        Ok(api::CreateRecoveryCodesResponse { codes })
    }

    pub(super) async fn get_recovery_codes(
        &self,
        extensions: &Extensions,
        _: api::GetRecoveryCodesRequest,
    ) -> Answer<api::GetRecoveryCodesResponse> {
        let person = Person::of(extensions)?;
        let left = self.identity.recovery_codes_left(person.owner.user).await?;
        let created_at = left.created_at.map(wire_time);
        Ok(api::GetRecoveryCodesResponse { remaining: left.left, created_at })
    }
}
