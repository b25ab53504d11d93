//! The commands of people and of those who look after them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bushel::{bushel, file, folder, json as last_json, stderr, stdout};
use crate::people::{Bank, code, ok, password, text, until};

/// Of "old plum kettle harbour", with the lowest cost.
const BCRYPT: &str = "$2b$04$y.n462wKd/XnZJkeMXBSo.eBYlgn6cx5ahzfNFvVuAsLF0R0nklfO";

/// A home of one's own, where the session is kept.
fn at_home(home: &TempDir, arguments: &[&str]) -> Command {
    let mut command = bushel(arguments);
    command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path().join("config"));
    command
}

fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

/// A command of the operator's.
fn operate(bank: &Bank, arguments: &[&str]) -> Output {
    let data = bank.data.path().to_str().unwrap();
    // `bushel user` takes what is common to its commands before them.
    let at = if arguments[0] == "user" { 1 } else { arguments.len() };
    let (before, after) = arguments.split_at(at);
    run(bushel(&[before, &["--data", data], after].concat()))
}

/// Runs a command that asks for something; what is entered may be known only once it runs.
fn entering(mut command: Command, lines: impl FnOnce() -> String) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", lines()).unwrap();
    child.wait_with_output().unwrap()
}

/// Runs a command as a program does, with an API key.
fn with_key(bank: &Bank, key: &str, arguments: &[&str]) -> Output {
    let mut command = bushel(arguments);
    command.env("BUSHEL_SERVER", &bank.server.url).env("BUSHEL_API_KEY", key);
    run(command)
}

/// Signs in on the command line; the code goes to standard input once its mail has come.
fn sign_in(bank: &Bank, home: &TempDir, login: &str, email: &str, password: &str) -> Output {
    let file = file(home, "password", password);
    let arguments = ["sign-in", login, "--password-file", &file, "--server", &bank.server.url];
    entering(at_home(home, &arguments), || code(&bank.mail(email, "challenge.sign_in")))
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn person_signs_in_sends_and_resolves_on_the_command_line() {
    let bank = Bank::open();
    let (ann, bob) = (bank.sign_up("ann"), folder());
    ann.deposit(10_000);
    let email = bank.register("bob");
    let output = sign_in(&bank, &bob, "bob", &email, &password("bob"));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(mode(&bob.path().join("config/bushel/session.json")), 0o600);
    let none = last_json(&run(at_home(&bob, &["accounts", "--json"])));
    assert_eq!(none["data"], json!([]));
    let opened =
        bank.as_bearer(&token(&bob)).post("/v1/wallet/accounts", &json!({ "asset": "EUR" }));
    ok(&opened);

    // Ann sends by an API key, as programs do.
    let scopes = ["wallet.read", "wallet.write"];
    let key =
        ok(&ann.client.post("/v1/identity/api-keys", &json!({ "name": "cli", "scopes": scopes })));
    let key = text(&key, "key");
    let as_ann = |arguments: &[&str]| with_key(&bank, &key, arguments);
    let send = ["send", "12.50", "EUR", "@bob", "--message", "pizza", "--accept-within", "3600"];
    let once = [&send[..], &["--idempotency-key", "one", "--json"]].concat();
    let (first, again) = (last_json(&as_ann(&once)), last_json(&as_ann(&once)));
    assert_eq!(first["id"], again["id"], "a repeat sends nothing");
    let accepted = run(at_home(&bob, &["resolve", "accept", &text(&first, "id")]));
    assert!(stdout(&accepted).contains("accepted"), "{}{}", stdout(&accepted), stderr(&accepted));
    let history = last_json(&run(at_home(&bob, &["history", "EUR", "--json"])));
    assert_eq!(history["data"][0]["amount"], "1250", "{history}");
    let shown = stdout(&run(at_home(&bob, &["history", "EUR"])));
    assert!(shown.contains("12.50") && shown.contains("pizza"), "{shown}");
    let accounts = stdout(&as_ann(&["accounts"]));
    assert!(accounts.contains("87.50"), "{accounts}");
    let much = as_ann(&["send", "1000", "EUR", "bob"]);
    let refusal = "error: the account does not hold that much (wallet.transfer.insufficient_funds)";
    assert!(!much.status.success() && stderr(&much).trim() == refusal, "{}", stderr(&much));

    let out = run(at_home(&bob, &["sign-out"]));
    assert!(out.status.success(), "{}", stderr(&out));
    assert!(!bob.path().join("config/bushel/session.json").exists());
    let gone = run(at_home(&bob, &["accounts"]));
    assert!(stderr(&gone).contains("not signed in"), "{}", stderr(&gone));
}

/// The access token of the stored session.
fn token(home: &TempDir) -> String {
    let path = home.path().join("config/bushel/session.json");
    let session: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    text(&session, "access_token")
}

#[test]
fn administrator_is_made_on_the_host_and_helps_users() {
    let bank = Bank::open();
    let home = folder();
    let file = file(&home, "password", "a staff password of length\n");
    let email = "root@example.org";
    let create = ["admin", "create", email, "--name", "Root", "--password-file", &file, "--json"];
    let made = last_json(&operate(&bank, &create));
    assert_eq!(made["email"], email);
    let again = operate(&bank, &create);
    assert!(!again.status.success(), "an address has one user");
    let short = crate::bushel::file(&home, "short", "short\n");
    let create = ["admin", "create", "x@example.org", "--name", "X", "--password-file", &short];
    assert!(!operate(&bank, &create).status.success(), "a short password is refused");
    let output = sign_in(&bank, &home, email, email, "a staff password of length");
    assert!(output.status.success(), "{}", stderr(&output));
    let staff = bank.as_bearer(&token(&home));
    assert_eq!(staff.get("/v1/admin/users?q=root").status, 200);

    let ann = bank.sign_up("ann");
    let found = last_json(&operate(&bank, &["user", "find", &ann.email, "--json"]));
    assert_eq!(found["data"][0]["id"], ann.id.as_str());
    let shown = stdout(&operate(&bank, &["user", "show", &ann.id]));
    assert!(shown.contains(&ann.email) && shown.contains("status: active"), "{shown}");
    let reason = ["--reason", "a call from the owner"];
    let frozen = operate(&bank, &[&["user", "freeze", &ann.id][..], &reason].concat());
    assert!(frozen.status.success(), "{}", stderr(&frozen));
    assert_eq!(ann.client.get("/v1/identity/profile").status, 401);
    let shown = last_json(&operate(&bank, &["user", "show", &ann.id, "--json"]));
    assert_eq!(shown["status"], "frozen");
    let free = operate(&bank, &[&["user", "unfreeze", &ann.id][..], &reason].concat());
    assert!(free.status.success(), "{}", stderr(&free));
    let roles = ["user", "roles", &ann.id, "user", "support"];
    let roles = operate(&bank, &[&roles[..], &reason].concat());
    assert!(roles.status.success(), "{}", stderr(&roles));
    let shown = last_json(&operate(&bank, &["user", "show", &ann.id, "--json"]));
    assert_eq!(
        (&shown["status"], &shown["roles"]),
        (&json!("active"), &json!(["user", "support"]))
    );
    let timeline = stdout(&operate(&bank, &["user", "timeline", &ann.id]));
    assert!(timeline.contains("frozen") || timeline.contains("freeze"), "{timeline}");
}

#[test]
fn imported_user_signs_in_with_the_old_password() {
    let bank = Bank::open();
    let home = folder();
    let csv = format!(
        "email,name,password_hash,handle,email_verified\n\
         old@example.org,\"Old, User\",{BCRYPT},olduser,true\n\
         broken@example.org,Broken,nonsense,,true\n"
    );
    let path = file(&home, "users.csv", &csv);
    let import = || operate(&bank, &["identity", "import", &path, "--json"]);
    let summary = |output: &Output| -> Value {
        serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
    };
    let first = import();
    assert_eq!(first.status.code(), Some(1), "a line was rejected: {}", stderr(&first));
    let done = summary(&first);
    assert_eq!((&done["created"], &done["rejected"][0]["line"]), (&json!(1), &json!(3)), "{done}");
    let done = summary(&import());
    assert_eq!((&done["created"], &done["existing"]), (&json!(0), &json!(1)), "{done}");
    let output = sign_in(&bank, &home, "olduser", "old@example.org", "old plum kettle harbour");
    assert!(output.status.success(), "{}", stderr(&output));
    let client = bank.as_bearer(&token(&home));
    assert_eq!(ok(&client.get("/v1/identity/profile"))["name"], "Old, User");

    let before = ok(&bank.anyone().get("/v1/identity/keys"));
    let rotated = last_json(&operate(&bank, &["identity", "rotate-keys", "--json"]));
    let kid = text(&rotated, "kid");
    assert!(!before.to_string().contains(&kid));
    until("the new key is told", || {
        ok(&bank.anyone().get("/v1/identity/keys")).to_string().contains(&kid).then_some(())
    });
    assert_eq!(client.get("/v1/identity/profile").status, 200, "tokens of the old key still count");
}

#[test]
fn commands_without_a_session_or_a_right_code_say_so() {
    let bank = Bank::open();
    let home = folder();
    let output = run(at_home(&home, &["accounts"]));
    assert!(stderr(&output).contains("bushel sign-in"), "{}", stderr(&output));
    let mut lonely = at_home(&home, &["accounts", "--api-key", "bshl_key_x"]);
    let output = lonely.output().unwrap();
    assert!(stderr(&output).contains("--server"), "{}", stderr(&output));
    bank.register("ann");
    let wrong = file(&home, "wrong", "not the password at all");
    let arguments = ["sign-in", "ann", "--password-file", &wrong, "--server", &bank.server.url];
    let output = run(at_home(&home, &arguments));
    assert!(!output.status.success());
    assert!(stderr(&output).contains("login or the password is wrong"), "{}", stderr(&output));
    let right = file(&home, "right", &password("ann"));
    let arguments = ["sign-in", "ann", "--password-file", &right, "--server", &bank.server.url];
    let output = entering(at_home(&home, &arguments), || "00000000".to_owned());
    assert!(!output.status.success(), "a guessed code is refused");
    assert!(!home.path().join("config/bushel/session.json").exists());
}

/// Registers and signs in on the command line.
fn joined(bank: &Bank, name: &str) -> TempDir {
    let home = folder();
    let email = format!("{name}@example.org");
    let file = file(&home, "password", &password(name));
    let url = &bank.server.url;
    let register = ["register", &email, "--name", name, "--handle", name, "--server", url];
    let arguments = [&register[..], &["--password-file", &file]].concat();
    let mailed = || code(&bank.mail(&email, "challenge.verify_email"));
    let output = entering(at_home(&home, &arguments), mailed);
    assert!(stdout(&output).contains("bushel sign-in"), "{}", stderr(&output));
    let output = sign_in(bank, &home, name, &email, &password(name));
    assert!(output.status.success(), "{}", stderr(&output));
    home
}

#[test]
fn somebody_has_a_bank_on_the_command_line_alone() {
    let bank = Bank::open();
    let (ann, bob) = (joined(&bank, "ann"), joined(&bank, "bob"));
    let said = |home: &TempDir, arguments: &[&str]| -> String {
        let output = run(at_home(home, arguments));
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    for home in [&ann, &bob] {
        assert!(said(home, &["open", "EUR"]).contains("is open"));
    }
    let deposit =
        |card: &str| entering(at_home(&ann, &["deposit", "100", "EUR"]), || card.to_owned());
    let done = deposit("4242 4242 4242 4242\n12/40\n123");
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("100 EUR from the card: succeeded"), "{}", stdout(&done));
    let declined = deposit("4000 0000 0000 0002\n12/40\n123");
    assert!(!declined.status.success(), "a program sees that it failed");
    assert!(stdout(&declined).contains("failed (card_declined)"), "{}", stdout(&declined));
    let confirmed = deposit("4000 0000 0000 3220\n12/40\n123");
    assert!(stdout(&confirmed).contains("confirm it at http"), "{}", stdout(&confirmed));
    let wrong = deposit("4242 4242 4242 4242\n13/40\n123");
    assert!(stderr(&wrong).contains("looks like 04/30"), "{}", stderr(&wrong));

    let ask = ["request", "12.50", "EUR", "@ann", "--message", "pizza", "--json"];
    let asked = last_json(&run(at_home(&bob, &ask)));
    let listed = said(&ann, &["requests"]);
    assert!(listed.contains("12.50") && listed.contains("pizza"), "{listed}");
    let id = text(&asked, "id");
    assert!(said(&ann, &["resolve", "accept", &id]).contains("is paid"));
    let late = run(at_home(&ann, &["resolve", "decline", &id]));
    assert!(stderr(&late).contains("wallet.request.not_open"), "{}", stderr(&late));

    let rent = ["schedule", "add", "5", "EUR", "@bob", "--every", "month", "--json"];
    let rent = text(&last_json(&run(at_home(&ann, &rent))), "id");
    until("the first one is sent", || said(&bob, &["accounts"]).contains("17.50").then_some(()));
    assert!(said(&ann, &["schedule", "list"]).contains("month"));
    assert!(said(&ann, &["schedule", "cancel", &rent]).contains("is cancelled"));
    assert!(!said(&ann, &["schedule", "list"]).contains(&rent));

    let month = said(&bob, &["history", "EUR", "--json"]);
    let month: Value = serde_json::from_str(month.lines().last().unwrap()).unwrap();
    let month = text(&month["data"][0], "at")[..7].to_owned();
    let path = bob.path().join("statement.csv");
    let write = ["statement", "EUR", &month, "--format", "csv", "--output", path.to_str().unwrap()];
    said(&bob, &write);
    assert!(std::fs::read_to_string(&path).unwrap().contains("12.50"));
    let again = run(at_home(&bob, &write));
    assert!(stderr(&again).contains("exists"), "nothing is overwritten: {}", stderr(&again));

    let refused = run(at_home(&bob, &["close", "EUR"]));
    assert!(stderr(&refused).contains("wallet.account.not_empty"), "{}", stderr(&refused));
    let iban = "AT611904300234573201";
    let paid = said(&bob, &["withdraw", "17.50", "EUR", iban, "--name", "Bob Birch"]);
    assert!(paid.contains("17.50 EUR to Bob Birch: paid"), "{paid}");
    assert!(said(&bob, &["close", "EUR"]).contains("is closed"));
    let inbox = said(&bob, &["inbox"]);
    assert!(inbox.contains("12.50"), "{inbox}");
}

#[test]
fn keys_and_sessions_are_made_and_ended_on_the_command_line() {
    let bank = Bank::open();
    let (ann, tablet) = (joined(&bank, "ann"), folder());
    let output = sign_in(&bank, &tablet, "ann", "ann@example.org", &password("ann"));
    assert!(output.status.success(), "{}", stderr(&output));
    let at = |home: &TempDir, arguments: &[&str]| run(at_home(home, arguments));
    let add = ["key", "add", "books", "--scope", "wallet.read", "--from", "127.0.0.0/8", "--json"];
    let made = last_json(&at(&ann, &add));
    let (key, id) = (text(&made, "key"), text(&made, "id"));
    let by_key = || with_key(&bank, &key, &["accounts", "--json"]);
    assert_eq!(last_json(&by_key())["data"], json!([]));
    let listed = stdout(&at(&ann, &["key", "list"]));
    assert!(listed.contains(&id) && !listed.contains(&key), "{listed}");
    assert!(stdout(&at(&ann, &["key", "revoke", &id])).contains("is revoked"));
    assert!(!by_key().status.success());
    let wrong = at(&ann, &["key", "add", "all", "--scope", "everything"]);
    assert!(!wrong.status.success(), "{}", stdout(&wrong));

    let sessions = last_json(&at(&ann, &["session", "list", "--json"]));
    let sessions = sessions["data"].as_array().unwrap();
    let other = sessions.iter().find(|session| session["is_current"] == false).unwrap();
    let end = ["session", "end", &text(other, "id")];
    assert!(stdout(&at(&ann, &end)).contains("has ended"));
    until("the other session has ended", || {
        stderr(&at(&tablet, &["accounts"])).contains("sign in again").then_some(())
    });
    assert!(at(&ann, &["accounts"]).status.success());
}
