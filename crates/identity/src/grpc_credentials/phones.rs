//! Calls about the phone.

use proto::identity::v1 as api;
use tonic::Extensions;

use super::convert::wire_time;
use super::{Answer, Service};
use crate::actor::Actor;
use crate::person::Person;
use crate::phone::Phone;
use crate::phone::http::number;

impl Service {
    pub(super) async fn get_phone(
        &self,
        extensions: &Extensions,
        _: api::GetPhoneRequest,
    ) -> Answer<api::GetPhoneResponse> {
        let user = Actor::of(extensions)?.require_user()?;
        let phone = Some(self.shown(self.identity.phone(user).await?));
        Ok(api::GetPhoneResponse { phone })
    }

    pub(super) async fn create_phone(
        &self,
        extensions: &Extensions,
        request: api::CreatePhoneRequest,
    ) -> Answer<api::CreatePhoneResponse> {
        let person = Person::of(extensions)?;
        let (owner, number) = (&person.owner, number(&request.number)?);
        self.identity.ask_for_phone(owner, &person.client, &number).await?;
        let phone = Some(self.shown(self.identity.phone(owner.user).await?));
        Ok(api::CreatePhoneResponse { phone })
    }

    pub(super) async fn confirm_phone(
        &self,
        extensions: &Extensions,
        request: api::ConfirmPhoneRequest,
    ) -> Answer<api::ConfirmPhoneResponse> {
        let person = Person::of(extensions)?;
        let (owner, client) = (&person.owner, &person.client);
        let phone = self.identity.confirm_phone(owner, client, &request.code).await?;
        Ok(api::ConfirmPhoneResponse { phone: Some(self.shown(phone)) })
    }

    pub(super) async fn delete_phone(
        &self,
        extensions: &Extensions,
        _: api::DeletePhoneRequest,
    ) -> Answer<api::DeletePhoneResponse> {
        self.identity.remove_phone(&Person::of(extensions)?.owner).await?;
        Ok(api::DeletePhoneResponse {})
    }

    fn shown(&self, phone: Phone) -> api::Phone {
        let (number, confirmed_at) = phone.confirmed.unzip();
        let (waiting_number, waiting_until) = phone.waiting.unzip();
        api::Phone {
            number,
            confirmed_at: confirmed_at.map(wire_time),
            waiting_number,
            waiting_until: waiting_until.map(wire_time),
            is_available: self.identity.options.phones.is_available,
        }
    }
}
