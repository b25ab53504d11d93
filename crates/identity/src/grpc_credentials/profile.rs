//! Calls about the caller's profile.

use kernel::http::{IfMatch, invalid_field};
use kernel::{Problem, Timestamp};
use proto::identity::v1 as api;
use serde_json::Value;
use tonic::Extensions;

use super::convert::wire_time;
use super::{Answer, Service};
use crate::actor::Actor;
use crate::person::Person;
use crate::profile::Profile;
use crate::profile::http::read_patch;
use crate::users::Confirmation;

fn confirmation(number: i32) -> Result<Option<Confirmation>, Problem> {
    let refused = || invalid_field("/sign_in_confirmation", "there is no such choice");
    match api::SignInConfirmation::try_from(number).map_err(|_| refused())? {
        api::SignInConfirmation::Unspecified => Ok(None),
        api::SignInConfirmation::NewDevices => Ok(Some(Confirmation::NewDevices)),
        api::SignInConfirmation::Always => Ok(Some(Confirmation::Always)),
        api::SignInConfirmation::Never => Ok(Some(Confirmation::Never)),
    }
}

fn message(profile: Profile, now: Timestamp) -> api::Profile {
    let handle_changeable_at = profile.handle_changeable_at(now).map(wire_time);
    let sign_in_confirmation = match profile.confirmation {
        Confirmation::NewDevices => api::SignInConfirmation::NewDevices,
        Confirmation::Always => api::SignInConfirmation::Always,
        Confirmation::Never => api::SignInConfirmation::Never,
    };
    let is_discoverable = profile.is_discoverable;
    let user = profile.user;
    api::Profile {
        id: user.id.to_string(),
        email: user.email,
        is_email_verified: user.is_email_verified,
        name: user.name,
        handle: user.handle,
        locale: user.locale,
        sign_in_confirmation: sign_in_confirmation.into(),
        roles: user.roles.names().into_iter().map(str::to_owned).collect(),
        created_at: Some(wire_time(user.created_at)),
        version: user.version,
        handle_changeable_at,
        is_discoverable,
    }
}

impl Service {
    pub(super) async fn get_profile(
        &self,
        extensions: &Extensions,
        _: api::GetProfileRequest,
    ) -> Answer<api::GetProfileResponse> {
        let user = Actor::of(extensions)?.require_user()?;
        let profile = self.identity.profile(user).await?;
        let profile = Some(message(profile, self.identity.clock.now()));
        Ok(api::GetProfileResponse { profile })
    }

    pub(super) async fn update_profile(
        &self,
        extensions: &Extensions,
        request: api::UpdateProfileRequest,
    ) -> Answer<api::UpdateProfileResponse> {
        let actor = Actor::of(extensions)?;
        let user = actor.require_user()?;
        let based_on = IfMatch::Versions(vec![request.expected_version]);
        // An empty text takes the handle away.
        let handle = request.handle.map(|handle| Some(handle).filter(|text| !text.is_empty()));
        let confirmation = confirmation(request.sign_in_confirmation)?.map(Some);
        let patch = read_patch(
            &actor,
            request.name,
            handle,
            request.locale,
            confirmation,
            request.is_discoverable,
        )?;
        let audit = actor.audit();
        let profile = self.identity.update_profile(user, audit, &based_on, &patch).await?;
        let profile = Some(message(profile, self.identity.clock.now()));
        Ok(api::UpdateProfileResponse { profile })
    }

    pub(super) async fn export_profile(
        &self,
        extensions: &Extensions,
        _: api::ExportProfileRequest,
    ) -> Answer<api::ExportProfileResponse> {
        let person = Person::of(extensions)?;
        let (own, mut all) = self.identity.export_profile(&person.owner).await?;
        all.insert("identity".to_owned(), own);
        Ok(api::ExportProfileResponse { data_json: Value::Object(all).to_string() })
    }

    pub(super) async fn delete_profile(
        &self,
        extensions: &Extensions,
        request: api::DeleteProfileRequest,
    ) -> Answer<api::DeleteProfileResponse> {
        let person = Person::of(extensions)?;
        let (owner, client, code) = (&person.owner, &person.client, request.totp.as_deref());
        self.identity.delete_profile(owner, client, &request.password, code).await?;
        Ok(api::DeleteProfileResponse {})
    }
}
