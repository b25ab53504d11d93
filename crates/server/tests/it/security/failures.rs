//! What happens when others fail (line 32), and how soon all nodes know (line 13).

use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::TestDatabase;

use crate::bushel::folder;
use crate::forwarding;
use crate::http::{Answer, Client};
use crate::people::{Bank, children, ok, password, text, until};

/// A known token is believed for so long without the database.
const BELIEF: Duration = Duration::from_secs(10);

/// The processes of a private Postgres, stopped for as long as this lives.
struct Stopped(Vec<u32>);

impl Stopped {
    /// Only what our own server has started.
    fn of(server: u32) -> Self {
        let name = |pid: &u32| {
            std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("comm"))
                .is_ok_and(|name| name.starts_with("postgres"))
        };
        let masters: Vec<u32> = children(server).into_iter().filter(name).collect();
        assert_eq!(masters.len(), 1, "one Postgres is below the server");
        // The master first, so that it starts no others.
        let all = [masters.clone(), masters.iter().flat_map(|it| children(*it)).collect()].concat();
        let stopped = Self(all);
        stopped.signal("STOP");
        stopped
    }

    fn signal(&self, name: &str) {
        for pid in &self.0 {
            let pid = pid.to_string();
            // One of its workers may have ended by itself.
            let _ = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status();
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("CONT");
    }
}

#[test]
fn line_32_nobody_is_let_in_without_the_database() {
    let bank = Bank::open();
    let ann = bank.sign_up("ann");
    ann.deposit(1_000);
    let key = json!({ "name": "a program", "scopes": ["wallet.read"] });
    let key = ok(&ann.client.post("/v1/identity/api-keys", &key));
    let key = bank.as_bearer(&text(&key, "key"));
    // Known to nobody's memory, so the database has to be asked.
    let body = json!({
        "login": "ann", "password": password("ann"), "device_token": ann.session["device_token"],
    });
    let unseen = ok(&bank.anyone().post("/v1/identity/sign-ins", &body));
    let unseen = bank.as_bearer(&text(&unseen, "access_token"));
    // This is answered from memory, so it tells who is let in.
    let roles = "/v1/identity/roles";
    let who = [("a session", &ann.client), ("a key", &key), ("the operator", &bank.operator)];
    assert!(who.iter().all(|(_, client)| client.get(roles).status == 200));
    let stopped = Stopped::of(bank.server.pid());
    let began = Instant::now();
    let waiting = ask_the_database(&bank, &ann.client);
    let refused = unseen.get(roles);
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(began.elapsed() < BELIEF, "{:?}", began.elapsed());
    for (name, client) in who {
        let refused = until(name, || {
            let at = began.elapsed();
            let answer = client.get(roles);
            let took = began.elapsed() - at;
            assert!(
                [200, 503].contains(&answer.status),
                "{name} at {at:?} {took:?}: {}",
                answer.body
            );
            // Half a second for what was read just before the stop, and for the request.
            assert!(answer.status == 503 || at < BELIEF + Duration::from_millis(500), "{name}");
            (answer.status == 503).then_some(answer)
        });
        assert!(refused.header("retry-after").is_some(), "{name}");
        is_generic(&refused.body);
    }
    let stranger = bank.as_bearer("v4.public.bm9ib2R5").get(roles);
    assert!([401, 503].contains(&stranger.status), "{}", stranger.body);
    assert_eq!(bank.anyone().get("/healthz").status, 200, "the process lives");
    for waiting in waiting {
        let answer = waiting.join().unwrap();
        assert_eq!(answer.status, 503, "{}", answer.body);
        is_generic(&answer.body);
    }
    assert!(who.iter().all(|(_, client)| client.get(roles).status == 503), "it stays so");
    drop(stopped);
    until("it works again", || (ann.client.get(roles).status == 200).then_some(()));
}

/// What can't be answered without it: a read of somebody known, a write, and a way in.
fn ask_the_database(bank: &Bank, ann: &Client) -> Vec<JoinHandle<Answer>> {
    let transfer = json!({ "to": { "handle": "ann" }, "asset": "EUR", "amount": "1" });
    let sign_in = json!({ "login": "ann", "password": password("ann") });
    let ask = |client: &Client, path: &'static str, body: Option<Value>| {
        let client = client.clone();
        std::thread::spawn(move || match body {
            Some(body) => client.post(path, &body),
            None => client.get(path),
        })
    };
    vec![
        ask(ann, "/v1/wallet/accounts", None),
        ask(ann, "/v1/wallet/transfers", Some(transfer)),
        ask(&bank.anyone(), "/v1/identity/sign-ins", Some(sign_in)),
    ]
}

/// A message for strangers has nothing of the program's inside.
fn is_generic(body: &str) {
    let inside = [
        "postgres", "Postgres", "sql", "SQL", "socket", "pool", "deadpool", ".rs", "/var", "panick",
    ];
    for word in inside {
        assert!(!body.contains(word), "{word} in {body}");
    }
    let problem: Value = serde_json::from_str(body).unwrap();
    assert!(problem["code"].is_string() && problem["request_id"].is_string(), "{body}");
}

/// Two processes on one database, and ann, who is known to both.
struct Nodes {
    one: Bank,
    two: crate::bushel::Running,
    device: Value,
}

impl Nodes {
    /// A new session, used on both.
    fn session(&self) -> (Client, Client, Value) {
        let body = json!({
            "login": "ann", "password": password("ann"), "device_token": self.device,
        });
        let session = ok(&self.one.anyone().post("/v1/identity/sign-ins", &body));
        let token = text(&session, "access_token");
        let (here, there) =
            (Client::new(&self.one.server.url, &token), Client::new(&self.two.url, &token));
        for client in [&here, &there] {
            assert_eq!(client.get("/v1/identity/profile").status, 200);
        }
        (here, there, session)
    }

    /// The other node refuses this client within a second.
    fn ends(&self, what: &str, there: &Client) {
        let began = Instant::now();
        while there.get("/v1/identity/profile").status != 401 {
            let took = began.elapsed();
            assert!(took < Duration::from_secs(1), "{what}: still let in after {took:?}");
        }
    }
}

#[tokio::test]
async fn line_13_sessions_end_on_every_node_within_a_second() {
    let database = TestDatabase::create(&[]).await;
    let url = forwarding::url(&database);
    let (data, other) = (folder(), folder());
    let one = forwarding::start(data.path(), &url);
    let two = forwarding::start_beside(data.path(), other.path(), &url);
    let one = Bank::of(one, data);
    let ann = one.sign_up("ann");
    let nodes = Nodes { one, two, device: ann.session["device_token"].clone() };

    let (here, there, _) = nodes.session();
    let out = here.send("POST", "/v1/identity/sign-out", "", "");
    assert!((200..300).contains(&out.status), "{}", out.body);
    nodes.ends("sign-out", &there);

    let (_, there, session) = nodes.session();
    let path = format!("/v1/identity/sessions/{}", text(&session, "session_id"));
    assert!((200..300).contains(&ann.client.send("DELETE", &path, "", "").status));
    nodes.ends("ending a session", &there);

    let (here, _, _) = nodes.session();
    let (_, there, _) = nodes.session();
    ok(&here.post("/v1/identity/sessions/end-all", &json!({ "keep_current": true })));
    nodes.ends("ending all others", &there);
    assert_eq!(here.get("/v1/identity/profile").status, 200, "but this one");

    let key = json!({ "name": "a program", "scopes": ["profile.read"] });
    let key = ok(&here.post("/v1/identity/api-keys", &key));
    let program = Client::new(&nodes.two.url, &text(&key, "key"));
    assert_eq!(program.get("/v1/identity/profile").status, 200);
    let path = format!("/v1/identity/api-keys/{}", text(&key, "id"));
    assert!((200..300).contains(&here.send("DELETE", &path, "", "").status));
    nodes.ends("deleting an API key", &program);

    let (_, there, _) = nodes.session();
    let freeze = format!("/v1/admin/users/{}/freeze", ann.id);
    ok(&nodes.one.operator.post(&freeze, &json!({ "reason": "a test" })));
    nodes.ends("freezing", &there);
    ok(&nodes
        .one
        .operator
        .post(&freeze.replace("freeze", "unfreeze"), &json!({ "reason": "a test" })));

    let (here, _, _) = nodes.session();
    let (_, there, _) = nodes.session();
    let change = json!({ "current": password("ann"), "new": "another quite long password" });
    let changed = here.post("/v1/identity/password", &change);
    assert!((200..300).contains(&changed.status), "{}", changed.body);
    nodes.ends("changing the password", &there);
}
