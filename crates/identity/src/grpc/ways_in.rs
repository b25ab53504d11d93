//! Calls by whoever is not signed in yet.

use kernel::http::invalid_field;
use proto::identity::v1 as api;
use tonic::Extensions;

use super::{Answer, Service, convert};
use crate::challenges::Purpose;
use crate::email_verifications::Reply;
use crate::http::{about_password, email};
use crate::password_resets::Reset;
use crate::person::client_of;
use crate::second_factors::SecondFactor;
use crate::sessions::Transport;
use crate::sign_ins::http::device_name;
use crate::sign_ins::{Credentials, Outcome, Proof};
use crate::users::http::{RegistrationBody, register};

impl Service {
    pub(super) async fn register(
        &self,
        extensions: &Extensions,
        request: api::RegisterRequest,
    ) -> Answer<api::RegisterResponse> {
        let body = RegistrationBody {
            email: request.email,
            password: request.password,
            name: request.name,
            handle: request.handle,
            locale: request.locale,
        };
        register(&self.identity, body, &client_of(extensions)).await?;
        Ok(api::RegisterResponse {})
    }

    pub(super) async fn verify_email(
        &self,
        extensions: &Extensions,
        request: api::VerifyEmailRequest,
    ) -> Answer<api::VerifyEmailResponse> {
        use api::verify_email_request::Reply as Given;
        let reply = match request.reply {
            Some(Given::Token(token)) => Reply::Link(token),
            Some(Given::EmailCode(given)) => Reply::Code(email(&given.email)?, given.code),
            None => return Err(invalid_field("/reply", "give a token, or an address and a code")),
        };
        self.identity.verify_email(&reply, &client_of(extensions)).await?;
        Ok(api::VerifyEmailResponse {})
    }

    pub(super) async fn resend_verification(
        &self,
        extensions: &Extensions,
        request: api::ResendVerificationRequest,
    ) -> Answer<api::ResendVerificationResponse> {
        let (email, client) = (email(&request.email)?, client_of(extensions));
        self.identity.ask_for_challenge(Purpose::VerifyEmail, &email, &client).await?;
        Ok(api::ResendVerificationResponse {})
    }

    pub(super) async fn sign_in(
        &self,
        extensions: &Extensions,
        request: api::SignInRequest,
    ) -> Answer<api::SignInResponse> {
        use api::sign_in_response::Result as Became;
        let given = Credentials {
            login: request.login,
            password: request.password,
            device: device_name(request.device_name)?,
            device_token: request.device_token,
            transport: Transport::Token,
        };
        let result = match self.identity.sign_in(given, &client_of(extensions)).await? {
            Outcome::SignedIn(new) => Became::SignedIn(convert::signed_in(*new)?),
            Outcome::ConfirmationRequired(pending) => {
                Became::ConfirmationRequired(convert::pending(&pending))
            }
        };
        Ok(api::SignInResponse { result: Some(result) })
    }

    pub(super) async fn confirm_sign_in(
        &self,
        extensions: &Extensions,
        request: api::ConfirmSignInRequest,
    ) -> Answer<api::ConfirmSignInResponse> {
        use api::confirm_sign_in_request::Proof as Given;
        let id = convert::id("sign_in", &request.sign_in)?;
        let proof = match &request.proof {
            Some(Given::Code(code)) => Proof::Code(code),
            Some(Given::Token(token)) => Proof::Link(token),
            Some(Given::Totp(code)) => Proof::Factor(SecondFactor::Totp(code)),
            Some(Given::RecoveryCode(code)) => Proof::Factor(SecondFactor::RecoveryCode(code)),
            None => return Err(invalid_field("/proof", "one of its fields is needed")),
        };
        let client = client_of(extensions);
        let new = self.identity.confirm_sign_in(id, proof, &client).await?;
        Ok(api::ConfirmSignInResponse { signed_in: Some(convert::signed_in(new)?) })
    }

    pub(super) async fn resend_sign_in(
        &self,
        extensions: &Extensions,
        request: api::ResendSignInRequest,
    ) -> Answer<api::ResendSignInResponse> {
        let id = convert::id("sign_in", &request.sign_in)?;
        self.identity.resend_sign_in(id, &client_of(extensions)).await?;
        Ok(api::ResendSignInResponse {})
    }

    pub(super) async fn refresh_tokens(
        &self,
        extensions: &Extensions,
        request: api::RefreshTokensRequest,
    ) -> Answer<api::RefreshTokensResponse> {
        let client = client_of(extensions);
        let new = self.identity.refresh(&request.refresh_token, &client).await?;
        Ok(api::RefreshTokensResponse { signed_in: Some(convert::signed_in(new)?) })
    }

    pub(super) async fn list_keys(
        &self,
        _: &Extensions,
        _: api::ListKeysRequest,
    ) -> Answer<api::ListKeysResponse> {
        let keys = self.identity.public_keys().await?;
        Ok(api::ListKeysResponse { keys: keys.into_iter().map(convert::key).collect() })
    }

    pub(super) async fn request_password_reset(
        &self,
        extensions: &Extensions,
        request: api::RequestPasswordResetRequest,
    ) -> Answer<api::RequestPasswordResetResponse> {
        let (email, client) = (email(&request.email)?, client_of(extensions));
        self.identity.ask_for_challenge(Purpose::ResetPassword, &email, &client).await?;
        Ok(api::RequestPasswordResetResponse {})
    }

    pub(super) async fn confirm_password_reset(
        &self,
        extensions: &Extensions,
        request: api::ConfirmPasswordResetRequest,
    ) -> Answer<api::ConfirmPasswordResetResponse> {
        use api::confirm_password_reset_request::{Reply as Given, SecondFactor as Factor};
        let reply = match request.reply {
            Some(Given::Token(token)) => Reply::Link(token),
            Some(Given::EmailCode(given)) => Reply::Code(email(&given.email)?, given.code),
            None => return Err(invalid_field("/reply", "give a token, or an address and a code")),
        };
        let factor = request.second_factor.as_ref().map(|factor| match factor {
            Factor::Totp(code) => SecondFactor::Totp(code),
            Factor::RecoveryCode(code) => SecondFactor::RecoveryCode(code),
        });
        let reset = Reset { reply: &reply, password: request.password, factor };
        let done = self.identity.reset_password(reset, &client_of(extensions)).await;
        done.map_err(|error| about_password(error, "/password"))?;
        Ok(api::ConfirmPasswordResetResponse {})
    }
}
