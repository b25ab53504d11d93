//! The same over gRPC, from the descriptors: every method there is.

use std::collections::BTreeMap;

use bytes::{Buf as _, BufMut as _};
use prost::Message as _;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::objects::{self, Ann};
use crate::people::{Bank, text};

/// Anybody may call these.
const PUBLIC: [&str; 11] = [
    "Register",
    "VerifyEmail",
    "ResendVerification",
    "SignIn",
    "ConfirmSignIn",
    "ResendSignIn",
    "RefreshTokens",
    "ListKeys",
    "RequestPasswordReset",
    "ConfirmPasswordReset",
    "CreatePasskeySignInOptions",
];
/// Of the services of users, these are for staff.
const STAFF: [&str; 10] = [
    "GetLimits",
    "UpdateLimits",
    "GetUserRoles",
    "UpdateUserRoles",
    "ListMessages",
    "ListMailbox",
    "GetMailboxMail",
    "DeleteMailboxMail",
    "ListSuppressions",
    "DeleteSuppression",
];

/// Whose a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Anybody,
    Users,
    Staff,
}

struct Method {
    path: String,
    name: String,
    input: DescriptorProto,
    whose: For,
}

/// Every method of every contract.
fn methods() -> Vec<Method> {
    let set = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut messages = BTreeMap::new();
    for file in set.file.iter().filter(|file| file.package().starts_with("bushel.")) {
        for message in &file.message_type {
            messages.insert(format!(".{}.{}", file.package(), message.name()), message.clone());
        }
    }
    let mut all = Vec::new();
    for file in set.file.iter().filter(|file| file.package().starts_with("bushel.")) {
        for service in &file.service {
            for method in &service.method {
                let name = method.name().to_owned();
                all.push(Method {
                    path: format!("/{}.{}/{name}", file.package(), service.name()),
                    whose: whose(service.name(), &name),
                    input: messages[method.input_type()].clone(),
                    name,
                });
            }
        }
    }
    all
}

fn whose(service: &str, method: &str) -> For {
    match service {
        "AdminService" | "PaymentsStaffService" => For::Staff,
        "LedgerService" if matches!(method, "ListAssets" | "GetAsset") => For::Users,
        "LedgerService" => For::Staff,
        _ if PUBLIC.contains(&method) || method == "CreatePasskeySignIn" => For::Anybody,
        _ if STAFF.contains(&method) => For::Staff,
        _ => For::Users,
    }
}

/// Bytes in, bytes out: the messages are made by hand.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}

async fn call(
    channel: &Channel,
    path: &str,
    token: Option<&str>,
    message: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let path = path.parse().unwrap();
    let mut answers = client.server_streaming(request, path, Raw).await?.into_inner();
    Ok(answers.message().await?.unwrap_or_default())
}

/// What of ann's a method with an id is about.
fn subject(method: &str) -> &'static str {
    let known = [
        ("Webhook", "webhook"),
        ("PaymentRequest", "request"),
        ("Refund", "deposit"),
        ("Deposit", "deposit"),
        ("Withdrawal", "withdrawal"),
        ("Schedule", "schedule"),
        ("Transfer", "transfer"),
        ("ApiKey", "api_key"),
        ("Session", "session"),
        ("Passkey", "passkey"),
        ("Account", "account"),
        ("Balances", "account"),
        ("History", "account"),
        ("Statement", "account"),
    ];
    let found = known.iter().find(|(word, _)| method.contains(word));
    found.unwrap_or_else(|| panic!("what of ann's is {method} about?")).1
}

/// A message with ann's ids in the fields that are called so, and all else that a call needs.
/// `None` if it has no such field.
fn about(method: &Method, ann: &Ann) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut has_id = false;
    for field in &method.input.field {
        let tag = u32::try_from(field.number()).unwrap();
        match (field.name(), field.r#type()) {
            ("id" | "account_id" | "deposit_id" | "delivery_id", Type::String) => {
                has_id = true;
                let key = match field.name() {
                    "delivery_id" => "delivery",
                    _ => subject(&method.name),
                };
                prost::encoding::string::encode(tag, &ann.objects[key], &mut message);
            }
            ("month", Type::String) => {
                prost::encoding::string::encode(tag, &ann.objects["month"], &mut message);
            }
            (_, Type::Enum) => prost::encoding::int32::encode(tag, &1, &mut message),
            ("version" | "expected_version" | "overlap_s", _) => {
                prost::encoding::uint32::encode(tag, &1, &mut message);
            }
            _ => {}
        }
    }
    has_id.then_some(message)
}

#[tokio::test]
async fn line_15_nobody_reaches_what_is_anothers_over_grpc() {
    let bank = Bank::open();
    let channel = Endpoint::from_shared(bank.server.url.clone()).unwrap();
    let channel = channel.connect().await.unwrap();
    let ann = Ann::settle(&bank);
    let bob = bank.sign_up("bob");
    let bobs = text(&bob.session, "access_token");
    let before = ann.snapshot(&bank);
    let (mut wrong, mut counted) = (Vec::new(), BTreeMap::new());
    for method in methods() {
        let mut expect = |what: &'static str, wanted: &[Code], answer: Result<Vec<u8>, Status>| {
            *counted.entry(what).or_insert(0) += 1;
            let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
            if !wanted.contains(&code) {
                wrong.push(format!("{what}: {} {answer:?}", method.path));
            }
        };
        if method.whose != For::Anybody {
            let answer = call(&channel, &method.path, None, Vec::new()).await;
            expect("without a token", &[Code::Unauthenticated], answer);
        }
        if method.whose == For::Staff {
            let answer = call(&channel, &method.path, Some(&bobs), Vec::new()).await;
            expect("staff", &[Code::PermissionDenied], answer);
        }
        if method.whose == For::Users
            && let Some(message) = about(&method, &ann)
        {
            let answer = call(&channel, &method.path, Some(&bobs), message).await;
            expect("foreign", &[Code::NotFound, Code::PermissionDenied], answer);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counted["without a token"] > 100, "{counted:?}");
    assert!(counted["staff"] > 30 && counted["foreign"] > 30, "{counted:?}");
    assert_eq!(objects::difference(&before, &ann.snapshot(&bank)), None);
}
