//! Products in files.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use shop::ShopOptions;

use crate::app::{ANN, Answer, App, Process, World, actor, product_body, staff};

const PATH: &str = "/v1/shop/imports";

async fn send(process: &Process, query: &str, kind: &str, file: &str) -> Answer {
    let headers = [("content-type", kind)];
    let path = format!("{PATH}{query}");
    let body = Body::from(file.to_owned());
    process.send(Some(staff()), Method::POST, &path, &headers, body).await
}

/// An import of CSV, once it is over.
async fn import(app: &App, query: &str, file: &str) -> Value {
    let made = send(&app.process, query, "text/csv", file).await;
    assert_eq!((made.status, &made.body["status"]), (202, &json!("waiting")), "{made:?}");
    assert_eq!(made.headers["location"], format!("{PATH}/{}", made.id()));
    app.process.bus.settle().await;
    app.process.staff_get(&format!("{PATH}/{}", made.id())).await.body
}

/// created, changed, unchanged, refused.
fn counts(import: &Value) -> [u64; 4] {
    assert_eq!(import["status"], "done", "{import}");
    assert_eq!(import["lines_done"], import["lines_total"], "{import}");
    ["created", "changed", "unchanged", "refused"].map(|name| import[name].as_u64().unwrap())
}

async fn errors(app: &App, import: &Value) -> Vec<(u64, String, String)> {
    let path = format!("{PATH}/{}/errors", import["id"].as_str().unwrap());
    let page = app.process.staff_get(&path).await;
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    let error = |it: &Value| (it["line"].as_u64().unwrap(), text(it, "field"), text(it, "code"));
    page.body["data"].as_array().unwrap().iter().map(error).collect()
}

async fn export(app: &App, format: &str) -> String {
    let path = format!("/v1/shop/exports/products?format={format}");
    let seen = app.process.staff_get(&path).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    String::from_utf8(seen.bytes).unwrap()
}

/// What a file needs that others are to be told from: fields and a category.
async fn prepare(app: &App) {
    for (handle, subject) in [("fabric", "product"), ("made-on", "variant")] {
        let body = json!({ "handle": handle, "subject": subject, "kind": "text", "title": "x" });
        assert_eq!(app.process.staff_post("/v1/shop/custom-fields", body).await.status, 201);
    }
    for handle in ["lamps", "sale"] {
        let body = json!({ "handle": handle, "title": handle });
        assert_eq!(app.process.staff_post("/v1/shop/categories", body).await.status, 201);
    }
}

/// A shop with all that can stand in a file.
async fn full() -> App {
    let app = App::start().await;
    prepare(&app).await;
    let lantern = json!({
        "handle": "lantern", "status": "active", "title": "=Paper, \"round\"",
        "description": "Two\r\nlines", "vendor": "Lumen", "tags": ["b", "a"], "tax_class": "reduced",
        "translations": { "de": { "title": "Laterne" }, "fr": { "description": "Du papier" } },
        "categories": ["sale", "lamps"], "custom_fields": { "fabric": "@silk" },
        "options": [{ "name": "Size", "values": ["S", "L"] }, { "name": "Colour", "values": ["red"] }],
        "variants": [
            { "sku": "L-S", "options": { "Size": "S", "Colour": "red" }, "barcode": "-12",
              "weight_g": 120, "custom_fields": { "made-on": "today" }, "backorder_max": 3,
              "available_from": "2030-01-01T00:00:00Z",
              "prices": [{ "currency": "EUR", "amount": "1250",
                           "tiers": [{ "min_quantity": 10, "amount": "1100" }] },
                         { "currency": "USD", "amount": "1400" }] },
            { "sku": "L-L", "title": "Large", "options": { "Size": "L", "Colour": "red" },
              "needs_shipping": false, "tracks_stock": false, "position": 7 },
        ],
    });
    let made = app.process.staff_post("/v1/shop/products", lantern).await;
    assert_eq!(made.status, 201, "{made:?}");
    let mut draft = product_body("draft", "D1");
    draft["status"] = json!("draft");
    let draft = app.process.staff_post("/v1/shop/products", draft).await;
    let more = json!({ "sku": "D2" });
    let path = format!("/v1/shop/products/{}", draft.id());
    assert_eq!(app.process.staff_post(&format!("{path}/variants"), more).await.status, 422);
    let retired = format!("{path}/variants/{}", draft.body["variants"][0]["id"].as_str().unwrap());
    assert_eq!(app.process.staff_delete(&retired).await.status, 204);
    app
}

#[tokio::test]
async fn an_export_is_imported_unchanged_here_and_makes_the_same_elsewhere() {
    let (here, there) = (full().await, App::start().await);
    prepare(&there).await;
    for (format, kind) in [("csv", "text/csv"), ("jsonl", "application/jsonl")] {
        let file = export(&here, format).await;
        let made = send(&here.process, "", kind, &file).await;
        here.process.bus.settle().await;
        let over = here.process.staff_get(&format!("{PATH}/{}", made.id())).await.body;
        assert_eq!(counts(&over), [0, 0, 3, 0], "{format}: {file}");
        assert_eq!(export(&here, format).await, file);
    }
    let file = export(&here, "csv").await;
    assert!(file.contains("lantern,\"'=Paper, \"\"round\"\"\",\"Two\r\nlines\",active"), "{file}");
    assert!(file.contains(",'-12,") && file.contains(",'@silk,"), "{file}");
    assert_eq!(counts(&import(&there, "", &file).await), [3, 0, 0, 0]);
    assert_eq!(export(&there, "csv").await, file);
    let seen = there.process.staff_get("/v1/shop/products/lantern").await;
    assert_eq!(seen.body["title"], "=Paper, \"round\"");
    assert_eq!(there.audited("shop.product.created").await.len(), 2);
}

#[tokio::test]
async fn a_file_makes_changes_and_leaves() {
    let app = App::start().await;
    let file = "\u{feff}handle,sku,title,status,price.EUR,option1_name,option1_value\r\n\
        lamp,L1,Lamp,active,1250 10:1100,Colour,red\r\n\
        lamp,L2,,,1300,Colour,blue\r\n\
        \r\n\
        hat,H1,Hat,,900,,\r\n";
    assert_eq!(counts(&import(&app, "", file).await), [3, 0, 0, 0]);
    assert_eq!(counts(&import(&app, "", file).await), [0, 0, 3, 0]);
    let changed = "sku,handle,price.EUR,vendor\nL2,lamp,,Lumen\nL3,lamp,5,Lumen\nH1,hat,900,\n";
    let over = import(&app, "", changed).await;
    assert_eq!(counts(&over), [0, 0, 1, 2], "the new variant has no colour: {over}");
    let options = "option1_name,option1_value";
    let changed = format!(
        "sku,handle,price.EUR,vendor,{options}\nL2,lamp,,Lumen,Colour,blue\n\
         L3,lamp,5,Lumen,Colour,green\nH1,hat,900,,,\n"
    );
    assert_eq!(counts(&import(&app, "", &changed).await), [1, 1, 1, 0]);
    let seen = app.process.staff_get("/v1/shop/products/lamp").await;
    let lamp = &seen.body;
    assert_eq!((&lamp["vendor"], &lamp["status"]), (&json!("Lumen"), &json!("active")));
    assert_eq!(lamp["options"][0]["values"], json!(["red", "blue", "green"]));
    let prices = |at: usize| lamp["variants"][at]["prices"].as_array().unwrap().len();
    assert_eq!([prices(0), prices(1), prices(2)], [1, 0, 1], "what isn't named stays");
    app.process.shop.search_caught_up().await.unwrap();
    let found = app.process.see("/v1/shop/products?filter[option.Colour]=green").await;
    assert_eq!(found.each("handle"), ["lamp"]);
    assert_eq!(app.audited("shop.product.imported").await.len(), 1);
    assert_eq!(app.world.count("select count(*) from shop.import_chunks").await, 0);
}

#[tokio::test]
async fn a_dry_run_tells_and_does_nothing() {
    let app = App::start().await;
    app.process.product("lamp", "L1").await;
    let file = "handle,sku,title\nlamp,L1,Lantern\nhat,H1,Hat\ncap,L1,Cap\n";
    let over = import(&app, "?dry_run=true", file).await;
    assert_eq!((counts(&over), &over["dry_run"]), ([1, 1, 0, 1], &json!(true)));
    assert_eq!(app.process.staff_get("/v1/shop/products/lamp").await.body["title"], "lamp");
    assert_eq!(app.world.count("select count(*) from shop.products").await, 1);
    assert_eq!(counts(&import(&app, "", file).await), [1, 1, 0, 1]);
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_line_and_the_column() {
    let app = App::start().await;
    prepare(&app).await;
    app.process.product("other", "TAKEN").await;
    let file = "handle,sku,title,status,weight_g,price.EUR,price.APPLE,categories,field.fabric,description\n\
        a,A1,A,,,,,,,\"two\nlines\"\n\
        b,B1,B,gone,heavy,,,,,\n\
        c,C1,C,,,,,,\n\
        d,TAKEN,D,,,,,,,\n\
        e,E1,E,,,,5,,,\n\
        f,F1,F,,,,,none,,\n\
        g,G1,,,,,,,,\n\
        h,H1,H,,,,,,,\n\
        h,H1,H,,,,,,,\n\
        i,I1,I,,,12.50,,,,\n\
        j,J1,\"J\"x,,,,,,,\n\
        k,K1,K,,,,,,wool,\n";
    let over = import(&app, "", file).await;
    assert_eq!(counts(&over), [2, 0, 0, 10], "{over}");
    let expected = [
        (4, "status", "shop.import.cell_invalid"),
        (4, "weight_g", "shop.import.cell_invalid"),
        (5, "", "shop.import.cells_differ"),
        (6, "sku", "shop.variant.sku_taken"),
        (7, "price.APPLE", "shop.currency.unknown"),
        (8, "categories", "shop.category.unknown"),
        (9, "title", "shop.product.title_missing"),
        (11, "sku", "shop.import.cell_invalid"),
        (12, "price.EUR", "shop.import.cell_invalid"),
        (13, "", "shop.import.malformed"),
    ];
    let owned = |(line, field, code): (u64, &str, &str)| (line, field.to_owned(), code.to_owned());
    assert_eq!(errors(&app, &over).await, expected.map(owned));
    assert_eq!(over["errors"], expected.len());
    let lines = "{\"handle\": \"x\", \"sku\": \"X1\", \"title\": \"X\", \"colour\": \"red\"}\n[]\n\
        {\"handle\": \"x\\u0000\", \"sku\": \"X1\", \"\\u0000\": 1}\n";
    let made = send(&app.process, "", "application/x-ndjson", lines).await;
    app.process.bus.settle().await;
    let expected = [
        (1, "colour", "shop.import.cell_invalid"),
        (2, "", "shop.import.malformed"),
        (3, "\u{fffd}", "shop.import.cell_invalid"),
    ];
    assert_eq!(errors(&app, &made.body).await, expected.map(owned));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_fails_as_a_whole() {
    let app = App::start().await;
    for (file, code) in [
        ("", "shop.import.empty"),
        ("handle,title\na,A\n", "shop.import.columns"),
        ("handle,sku,colour\na,A,red\n", "shop.import.columns"),
        ("handle,\"sku\nx\n", "shop.import.malformed"),
        ("\u{0}\n", "shop.import.columns"),
    ] {
        let over = import(&app, "", file).await;
        assert_eq!((&over["status"], &over["failure"]["code"]), (&json!("failed"), &json!(code)));
    }
    let long = format!("handle,sku\n\"{}", "x".repeat(2 << 20));
    let over = import(&app, "", &long).await;
    assert_eq!(over["failure"]["code"], "shop.import.record_too_long", "{over}");
    let large = "x".repeat((16 << 20) + 1);
    let refused = send(&app.process, "", "text/csv", &large).await;
    assert_eq!(refused.problem(), (413, "shop.import.too_large"));
    let refused = send(&app.process, "", "text/html", "handle,sku\n").await;
    assert_eq!(refused.problem(), (415, "request.body.media_type"));
    assert_eq!(app.world.count("select count(*) from shop.products").await, 0);
}

#[tokio::test]
async fn a_repeat_takes_no_file_twice_and_one_that_broke_off_comes_anew() {
    let app = App::start().await;
    let headers = [("content-type", "text/csv"), ("idempotency-key", "k")];
    let post = async |body: Body| {
        app.process.send(Some(staff()), Method::POST, PATH, &headers, body).await
    };
    let broken = futures_util::stream::iter([
        Ok("handle,sku,title\nx".repeat(40_000)),
        Err(std::io::Error::other("gone")),
    ]);
    let cut = post(Body::from_stream(broken)).await;
    assert_eq!(cut.problem(), (400, "shop.import.cut_off"));
    let file = "handle,sku,title\nlamp,L1,Lamp\n";
    let first = post(Body::from(file)).await;
    assert_eq!((first.status, &first.body["lines_total"]), (202, &json!(1)));
    app.process.bus.settle().await;
    let again = post(Body::from(file)).await;
    assert_eq!((again.id(), &again.body["status"]), (first.id(), &json!("done")));
    let list = app.process.staff_get(PATH).await;
    assert_eq!(list.each("id"), [first.id()]);
}

#[tokio::test]
async fn after_a_crash_it_goes_on_where_it_was() {
    let world = World::new().await;
    let process = world.start(ShopOptions::default()).await;
    process.product("p-400", "S400").await;
    let line = |number: u32| format!("p-{number},S{number},Product {number}\n");
    let file = format!("handle,sku,title\n{}", (1..=500).map(line).collect::<String>());
    // The second part waits for somebody who holds a product.
    let mut client = world.database().dedicated_client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    let hold = "select 1 from shop.products where handle = 'p-400' for update";
    tx.execute(hold, &[]).await.unwrap();
    let made = send(&process, "", "text/csv", &file).await;
    let done = "select coalesce(max(lines_done), 0)::bigint from shop.imports";
    while world.count(done).await == 0 {
        tokio::task::yield_now().await;
    }
    drop(process);
    tx.rollback().await.unwrap();
    let before = world.count(done).await;
    assert_eq!(before, 299, "the last one may have had more lines");
    let process = world.start(ShopOptions::default()).await;
    world.clock.advance(Duration::from_secs(3_600));
    process.bus.settle().await;
    let over = process.staff_get(&format!("{PATH}/{}", made.id())).await.body;
    assert_eq!(counts(&over), [499, 1, 0, 0]);
    assert_eq!(world.count("select count(*) from shop.variants").await, 500);
}

#[tokio::test]
async fn nobody_but_staff_sees_files() {
    let app = App::start().await;
    let over = import(&app, "", "handle,sku,title\nlamp,L1,Lamp\n").await;
    let own = format!("{PATH}/{}", over["id"].as_str().unwrap());
    let paths = [PATH.to_owned(), format!("{own}/errors"), own];
    for path in paths.iter().map(String::as_str).chain(["/v1/shop/exports/products"]) {
        assert_eq!(app.process.see(path).await.status, 401, "{path}");
        assert_eq!(app.process.get(path).await.status, 403, "{path}");
    }
    let headers = [("content-type", "text/csv")];
    for (who, status) in [(None, 401), (Some(actor(ANN)), 403)] {
        let refused = app.process.send(who, Method::POST, PATH, &headers, Body::from("x")).await;
        assert_eq!(refused.status, status);
    }
    let missing = format!("{PATH}/imp_00000000000000000000000009");
    assert_eq!(app.process.staff_get(&missing).await.problem(), (404, "shop.import.not_found"));
    let path = "/v1/shop/exports/products?format=xml";
    assert_eq!(app.process.staff_get(path).await.pointer(), "query:format");
}
