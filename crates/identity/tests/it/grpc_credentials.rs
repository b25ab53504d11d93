//! Credentials, the profile and roles over gRPC, by a client that calls the service directly.

use identity::{Role, grpc_credentials};
use proto::identity::v1 as api;
use proto::identity::v1::credentials_service_client::CredentialsServiceClient;
use proto::identity::v1::credentials_service_server::{
    CredentialsService, CredentialsServiceServer,
};
use serde_json::Value;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::authenticator::Authenticator;
use crate::bank::{Bank, ORIGIN, PASSWORD, Person, from_ip};

type Client<S> = CredentialsServiceClient<CredentialsServiceServer<S>>;

fn client(bank: &Bank) -> Client<impl CredentialsService> {
    CredentialsServiceClient::new(grpc_credentials::service(bank.identity.clone()))
}

/// A request as it comes from the edge.
fn by<T>(person: &Person, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(person.actor);
    request.extensions_mut().insert(from_ip("192.0.2.1"));
    request
}

/// A status' code, its stable reason, and the first field that it names.
fn refusal<T>(result: Result<T, Status>) -> (Code, String, String) {
    let status = result.err().expect("a refusal");
    let details = status.get_error_details();
    let field = details.bad_request().and_then(|it| it.field_violations.first().cloned());
    let field = field.map(|violation| violation.field).unwrap_or_default();
    (status.code(), details.error_info().expect("a reason").reason.clone(), field)
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_phone_comes_and_goes() {
    let bank = Bank::start().await;
    let (ann, bob, mut client) =
        (bank.person("ann").await, bank.person("bob").await, client(&bank));
    let ask = |number: &str| api::CreatePhoneRequest { number: number.to_owned() };
    let malformed = refusal(client.create_phone(by(&ann, ask("0170 1"))).await);
    assert_eq!((malformed.0, &*malformed.2), (Code::InvalidArgument, "number"));
    let asked = client.create_phone(by(&ann, ask("+49 170 1234567"))).await.unwrap().into_inner();
    let asked = asked.phone.unwrap();
    assert_eq!((asked.number, asked.waiting_number), (None, Some("+491701234567".to_owned())));
    let code = bank.phone_code(ann.id).await;
    let confirm = api::ConfirmPhoneRequest { code };
    let foreign = refusal(client.confirm_phone(by(&bob, confirm.clone())).await);
    assert_eq!(foreign.1, "identity.challenge.refused");
    let phone = client.confirm_phone(by(&ann, confirm)).await.unwrap().into_inner().phone.unwrap();
    assert_eq!((phone.number.as_deref(), phone.is_available), (Some("+491701234567"), true));
    let shown = |person| by(person, api::GetPhoneRequest {});
    let own = client.get_phone(shown(&ann)).await.unwrap().into_inner().phone.unwrap();
    assert!(own.confirmed_at.is_some() && own.waiting_until.is_none());
    let bobs = client.get_phone(shown(&bob)).await.unwrap().into_inner().phone.unwrap();
    assert_eq!(bobs.number, None);
    client.delete_phone(by(&ann, api::DeletePhoneRequest {})).await.unwrap();
    let again = refusal(client.delete_phone(by(&ann, api::DeletePhoneRequest {})).await);
    assert_eq!((again.0, &*again.1), (Code::NotFound, "identity.phone.not_found"));
}

#[tokio::test]
async fn an_authenticator_app_comes_and_goes() {
    let bank = Bank::start().await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let password = PASSWORD.to_owned();
    let wrong = api::CreateTotpRequest { password: "not the password".to_owned() };
    let refused = refusal(client.create_totp(by(&ann, wrong)).await);
    assert_eq!((refused.0, &*refused.1), (Code::FailedPrecondition, "identity.password.wrong"));
    let start = api::CreateTotpRequest { password: password.clone() };
    let started = client.create_totp(by(&ann, start)).await.unwrap().into_inner();
    assert!(started.otpauth_url.contains(&started.secret));
    let code = bank.totp_code(&started.secret);
    let confirm = api::ConfirmTotpRequest { code };
    let confirmed = client.confirm_totp(by(&ann, confirm)).await.unwrap().into_inner();
    assert_eq!(confirmed.recovery_codes.len(), 10);
    assert!(bank.needs_second_factor(&ann).await);

    let renew = api::CreateRecoveryCodesRequest { password: password.clone() };
    let codes = client.create_recovery_codes(by(&ann, renew)).await.unwrap().into_inner().codes;
    let left = client.get_recovery_codes(by(&ann, api::GetRecoveryCodesRequest {})).await;
    let left = left.unwrap().into_inner();
    assert_eq!((left.remaining, left.created_at.is_some()), (10, true));
    let remove = |recovery_code: Option<String>| api::DeleteTotpRequest {
        password: password.clone(),
        code: None,
        recovery_code,
    };
    let refused = refusal(client.delete_totp(by(&ann, remove(None))).await);
    assert_eq!(refused.1, "identity.second_factor.ambiguous");
    client.delete_totp(by(&ann, remove(Some(codes[0].clone())))).await.unwrap();
    assert!(!bank.needs_second_factor(&ann).await);
}

#[tokio::test]
async fn a_passkey_signs_in() {
    let bank = Bank::start().await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let mut device = Authenticator::new(ORIGIN, "bank.example", 1);
    let ask = api::CreatePasskeyOptionsRequest { password: None };
    let asked = client.create_passkey_options(by(&ann, ask)).await.unwrap().into_inner();
    let add = api::CreatePasskeyRequest {
        name: "Telephone".to_owned(),
        credential_json: device.create(&parse(&asked.options_json)).to_string(),
    };
    let added = client.create_passkey(by(&ann, add)).await.unwrap().into_inner().passkey.unwrap();
    assert_eq!(added.name, "Telephone");

    let asked = client.create_passkey_sign_in_options(api::CreatePasskeySignInOptionsRequest {});
    let asked = asked.await.unwrap().into_inner();
    let answer = api::CreatePasskeySignInRequest {
        id: asked.id,
        credential_json: device.get(&parse(&asked.options_json)).to_string(),
        device_name: Some("Ann's phone".to_owned()),
        device_token: None,
    };
    let signed_in = client.create_passkey_sign_in(answer.clone()).await.unwrap().into_inner();
    assert_eq!(signed_in.user_id, ann.id.to_string());
    assert_eq!(bank.authenticate(&signed_in.access_token).await.unwrap().user(), Some(ann.id));
    let again = refusal(client.create_passkey_sign_in(answer).await);
    assert_eq!((again.0, &*again.1), (Code::NotFound, "identity.passkey.challenge_gone"));

    let listed = client.list_passkeys(by(&ann, api::ListPasskeysRequest {})).await.unwrap();
    let listed = listed.into_inner().passkeys;
    assert!(listed[0].last_used_at.is_some());
    let remove = api::DeletePasskeyRequest { id: added.id };
    client.delete_passkey(by(&ann, remove.clone())).await.unwrap();
    let again = refusal(client.delete_passkey(by(&ann, remove)).await);
    assert_eq!(again.1, "identity.passkey.not_found");
}

#[tokio::test]
async fn api_keys_are_made_rotated_and_revoked() {
    let bank = Bank::start().await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let new = api::CreateApiKeyRequest {
        name: "Bookkeeping".to_owned(),
        scopes: vec!["wallet.read".to_owned()],
        expires_at: Some(proto::Timestamp { seconds: 4_000_000_000, nanos: 0 }),
        allowed_ips: vec!["192.0.2.0/24".to_owned()],
        idempotency_key: Some("first".to_owned()),
    };
    let made = client.create_api_key(by(&ann, new.clone())).await.unwrap().into_inner();
    assert!(bank.authenticate(&made.key).await.is_ok());
    let again = refusal(client.create_api_key(by(&ann, new)).await);
    assert_eq!(again.1, "identity.api_key.already_made");
    let id = made.api_key.unwrap().id;
    let rotate = api::RotateApiKeyRequest { id: id.clone(), overlap_s: 60, idempotency_key: None };
    let rotated = client.rotate_api_key(by(&ann, rotate)).await.unwrap().into_inner();
    assert_eq!(rotated.api_key.as_ref().unwrap().replaces.as_ref(), Some(&id));
    let remove = api::DeleteApiKeyRequest { id };
    client.delete_api_key(by(&ann, remove)).await.unwrap();
    assert!(bank.authenticate(&made.key).await.is_err());
    assert!(bank.authenticate(&rotated.key).await.is_ok());
    let listed = client.list_api_keys(by(&ann, api::ListApiKeysRequest {})).await.unwrap();
    assert_eq!(listed.into_inner().api_keys.len(), 1);

    let program = Person { actor: bank.authenticate(&rotated.key).await.unwrap(), ..ann };
    let refused = refusal(client.list_api_keys(by(&program, api::ListApiKeysRequest {})).await);
    assert_eq!((refused.0, &*refused.1), (Code::PermissionDenied, "identity.actor.no_session"));
}

#[tokio::test]
async fn a_profile_is_read_changed_exported_and_deleted() {
    let bank = Bank::start().await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let got = client.get_profile(by(&ann, api::GetProfileRequest {})).await.unwrap();
    let got = got.into_inner().profile.unwrap();
    assert_eq!((&*got.email, got.version), ("ann@example.org", 1));
    let mut change = api::UpdateProfileRequest {
        expected_version: 7,
        name: Some("Ann Apple".to_owned()),
        handle: Some(String::new()),
        locale: None,
        sign_in_confirmation: api::SignInConfirmation::Always.into(),
        is_discoverable: Some(false),
    };
    let stale = refusal(client.update_profile(by(&ann, change.clone())).await);
    assert_eq!(stale.1, "identity.user.version_conflict");
    change.expected_version = 1;
    let changed = client.update_profile(by(&ann, change)).await.unwrap();
    let changed = changed.into_inner().profile.unwrap();
    assert_eq!(
        (&*changed.name, changed.handle.as_deref(), changed.version),
        ("Ann Apple", None, 2)
    );
    assert_eq!(changed.sign_in_confirmation(), api::SignInConfirmation::Always);

    let export = client.export_profile(by(&ann, api::ExportProfileRequest {})).await.unwrap();
    let export = parse(&export.into_inner().data_json);
    assert_eq!(export["identity"]["profile"]["name"], "Ann Apple");
    let leave = api::DeleteProfileRequest { password: PASSWORD.to_owned(), totp: None };
    client.delete_profile(by(&ann, leave)).await.unwrap();
    assert!(bank.authenticate(&ann.token).await.is_err());
}

#[tokio::test]
async fn staff_gives_roles() {
    let bank = Bank::start().await;
    let boss = bank.person_with("boss", &[Role::Administrator]).await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let listed = client.list_roles(by(&ann, api::ListRolesRequest {})).await.unwrap();
    assert_eq!(listed.into_inner().roles.len(), Role::ALL.len());
    let user_id = ann.id.to_string();
    let get = api::GetUserRolesRequest { user_id: user_id.clone() };
    let got = client.get_user_roles(by(&boss, get.clone())).await.unwrap().into_inner();
    assert_eq!((got.roles, got.version), (vec!["user".to_owned()], 1));
    let refused = refusal(client.get_user_roles(by(&ann, get)).await);
    assert_eq!(refused.1, "identity.permission.missing");
    let give = api::UpdateUserRolesRequest {
        user_id,
        expected_version: 1,
        roles: vec!["support".to_owned()],
        reason: "Joins the support team".to_owned(),
    };
    let given = client.update_user_roles(by(&boss, give)).await.unwrap().into_inner();
    assert_eq!((given.roles, given.version), (vec!["user".to_owned(), "support".to_owned()], 2));
}

#[tokio::test]
async fn malformed_requests_name_the_field_and_nobody_is_refused() {
    let bank = Bank::start().await;
    let (ann, mut client) = (bank.person("ann").await, client(&bank));
    let nobody = refusal(client.get_profile(api::GetProfileRequest {}).await);
    assert_eq!((nobody.0, &*nobody.1), (Code::Unauthenticated, "request.token.missing"));
    let wrong = api::DeleteApiKeyRequest { id: ann.id.to_string() };
    let wrong = refusal(client.delete_api_key(by(&ann, wrong)).await);
    assert_eq!((wrong.0, &*wrong.2), (Code::InvalidArgument, "id"));
    let wrong =
        api::CreatePasskeyRequest { name: "Key".to_owned(), credential_json: "{".to_owned() };
    let wrong = refusal(client.create_passkey(by(&ann, wrong)).await);
    assert_eq!((wrong.0, &*wrong.2), (Code::InvalidArgument, "credential_json"));
    let mut wrong = api::UpdateProfileRequest { expected_version: 1, ..Default::default() };
    wrong.sign_in_confirmation = 99;
    let wrong = refusal(client.update_profile(by(&ann, wrong)).await);
    assert_eq!((wrong.0, &*wrong.2), (Code::InvalidArgument, "sign_in_confirmation"));
    let wrong = api::CreateApiKeyRequest {
        name: "Key".to_owned(),
        scopes: vec!["wallet.read".to_owned()],
        expires_at: Some(proto::Timestamp { seconds: 0, nanos: -1 }),
        idempotency_key: Some("with space".to_owned()),
        ..Default::default()
    };
    let refused = refusal(client.create_api_key(by(&ann, wrong.clone())).await);
    assert_eq!((refused.0, &*refused.2), (Code::InvalidArgument, "idempotency_key"));
    let wrong = api::CreateApiKeyRequest { idempotency_key: None, ..wrong };
    let refused = refusal(client.create_api_key(by(&ann, wrong)).await);
    assert_eq!((refused.0, &*refused.2), (Code::InvalidArgument, "expires_at"));
}
