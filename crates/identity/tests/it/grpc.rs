//! `bushel.identity.v1.IdentityService`, called within the process.

use identity::{Actor, Identity, Purpose};
use kernel::http::ClientInfo;
use proto::identity::v1::identity_service_client::IdentityServiceClient;
use proto::identity::v1::*;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::app::{App, IP};
use crate::bank::{PASSWORD, from_ip};

const NEW: &str = "seven green slow windows";

/// Sends a request as the edge would pass it on.
fn as_caller<T>(message: T, actor: Option<Actor>) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert::<ClientInfo>(from_ip(IP));
    if let Some(actor) = actor {
        request.extensions_mut().insert(actor);
    }
    request
}

macro_rules! call {
    ($identity:expr, $call:ident, $message:expr, $actor:expr) => {{
        let service = identity::grpc::service(Identity::clone(&$identity));
        let answer = IdentityServiceClient::new(service).$call(as_caller($message, $actor)).await;
        answer.map(tonic::Response::into_inner)
    }};
}

fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_error_details().error_info().unwrap().reason.clone())
}

#[tokio::test]
async fn the_way_from_registration_to_sign_out() {
    let app = App::start().await;
    let register = RegisterRequest {
        email: "ann@example.org".to_owned(),
        password: PASSWORD.to_owned(),
        name: "Ann".to_owned(),
        handle: Some("ann".to_owned()),
        locale: Some("de".to_owned()),
    };
    call!(app.identity, register, register, None).unwrap();
    let resend = ResendVerificationRequest { email: "ann@example.org".to_owned() };
    call!(app.identity, resend_verification, resend, None).unwrap();
    let mails = app.mails("ann@example.org", Purpose::VerifyEmail).await;
    assert_eq!(mails.len(), 2);
    let reply = verify_email_request::Reply::EmailCode(EmailCode {
        email: "ann@example.org".to_owned(),
        code: mails[0].code.clone(),
    });
    call!(app.identity, verify_email, VerifyEmailRequest { reply: Some(reply) }, None).unwrap();

    let sign_in = SignInRequest {
        login: "ann".to_owned(),
        password: PASSWORD.to_owned(),
        device_name: Some("Ann's phone".to_owned()),
        device_token: None,
    };
    let answer = call!(app.identity, sign_in, sign_in, None).unwrap();
    let Some(sign_in_response::Result::ConfirmationRequired(asked)) = answer.result else {
        panic!()
    };
    assert_eq!(asked.methods, [ConfirmationMethod::EmailCode as i32]);
    let resend = ResendSignInRequest { sign_in: asked.sign_in.clone() };
    call!(app.identity, resend_sign_in, resend, None).unwrap();
    let code = app.mail("ann@example.org", Purpose::SignIn).await.code;
    let confirm = ConfirmSignInRequest {
        sign_in: asked.sign_in,
        proof: Some(confirm_sign_in_request::Proof::Code(code)),
    };
    let new = call!(app.identity, confirm_sign_in, confirm, None).unwrap().signed_in.unwrap();
    let actor = app.authenticate(&new.access_token).await.unwrap();

    let list = ListSessionsRequest::default();
    let sessions = call!(app.identity, list_sessions, list, Some(actor)).unwrap().sessions;
    assert_eq!((sessions.len(), &*sessions[0].id), (1, &*new.session_id));
    assert!(sessions[0].is_current && sessions[0].device.as_deref() == Some("Ann's phone"));
    let refresh = RefreshTokensRequest { refresh_token: new.refresh_token };
    let next = call!(app.identity, refresh_tokens, refresh, None).unwrap().signed_in.unwrap();
    assert_eq!(next.session_id, new.session_id);
    assert_eq!(call!(app.identity, list_keys, ListKeysRequest {}, None).unwrap().keys.len(), 1);
    call!(app.identity, sign_out, SignOutRequest {}, Some(actor)).unwrap();
    assert!(app.authenticate(&next.access_token).await.is_err());
}

#[tokio::test]
async fn passwords_and_addresses_change_as_over_http() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let actor = Some(app.authenticate(&tokens.access).await.unwrap());
    let change = |current: &str, new: &str| ChangePasswordRequest {
        current: current.to_owned(),
        new: new.to_owned(),
    };
    let wrong = call!(app.identity, change_password, change("x", NEW), actor).unwrap_err();
    assert_eq!(reason(&wrong), (Code::FailedPrecondition, "identity.password.wrong".to_owned()));
    let short = call!(app.identity, change_password, change(PASSWORD, "x"), actor).unwrap_err();
    assert_eq!(reason(&short).1, "identity.password.too_short");
    let details = short.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "new");
    call!(app.identity, change_password, change(PASSWORD, NEW), actor).unwrap();

    let email = "new@example.org".to_owned();
    let wish = ChangeEmailRequest { email: email.clone(), password: NEW.to_owned() };
    call!(app.identity, change_email, wish, actor).unwrap();
    let link = app.mail(&email, Purpose::ChangeEmail).await.link_token;
    let answer = confirm_email_request::Answer::Token(link);
    call!(app.identity, confirm_email, ConfirmEmailRequest { answer: Some(answer) }, actor)
        .unwrap();

    let ask = RequestPasswordResetRequest { email: email.clone() };
    call!(app.identity, request_password_reset, ask, None).unwrap();
    let link = app.mail(&email, Purpose::ResetPassword).await.link_token;
    let reset = ConfirmPasswordResetRequest {
        reply: Some(confirm_password_reset_request::Reply::Token(link)),
        password: PASSWORD.to_owned(),
        second_factor: None,
    };
    call!(app.identity, confirm_password_reset, reset, None).unwrap();
    app.sign_in(&email).await;
    let end = EndAllSessionsRequest { keep_current: false };
    assert_eq!(call!(app.identity, end_all_sessions, end, actor).unwrap().ended, 1);
}

#[tokio::test]
async fn refusals_have_the_codes_of_http() {
    let app = App::start().await;
    let (_, ann) = app.signed_in("ann").await;
    let (_, bob) = app.signed_in("bob").await;
    let bob = Some(app.authenticate(&bob.access).await.unwrap());
    let wrong = SignInRequest { login: "ann".to_owned(), ..SignInRequest::default() };
    let wrong = call!(app.identity, sign_in, wrong, None).unwrap_err();
    assert_eq!(reason(&wrong), (Code::Unauthenticated, "identity.sign_in.refused".to_owned()));
    let nobody = call!(app.identity, sign_out, SignOutRequest {}, None).unwrap_err();
    assert_eq!(reason(&nobody), (Code::Unauthenticated, "request.token.missing".to_owned()));
    let foreign = EndSessionRequest { id: ann.session.clone() };
    let foreign = call!(app.identity, end_session, foreign, bob).unwrap_err();
    assert_eq!(reason(&foreign), (Code::NotFound, "identity.session.not_found".to_owned()));
    for status in [
        call!(app.identity, end_session, EndSessionRequest { id: "x".to_owned() }, bob)
            .unwrap_err(),
        call!(app.identity, verify_email, VerifyEmailRequest { reply: None }, None).unwrap_err(),
        call!(app.identity, confirm_email, ConfirmEmailRequest { answer: None }, bob).unwrap_err(),
        call!(app.identity, register, RegisterRequest::default(), None).unwrap_err(),
        call!(
            app.identity,
            list_sessions,
            ListSessionsRequest { limit: 201, cursor: String::new() },
            bob
        )
        .unwrap_err(),
        call!(
            app.identity,
            list_sessions,
            ListSessionsRequest { limit: 0, cursor: "x".to_owned() },
            bob
        )
        .unwrap_err(),
    ] {
        assert_eq!(reason(&status), (Code::InvalidArgument, "request.body.invalid".to_owned()));
    }
    let session = Some(ann.session);
    assert!(session.is_some() && app.authenticate(&ann.access).await.is_ok());
}
