//! Pictures of products.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use identity::Actor;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, actor, staff};

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let colour = |x: u32, y: u32| image::Rgb([(x % 256) as u8, (y % 256) as u8, 7]);
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, colour))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

async fn send(app: &App, who: Option<Actor>, path: &str, kind: &str, bytes: Vec<u8>) -> Answer {
    let headers = [("content-type", kind)];
    app.process.send(who, Method::POST, path, &headers, Body::from(bytes)).await
}

async fn with_lamp() -> (App, String, Answer) {
    let app = App::start().await;
    let made = app.process.product("lamp", "L1").await;
    let path = format!("/v1/shop/products/{}", made.id());
    (app, path, made)
}

async fn sent(app: &App, product: &str, query: &str) -> Answer {
    let path = format!("{product}/images{query}");
    let made =
        send(app, Some(staff()), &path, "image/png", picture(900, 450, ImageFormat::Png)).await;
    assert_eq!(made.status, 201, "{made:?}");
    made
}

#[tokio::test]
async fn a_picture_is_served_in_three_sizes_for_ever() {
    let (app, path, product) = with_lamp().await;
    let variant = product.body["variants"][0]["id"].as_str().unwrap();
    let made = sent(&app, &path, &format!("?alt=A%20lamp&variant={variant}")).await;
    assert_eq!(
        (made.etag(), &made.body["width"], &made.body["height"]),
        ("\"2\"", &json!(900), &json!(450))
    );
    for (index, (size, width)) in [(1200, 900), (600, 600), (200, 200)].into_iter().enumerate() {
        let file = &made.body["files"][index];
        assert_eq!(file["size"], size);
        let seen = app.process.see(file["url"].as_str().unwrap()).await;
        assert_eq!(seen.status, 200, "{size}");
        assert_eq!(seen.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(seen.headers["x-content-type-options"], "nosniff");
        let read = image::load_from_memory(&seen.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (width, width / 2));
    }
    let seen = app.process.see(&path).await;
    assert_eq!(seen.body["images"][0]["alt"], "A lamp");
    assert_eq!(seen.body["images"][0]["variant"], variant);
    let list = app.process.see("/v1/shop/products").await;
    assert_eq!(list.body["data"][0]["image"]["id"], made.body["id"]);
    for path in ["599", "0", "x", "-1"] {
        let seen = app.process.see(&format!("/v1/shop/images/{}/{path}", made.id())).await;
        assert!([400, 404].contains(&seen.status), "{path}");
    }
}

#[tokio::test]
async fn pictures_have_an_order_and_go() {
    let (app, path, _) = with_lamp().await;
    let (first, second) = (sent(&app, &path, "").await, sent(&app, &path, "").await);
    let own = |image: &Answer| format!("{path}/images/{}", image.id());
    let shown = async || {
        let seen = app.process.see(&path).await;
        let images = seen.body["images"].as_array().unwrap().clone();
        images.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [first.id(), second.id()]);
    let moved = app.process.staff_patch(&own(&first), json!({ "position": 9, "alt": "x" })).await;
    assert_eq!((moved.status, &moved.body["alt"]), (200, &json!("x")));
    assert_eq!(shown().await, [second.id(), first.id()]);
    let late = [("if-match", "\"1\"")];
    let late = app.process.staff_json(Method::PATCH, &own(&first), &late, json!({})).await;
    assert_eq!(late.status, 412);
    assert_eq!(app.process.staff_delete(&own(&second)).await.status, 204);
    assert_eq!(
        app.process.staff_delete(&own(&second)).await.problem(),
        (404, "shop.image.not_found")
    );
    assert_eq!(shown().await, [first.id()]);
    let gone = app.process.see(&format!("/v1/shop/images/{}/600", second.id())).await;
    assert_eq!(gone.status, 404);
    assert_eq!(app.audited("shop.image.added").await.len(), 2);
}

#[tokio::test]
async fn all_pictures_are_put_in_order_at_once() {
    let (app, path, product) = with_lamp().await;
    let p = &app.process;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(sent(&app, &path, "").await.id());
    }
    let order = json!({ "images": [ids[2], ids[0], ids[1]] });
    let path = format!("{path}/images");
    let late = [("if-match", product.etag())];
    let late = p.staff_json(Method::PUT, &path, &late, order.clone()).await;
    assert_eq!(late.problem(), (412, "shop.version.changed"));
    let put = p.staff_put(&path, order).await;
    assert_eq!((put.status, put.etag()), (200, "\"5\""), "{put:?}");
    assert_eq!(put.each("id"), [&*ids[2], &*ids[0], &*ids[1]]);
    p.shop.search_caught_up().await.unwrap();
    let list = p.see("/v1/shop/products").await;
    assert_eq!(list.body["data"][0]["image"]["id"], ids[2]);
    for bad in [json!([]), json!([ids[0], ids[1]]), json!([ids[0], ids[0], ids[1]])] {
        let refused = p.staff_put(&path, json!({ "images": bad })).await;
        assert_eq!(refused.problem(), (422, "shop.image.order_differs"));
    }
    let body = json!({ "images": [] });
    assert_eq!(p.json(Some(actor(ANN)), Method::PUT, &path, &[], body).await.status, 403);
    assert_eq!(app.audited("shop.image.reordered").await.len(), 1);
}

#[tokio::test]
async fn carts_and_orders_show_a_small_picture_and_keep_it() {
    let app = App::selling(5).await;
    let p = &app.process;
    let product = p.see("/v1/shop/products/mug").await;
    let path = format!("/v1/shop/products/{}", product.id());
    let variant = product.body["variants"][0]["id"].as_str().unwrap();
    let general = sent(&app, &path, "").await;
    let own = sent(&app, &path, &format!("?variant={variant}")).await;
    let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
    let seen = p.buy(&ann, Method::GET, &format!("/v1/shop/carts/{cart}"), json!(null)).await;
    let small = format!("/v1/shop/images/{}/200", own.id());
    let line = &seen.body["lines"][0];
    assert_eq!((&line["image"], &line["handle"]), (&json!(small), &json!("mug")), "{seen:?}");
    assert_eq!(p.see(&small).await.status, 200);
    let placed = p.complete(&ann, &cart).await;
    p.staff_delete(&format!("{path}/images/{}", own.id())).await;
    p.staff_patch(&path, json!({ "handle": "cup" })).await;
    let line = &p.order(&placed.id()).await["lines"][0];
    assert_eq!((&line["image"], &line["handle"]), (&json!(small), &json!("mug")));
    let (ann, cart) = p.cart_of(ANN).await;
    let line = &p.add(&ann, &cart, "MUG", 1).await.body["lines"][0];
    let small = format!("/v1/shop/images/{}/200", general.id());
    assert_eq!((&line["image"], &line["handle"]), (&json!(small), &json!("cup")));
}

#[tokio::test]
async fn a_repeat_takes_nothing_twice() {
    let (app, path, _) = with_lamp().await;
    let path = format!("{path}/images");
    let headers = [("content-type", "image/png"), ("idempotency-key", "k")];
    let bytes = picture(30, 30, ImageFormat::Png);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let body = Body::from(bytes.clone());
        let made = app.process.send(Some(staff()), Method::POST, &path, &headers, body).await;
        ids.push(made.id());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(app.world.count("select count(*) from shop.images").await, 1);
}

#[tokio::test]
async fn hostile_pictures_are_refused_with_a_reason() {
    let (app, path, _) = with_lamp().await;
    let path = format!("{path}/images");
    let png = picture(200, 200, ImageFormat::Png);
    let check = async |kind: &str, bytes: Vec<u8>, expected: (u16, &str)| {
        let answer = send(&app, Some(staff()), &path, kind, bytes).await;
        assert_eq!(answer.problem(), expected, "{kind}");
    };
    check("image/gif", png.clone(), (415, "request.body.media_type")).await;
    check("text/html", png.clone(), (415, "request.body.media_type")).await;
    check("image/jpeg", png.clone(), (422, "shop.image.mislabelled")).await;
    check("image/png", png[..png.len() / 2].to_vec(), (422, "shop.image.unreadable")).await;
    check("image/png", b"<svg onload=alert(1)>".to_vec(), (422, "shop.image.unreadable")).await;
    check("image/png", Vec::new(), (422, "shop.image.unreadable")).await;
    check("image/webp", b"RIFF\x04\0\0\0WEBP".to_vec(), (422, "shop.image.unreadable")).await;
    check("image/png", vec![0; (10 << 20) + 1], (413, "request.body.too_large")).await;
    let query = format!("{path}?alt={}", "a".repeat(501));
    let long = send(&app, Some(staff()), &query, "image/png", png.clone()).await;
    assert_eq!(long.pointer(), "query:alt");
    let foreign = format!("{path}?variant=var_00000000000000000000000009");
    let foreign = send(&app, Some(staff()), &foreign, "image/png", png.clone()).await;
    assert_eq!(foreign.problem(), (404, "shop.variant.not_found"));
    for (who, status) in [(None, 401), (Some(actor(ANN)), 403)] {
        assert_eq!(send(&app, who, &path, "image/png", png.clone()).await.status, status);
    }
    assert_eq!(app.world.count("select count(*) from shop.images").await, 0);
    assert_eq!(Value::Null, app.process.see("/v1/shop/products").await.body["data"][0]["image"]);
}
