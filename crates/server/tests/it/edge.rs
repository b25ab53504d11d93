//! What every request passes before its handler.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::body::Body;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;

use crate::bushel::{Running, bushel, folder, stdout};
use crate::http::Client;

#[test]
fn everything_but_the_public_addresses_needs_the_token() {
    let folder = folder();
    let server = Running::start(folder.path());
    let anyone = Client::anonymous(&server.url);
    for path in ["/metrics", "/v1/ledger/assets", "/nothing", "/healthz/", "/v1/operator/x"] {
        let answer = anyone.get(path);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "request.token.missing"),
            "{path}"
        );
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"bushel\""));
    }
    let wrong = Client::new(&server.url, &format!("bshl_op_{}", "0".repeat(72)));
    assert_eq!(wrong.get("/metrics").code(), "request.token.invalid");
    for path in ["/openapi.json", "/docs/", "/docs/errors", "/docs/swagger-ui.css"] {
        assert_eq!(anyone.get(path).status, 200, "{path}");
    }
    let known = server.client(folder.path());
    assert_eq!(known.get("/metrics").status, 200);
    assert!(known.get("/metrics").body.contains("http_requests_total{"));
}

#[test]
fn unknown_addresses_and_methods_are_problems() {
    let folder = folder();
    let server = Running::start(folder.path());
    let client = server.client(folder.path());
    let answer = client.get("/nothing");
    assert_eq!((answer.status, answer.code().as_str()), (404, "request.path.not_found"));
    let answer = client.send("DELETE", "/v1/ledger/assets", "", "");
    assert_eq!((answer.status, answer.code().as_str()), (405, "request.method.not_allowed"));
    let allowed = answer.header("allow").unwrap();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    let answer = client.send("OPTIONS", "/v1/ledger/assets", "", "");
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert!(answer.header("allow").unwrap().contains("POST"));
    let answer = client.send("HEAD", "/v1/ledger/assets", "", "");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[test]
fn answers_carry_the_request_id_and_safe_headers() {
    let folder = folder();
    let server = Running::start(folder.path());
    let client = server.client(folder.path());
    let answer = client.send("GET", "/v1/ledger/assets", "X-Request-Id: job-7\r\n", "");
    assert_eq!(answer.header("x-request-id"), Some("job-7"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy").unwrap();
    assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
    let policy = client.get("/docs/").header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("script-src 'self';"), "{policy}");
}

#[test]
fn requests_that_are_too_large_or_broken_are_refused() {
    let folder = folder();
    let server = Running::start(folder.path());
    let client = server.client(folder.path());
    let token = std::fs::read_to_string(folder.path().join("token")).unwrap();
    let head = format!("Authorization: Bearer {}\r\n", token.trim());
    let answer = client.raw(&format!(
        "POST /v1/ledger/transfers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\
         Content-Type: application/json\r\nContent-Length: 16777217\r\n\r\n"
    ));
    assert_eq!((answer.status, answer.code().as_str()), (413, "request.body.too_large"));
    let answer = client.raw(&format!("GET /healthz HTTP/1.1\r\nConnection: close\r\n{head}\r\n"));
    assert_eq!(answer.code(), "request.host.invalid");
    let hosts = "Host: a\r\nHost: b\r\n";
    let answer = client.raw(&format!("GET /healthz HTTP/1.1\r\nConnection: close\r\n{hosts}\r\n"));
    assert_eq!(answer.code(), "request.host.invalid");
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    assert_eq!(client.raw(&format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n")).status, 431);
    let long = "y".repeat(100_000);
    let answer = client.raw(&format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {long}\r\n\r\n"));
    // What it didn't read makes the system reset the connection, perhaps before we read this.
    assert!([431, 0].contains(&answer.status), "{}", answer.status);
    let twice = "Content-Length: 1\r\nContent-Length: 2\r\n";
    let answer = client.raw(&format!("POST /healthz HTTP/1.1\r\nHost: x\r\n{twice}\r\nab"));
    assert_eq!(answer.status, 400);
    assert_eq!(client.get("/v1/ledger/assets").status, 200, "others are not affected");
}

#[test]
fn silent_client_is_let_go() {
    let folder = folder();
    let server = Running::start(folder.path());
    let address = server.url.strip_prefix("http://").unwrap();
    let began = Instant::now();
    let sent = ["", "GET /healthz HTTP/1.1\r\nHo"];
    let streams = sent.map(|sent| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    });
    for mut stream in streams {
        let mut answer = Vec::new();
        // Some way of closing, but soon.
        let _ = stream.read_to_end(&mut answer);
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[tokio::test]
async fn grpc_health_and_reflection_need_no_token_and_the_ledger_does() {
    use proto::ledger::v1::{ListAssetsRequest, ledger_service_client::LedgerServiceClient};
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::{ServerReflectionRequest, server_reflection_response};

    let folder = folder();
    let server = Running::start(folder.path());
    let endpoint = tonic::transport::Endpoint::from_shared(server.url.clone()).unwrap();
    let channel = endpoint.connect().await.unwrap();
    for service in ["", "bushel.ledger.v1.LedgerService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let health = HealthClient::new(channel.clone()).check(request).await.unwrap();
        assert_eq!(health.into_inner().status, 1, "SERVING");
    }
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = ServerReflectionClient::new(channel.clone())
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let server_reflection_response::MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}");
    };
    assert!(list.service.iter().any(|service| service.name == "bushel.ledger.v1.LedgerService"));
    let mut ledger = LedgerServiceClient::new(channel);
    let refused = ledger.list_assets(ListAssetsRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unauthenticated);
}

/// The head of a call, and a message that never comes.
async fn call_without_a_message(url: String) -> axum::http::HeaderMap {
    let mut builder = HyperClient::builder(TokioExecutor::new());
    let client: HyperClient<_, Body> = builder.http2_only(true).build_http();
    let message = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let request = axum::http::Request::post(url)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::from_stream(message));
    client.request(request.unwrap()).await.unwrap().headers().clone()
}

#[tokio::test]
async fn line_22_a_call_whose_message_never_comes_gives_its_place_back() {
    let folder = folder();
    let server = Running::start(folder.path());
    let methods = ["grpc.health.v1.Health/Check", "bushel.identity.v1.IdentityService/SignIn"].map(
        |method| {
            let call = call_without_a_message(format!("{}/{method}", server.url));
            tokio::time::timeout(Duration::from_secs(40), call)
        },
    );
    for answer in futures_util::future::join_all(methods).await {
        let headers = answer.expect("it is given up");
        assert_eq!(headers["grpc-status"], "14", "{headers:?}");
    }
}

#[test]
fn event_stream_does_not_hold_up_the_stop() {
    let folder = folder();
    let server = Running::start(folder.path());
    let address = server.url.strip_prefix("http://").unwrap();
    let token = std::fs::read_to_string(folder.path().join("token")).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let token = token.trim();
    let request = format!(
        "GET /v1/ledger/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Accept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 15];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    let began = Instant::now();
    server.signal("TERM");
    assert!(server.wait().success());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn printed_document_is_the_one_that_is_served() {
    let folder = folder();
    let server = Running::start(folder.path());
    let served = Client::anonymous(&server.url).get("/openapi.json");
    let printed = bushel(&["openapi"]).output().unwrap();
    assert_eq!(stdout(&printed), served.body);
    let document = served.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let operation = &document["paths"]["/v1/ledger/transfers"]["post"];
    for status in ["200", "400", "401", "405", "413", "415", "503"] {
        assert!(operation["responses"][status].is_object(), "{status}");
    }
}
