use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use proptest::prelude::*;
use serde::Deserialize;
use tower::ServiceExt;

use super::*;
use crate::Amount;

#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Basket {
    apples: Vec<Apple>,
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Apple {
    price: Amount,
}

async fn send(content_type: Option<&str>, body: &[u8]) -> (u16, String) {
    let echo = |Json(basket): Json<Basket>| async { Json(basket) };
    let app = Router::new().route("/", post(echo)).layer(DefaultBodyLimit::max(1000));
    let mut request = Request::post("/");
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    let request = request.body(Body::from(body.to_vec())).unwrap();
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn refused(body: &[u8]) -> (String, Option<String>) {
    let problem = parse::<Basket>(body).unwrap_err();
    assert_eq!((problem.status, &*problem.code), (400, "request.body.invalid"));
    let pointer = problem.errors.first().map(|error| error.pointer.clone());
    (problem.detail.clone(), pointer)
}

#[tokio::test]
async fn json_goes_in_and_out() {
    let body = br#"{"apples":[{"price":"3"}]}"#;
    for content_type in
        ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
    {
        let answer = send(Some(content_type), body).await;
        assert_eq!(answer, (200, r#"{"apples":[{"price":"3"}]}"#.to_owned()));
    }
}

#[tokio::test]
async fn other_content_types_are_415() {
    for content_type in [None, Some("text/plain"), Some("text/json"), Some("application/jsonp")] {
        let (status, body) = send(content_type, br#"{"apples":[]}"#).await;
        assert_eq!(status, 415, "{content_type:?}");
        assert!(body.contains("request.body.media_type"), "{body}");
    }
}

#[tokio::test]
async fn body_above_the_limit_is_413() {
    let (status, body) = send(Some("application/json"), &[b' '; 1001]).await;
    assert_eq!(status, 413);
    assert!(body.contains("request.body.too_large"), "{body}");
}

#[test]
fn wrong_fields_are_pointed_at() {
    let check = |body: &str, pointer: &str, detail: &str| {
        let refused = refused(body.as_bytes());
        assert_eq!(refused.1.as_deref(), Some(pointer), "{body}: {}", refused.0);
        assert!(refused.0.starts_with(detail), "{body}: {}", refused.0);
    };
    check(r#"{"apples":[{"price":"1"},{"price":1.5}]}"#, "/apples/1/price", "as a JSON number");
    check(r#"{"apples":[{"price":"1","x":0}]}"#, "/apples/0/x", "unknown field `x`");
    check(r#"{"apples":[{}]}"#, "/apples/0", "missing field `price`");
    check(r#"{"apples":[],"apples":[]}"#, "", "duplicate field `apples`");
    check("[]", "", "invalid length 0");
}

#[test]
fn what_is_not_one_json_value_is_refused() {
    let check = |body: &[u8], detail: &str| {
        let (found, _) = refused(body);
        assert!(found.starts_with(detail), "{found}");
    };
    check(b"", "the body is empty");
    check(b" \n", "the body is empty");
    check(b"\xff", "the body is not valid UTF-8");
    check(br#"{"apples":[]} x"#, "trailing characters");
    check(br#"{"apples":[]}{}"#, "trailing characters");
    check(br#"{"apples":[{"price":NaN}]}"#, "expected value");
    check(br#"{"apples":["#, "EOF while parsing");
    check("\u{feff}{}".as_bytes(), "expected value");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse::<serde_json::Value>(nested(64).as_bytes()).is_ok());
    let problem = parse::<serde_json::Value>(nested(65).as_bytes()).unwrap_err();
    assert_eq!(problem.detail, "the body is nested deeper than 64 levels");
    let quoted = format!("[{:?}]", "\"\\".to_owned() + &"[".repeat(100));
    assert!(
        parse::<serde_json::Value>(quoted.as_bytes()).is_ok(),
        "brackets in strings don't count"
    );
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse::<Basket>(&body);
    }

    #[test]
    fn no_json_like_text_panics(body in r#"[\[\]{}",:\\a-c0-9. -]{0,60}"#) {
        let _ = parse::<serde_json::Value>(body.as_bytes());
        let _ = parse::<Basket>(body.as_bytes());
    }
}
