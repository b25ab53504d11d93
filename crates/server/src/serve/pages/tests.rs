use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt as _;

use super::*;

async fn answer(method: Method, path: &str) -> (StatusCode, String, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = routes().oneshot(request).await.unwrap();
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE).map_or("", |it| it.to_str().unwrap());
    let content_type = content_type.to_owned();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, content_type, String::from_utf8(body.to_vec()).unwrap())
}

/// The values of an attribute in a page.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn every_page_is_there_and_listed() {
    for path in PAGES {
        let (status, ..) = answer(Method::GET, path).await;
        let is_redirect = path == "/operator";
        assert_eq!(status.is_redirection(), is_redirect, "{path}");
        assert!(is_redirect || status == StatusCode::OK, "{path}");
        assert!(is_page(path));
    }
    assert!(!is_page("/operator/x") && !is_page("/v1/operator"));
}

#[tokio::test]
async fn line_20_pages_have_no_inline_script_style_or_handler() {
    let (_, content_type, page) = answer(Method::GET, "/operator/").await;
    assert_eq!(content_type, "text/html; charset=utf-8");
    assert!(!page.contains("<style") && !page.contains(" style="));
    assert!(!page.contains("javascript:") && !page.contains("<base"));
    let scripts = page.matches("<script").count();
    assert_eq!(scripts, attributes(&page, "src").len(), "every script has a source");
    let handlers =
        page.split_whitespace().any(|word| word.starts_with("on") && word.contains("=\""));
    assert!(!handlers);
    let policy = POLICY.to_str().unwrap().to_owned();
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn pages_load_only_what_is_here() {
    let (_, _, page) = answer(Method::GET, "/operator/").await;
    let sources = attributes(&page, "src");
    let links = attributes(&page, "href");
    let local = links.into_iter().filter(|href| !href.starts_with(['#', 'd']));
    for file in sources.into_iter().chain(local) {
        assert!(is_page(file), "it loads {file}");
    }
}
