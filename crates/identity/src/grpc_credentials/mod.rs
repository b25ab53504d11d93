//! Credentials, the profile and roles over gRPC: the contract `CredentialsService` on top of the
//! same use cases as HTTP, with the same rules.
//!
//! Reading order: `convert` (reading what callers send, writing what they get), then the calls by
//! feature.

mod api_keys;
mod convert;
mod passkeys;
mod phones;
mod profile;
mod roles;
mod second_factors;

use kernel::Problem;
use proto::identity::v1 as api;
use proto::identity::v1::credentials_service_server::{
    CredentialsService, CredentialsServiceServer,
};
use tonic::{Request, Response, Status};

use crate::grpc_calls::calls;
use crate::identity::Identity;

/// Largest message that is read; the longest is what an authenticator answers.
const MESSAGE_BYTES_MAX: usize = 256 << 10;

/// The service, for the server to mount. Whoever does has authenticated the caller.
pub fn service(identity: Identity) -> CredentialsServiceServer<impl CredentialsService> {
    CredentialsServiceServer::new(Service { identity }).max_decoding_message_size(MESSAGE_BYTES_MAX)
}

/// See the module's text. The calls themselves stand with their features.
struct Service {
    identity: Identity,
}

type Answer<T> = Result<T, Problem>;

calls! {
    CredentialsService;

    create_totp: CreateTotpRequest => CreateTotpResponse,
    confirm_totp: ConfirmTotpRequest => ConfirmTotpResponse,
    delete_totp: DeleteTotpRequest => DeleteTotpResponse,
    create_recovery_codes: CreateRecoveryCodesRequest => CreateRecoveryCodesResponse,
    get_recovery_codes: GetRecoveryCodesRequest => GetRecoveryCodesResponse,
    create_passkey_options: CreatePasskeyOptionsRequest => CreatePasskeyOptionsResponse,
    create_passkey: CreatePasskeyRequest => CreatePasskeyResponse,
    list_passkeys: ListPasskeysRequest => ListPasskeysResponse,
    delete_passkey: DeletePasskeyRequest => DeletePasskeyResponse,
    create_passkey_sign_in_options: CreatePasskeySignInOptionsRequest => CreatePasskeySignInOptionsResponse,
    create_passkey_sign_in: CreatePasskeySignInRequest => CreatePasskeySignInResponse,
    create_api_key: CreateApiKeyRequest => CreateApiKeyResponse,
    list_api_keys: ListApiKeysRequest => ListApiKeysResponse,
    delete_api_key: DeleteApiKeyRequest => DeleteApiKeyResponse,
    rotate_api_key: RotateApiKeyRequest => RotateApiKeyResponse,
    get_phone: GetPhoneRequest => GetPhoneResponse,
    create_phone: CreatePhoneRequest => CreatePhoneResponse,
    confirm_phone: ConfirmPhoneRequest => ConfirmPhoneResponse,
    delete_phone: DeletePhoneRequest => DeletePhoneResponse,
    get_profile: GetProfileRequest => GetProfileResponse,
    update_profile: UpdateProfileRequest => UpdateProfileResponse,
    export_profile: ExportProfileRequest => ExportProfileResponse,
    delete_profile: DeleteProfileRequest => DeleteProfileResponse,
    list_roles: ListRolesRequest => ListRolesResponse,
    get_user_roles: GetUserRolesRequest => GetUserRolesResponse,
    update_user_roles: UpdateUserRolesRequest => UpdateUserRolesResponse,
}
