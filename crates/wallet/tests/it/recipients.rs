//! Whom one can send to.

use identity::{NewPassword, NewUser, Role, RoleSet};
use serde_json::json;

use crate::app::{App, Person};

const PATH: &str = "/v1/wallet/recipients";

async fn handles(app: &App, person: &Person, query: &str) -> Vec<String> {
    let answer = app.get(person, &format!("{PATH}?query={query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.data().iter().map(|it| it["handle"].as_str().unwrap().to_owned()).collect()
}

async fn named(app: &App, handle: &str, name: &str) -> Person {
    app.person_named(handle, name, RoleSet::default().with(Role::User)).await
}

#[tokio::test]
async fn people_with_whom_there_was_something_come_first_and_without_a_query() {
    let app = App::start().await;
    let ann = app.rich("ann", 1_000).await;
    let bob = named(&app, "bob", "Bob Müller").await;
    let (carl, dora) = (app.rich("carl", 10).await, app.rich("dora", 10).await);
    named(&app, "carla", "Carla Stranger").await;
    app.transfer(&ann, &bob, 1).await;
    app.pass(60).await;
    app.transfer(&carl, &ann, 1).await;
    app.pass(60).await;
    let body = json!({ "from": { "handle": "ann" }, "asset": "EUR", "amount": "1" });
    assert_eq!(app.post(&dora, "/v1/wallet/requests", body).await.status, 201);
    app.pass(60).await;
    app.hold(&ann, &bob, 1, 600).await;
    assert_eq!(handles(&app, &ann, "").await, ["bob", "dora", "carl"]);
    assert_eq!(handles(&app, &ann, "M%C3%9CL").await, ["bob"]);
    assert_eq!(handles(&app, &ann, "@car").await, ["carl", "carla"]);
    // One character finds nobody who isn't known.
    assert_eq!(handles(&app, &ann, "c").await, ["carl"]);
    assert_eq!(handles(&app, &dora, "").await, ["ann"]);
    let page = app.get(&ann, &format!("{PATH}?query=car")).await;
    assert_eq!(page.data()[0]["last_at"], "2026-01-01T00:01:00.000000Z");
    assert_eq!(page.data()[1], json!({ "handle": "carla", "name": "Carla Stranger" }));
    assert!(!page.body.to_string().contains("example.org"));
}

#[tokio::test]
async fn strangers_are_found_by_the_beginning_of_their_handle_eight_at_most() {
    let app = App::start().await;
    let ann = app.rich("anna", 10).await;
    for number in 0..20 {
        app.person(&format!("zoe{number:02}")).await;
    }
    let found = handles(&app, &ann, "ZO").await;
    assert_eq!((found.len(), found[0].as_str()), (8, "zoe00"));
    assert_eq!(handles(&app, &ann, "zoe1").await.len(), 8);
    for query in ["oe", "example", "z%25", "an", "zoe_", "%00%00", "zo%C3%AB"] {
        assert_eq!(handles(&app, &ann, query).await, Vec::<String>::new(), "{query}");
    }
    let mut without = NewUser::new("zoezoe@example.org", "Zoe Nohandle", "");
    without.password = NewPassword::None;
    app.identity.create_user(without).await.unwrap();
    assert_eq!(handles(&app, &ann, "zoez").await, Vec::<String>::new());
}

#[tokio::test]
async fn who_does_not_want_to_be_found_is_found_by_those_who_know_them() {
    let app = App::start().await;
    let (ann, eve) = (app.rich("ann", 10).await, app.rich("eve", 10).await);
    let hidden = app.rich("hidden", 10).await;
    let client = app.database.database().client().await.unwrap();
    let sql = "update identity.users set is_discoverable = false where handle = 'hidden'";
    client.batch_execute(sql).await.unwrap();
    app.transfer(&hidden, &ann, 1).await;
    assert_eq!(handles(&app, &ann, "hid").await, ["hidden"]);
    let stranger = app.get(&eve, &format!("{PATH}?query=hidden")).await;
    let nobody = app.get(&eve, &format!("{PATH}?query=hiddem")).await;
    assert_eq!((stranger.data().len(), nobody.data().len()), (0, 0));
    assert_eq!(stranger.body["typed"], json!({ "handle": "hidden" }));
    assert_eq!(nobody.body["typed"], json!({ "handle": "hiddem" }));
}

#[tokio::test]
async fn line_06_an_address_is_never_looked_up() {
    let app = App::start().await;
    let ann = app.rich("ann", 10).await;
    app.person("bob").await;
    let known = app.get(&ann, &format!("{PATH}?query=Bob@example.org")).await;
    let unknown = app.get(&ann, &format!("{PATH}?query=nobody@example.org")).await;
    assert_eq!(known.body, json!({ "data": [], "typed": { "email": "bob@example.org" } }));
    assert_eq!(unknown.body, json!({ "data": [], "typed": { "email": "nobody@example.org" } }));
    for query in ["bob@", "a b@example.org", "bob@example"] {
        let answer = app.get(&ann, &format!("{PATH}?query={}", query.replace(' ', "%20"))).await;
        assert_eq!(answer.body, json!({ "data": [] }), "{query}");
    }
}

#[tokio::test]
async fn line_07_nobody_reads_the_whole_list() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 10).await, app.rich("bob", 10).await);
    for _ in 0..60 {
        assert_eq!(app.get(&ann, &format!("{PATH}?query=xy")).await.status, 200);
    }
    let refused = app.get(&ann, &format!("{PATH}?query=xy")).await;
    assert_eq!(refused.problem(), (429, "wallet.recipient.too_many_searches"));
    assert_eq!(refused.headers["retry-after"], "12");
    // People who are known are no secret, and others are not limited with her.
    assert_eq!(app.get(&ann, PATH).await.status, 200);
    assert_eq!(app.get(&bob, &format!("{PATH}?query=xy")).await.status, 200);
    app.clock.advance(std::time::Duration::from_secs(12));
    assert_eq!(app.get(&ann, &format!("{PATH}?query=xy")).await.status, 200);
}

#[tokio::test]
async fn the_search_for_strangers_reads_an_index() {
    let app = App::start().await;
    app.person("ann").await;
    let client = app.database.database().client().await.unwrap();
    client.batch_execute("set enable_seqscan = off").await.unwrap();
    let sql = "explain select id from identity.users where handle >= 'an' and handle < 'an\u{7f}' \
               and handle is not null and is_discoverable order by handle limit 17";
    let plan = client.query(sql, &[]).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("users_discoverable") && !plan.contains("Sort"), "{plan}");
}
