//! Each rule with something that it refuses and something near it that it lets through.

use super::rust_source::RustSource;
use super::tree::Tree;
use super::{Level, check};

/// A rule, a file that breaks it, and one that doesn't.
struct Case {
    rule: &'static str,
    refused: (&'static str, &'static str),
    accepted: (&'static str, &'static str),
}

fn lines_found(rule: &str, files: &[(&str, &str)]) -> Vec<usize> {
    let findings = check(&Tree::of(files));
    findings.iter().filter(|finding| finding.rule == rule).map(|finding| finding.line).collect()
}

#[track_caller]
fn check_cases(cases: &[Case]) {
    for Case { rule, refused, accepted } in cases {
        assert_ne!(lines_found(rule, &[*refused]), [], "{rule} lets through: {refused:?}");
        assert_eq!(lines_found(rule, &[*accepted]), [], "{rule} refuses: {accepted:?}");
    }
}

fn function_of(lines: usize) -> String {
    format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn long_files_fail_and_longish_files_warn() {
    let level = |path, lines| {
        let findings = check(&Tree::of(&[(path, &"x\n".repeat(lines))]));
        findings.iter().find(|finding| finding.rule == "file-length").map(|finding| finding.level)
    };
    assert_eq!(level("crates/shop/src/orders/store.rs", 1_001), Some(Level::Failure));
    assert_eq!(level("crates/shop/src/orders/store.rs", 1_000), Some(Level::Warning));
    assert_eq!(level("crates/shop/src/orders/store.rs", 500), None);
    assert_eq!(level("docs/routes.md", 1_001), None);
    let generated = format!("// @generated\n{}", "x\n".repeat(2_000));
    assert_eq!(lines_found("file-length", &[("web/src/api/schema.ts", &generated)]), []);
}

#[test]
fn long_functions_fail_outside_of_tests() {
    let (long, longest) = (function_of(71), function_of(70));
    assert_eq!(lines_found("function-length", &[("src/a.rs", &long)]), [1]);
    assert_eq!(lines_found("function-length", &[("src/a.rs", &longest)]), []);
    assert_eq!(lines_found("function-length", &[("tests/it/a.rs", &long)]), []);
    let in_tests = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n{long}");
    assert_eq!(lines_found("function-length", &[("src/a.rs", &in_tests)]), [75]);
}

#[test]
fn code_rules() {
    let case = |rule, refused, accepted| Case {
        rule,
        refused: ("src/a.rs", refused),
        accepted: ("src/a.rs", accepted),
    };
    check_cases(&[
        case(
            "unfinished-code",
            "fn a() { todo!() }",
            "// todo!()\nfn todo() -> &str { \"todo!\" }",
        ),
        case("unfinished-code", "fn a() { std::unimplemented!(\"b\") }", "fn a() { done!() }"),
        case("unfinished-code", "fn a() { dbg!(1); }", "/* dbg!(1) /* */ dbg! */ fn a() {}"),
        case(
            "allow-attribute",
            "#[allow(dead_code)]\nfn a() {}",
            "#[expect(dead_code)]\nfn a() {}",
        ),
        case("allow-attribute", "#![allow(\n    clippy::all\n)]", "// #![allow(clippy::all)]"),
        case(
            "allow-attribute",
            "macro_rules! a { () => { #[allow(dead_code)] fn b() {} } }",
            "macro_rules! a { () => { #[allow(dead_code, reason = \"b\")] fn b() {} } }",
        ),
        case("ignored-test", "#[test]\n#[ignore]\nfn a() {}", "#[test]\nfn ignore() {}"),
        case("ignored-test", "#[ignore = \"slow\"]\nfn a() {}", "#[serde(ignore)]\nstruct A;"),
        case("test-name", "#[test]\nfn test_refund() {}", "#[test]\nfn refund_works() {}"),
        case("test-name", "#[tokio::test(flavor = \"x\")]\nasync fn test_a() {}", "fn test_a() {}"),
        case("module-name", "mod utils;", "mod utilisation;"),
        case("module-name", "pub(crate) mod helpers { }", "// mod helpers\nuse mod_helpers;"),
    ]);
    check_cases(&[
        Case {
            rule: "module-name",
            refused: ("crates/shop/src/common/mod.rs", "//! x"),
            accepted: ("crates/shop/src/orders/mod.rs", "//! x"),
        },
        Case {
            rule: "module-name",
            refused: ("crates/shop/src/orders/types.rs", ""),
            accepted: ("crates/shop/src/orders/types_of_leather.rs", ""),
        },
        Case {
            rule: "module-docs",
            refused: ("crates/shop/src/orders/mod.rs", "use a;"),
            accepted: ("crates/shop/src/orders/mod.rs", "//! Orders."),
        },
        Case {
            rule: "module-docs",
            refused: ("crates/shop/src/lib.rs", "// Shop."),
            accepted: ("crates/shop/tests/it/main.rs", "mod orders;"),
        },
    ]);
}

#[test]
fn layer_rules() {
    check_cases(&[
        Case {
            rule: "layer",
            refused: ("crates/shop/src/orders/http.rs", "use tokio_postgres::Row;"),
            accepted: ("crates/shop/src/orders/store.rs", "use tokio_postgres::Row;"),
        },
        Case {
            rule: "layer",
            refused: ("crates/shop/src/orders/http/list.rs", "fn a(p: &deadpool::Pool) {}"),
            accepted: (
                "crates/shop/src/orders/http/list.rs",
                "/// Never tokio_postgres.\nfn a() {}",
            ),
        },
        Case {
            rule: "layer",
            refused: ("crates/shop/src/orders/service.rs", "use axum::Json;"),
            accepted: ("crates/shop/src/orders/http.rs", "use axum::Json;"),
        },
        Case {
            rule: "layer",
            refused: ("crates/shop/src/orders/service.rs", "fn a() -> tonic::Status {}"),
            accepted: ("crates/shop/src/orders/grpc.rs", "fn a() -> tonic::Status {}"),
        },
    ]);
}

#[test]
fn sql_stands_in_its_places() {
    let refused = "fn a() { run(\"select id\\n from shop.orders\"); }";
    for path in ["orders/store.rs", "orders/store/list.rs", "journal/copy.rs", "seal.rs", "db.rs"] {
        let path = format!("crates/shop/src/{path}");
        assert_eq!(lines_found("sql-place", &[(&path, refused)]), [], "{path}");
    }
    for path in ["crates/shop/src/orders/service.rs", "crates/shop/src/lib.rs", "xtask/src/main.rs"]
    {
        assert_eq!(lines_found("sql-place", &[(path, refused)]), [1], "{path}");
    }
    assert_eq!(lines_found("sql-place", &[("crates/shop/tests/it/orders.rs", refused)]), []);
    let in_tests = format!("#[cfg(test)]\nmod tests {{\n{refused}\n}}");
    assert_eq!(lines_found("sql-place", &[("crates/shop/src/lib.rs", &in_tests)]), []);
}

#[test]
fn sql_is_told_from_prose() {
    let found = |text: &str| {
        let code = format!("const A: &str = r#\"{text}\"#;");
        !lines_found("sql-place", &[("crates/shop/src/lib.rs", &code)]).is_empty()
    };
    for sql in [
        "SELECT 1",
        "select now()",
        "select id, name from shop.orders",
        "\n    select *\n    from shop.orders\n",
        "INSERT INTO shop.orders VALUES ($1)",
        "insert into shop.orders",
        "UPDATE shop.orders SET a = 1",
        "update shop.orders o set a = 1",
        "DELETE FROM shop.orders",
        "COPY ledger.transfers FROM STDIN BINARY",
        "copy ledger.transfers (id, amount) from stdin",
        "with open as (select 1) select 2",
        "with recursive parents as (select 1) select 2",
        "create table shop.orders ()",
        "alter table shop.orders add note text",
        "drop index shop.orders_by_user",
        "truncate table shop.orders",
        "lock table shop.orders",
    ] {
        assert!(found(sql), "not seen as SQL: {sql}");
    }
    for prose in [
        "Select a wallet from the list",
        "select one of them",
        "Update your client",
        "Copy the token",
        "Insert a coin",
        "Delete the folder",
        "create a table",
        "with two or more",
        "with recursive folders as an option",
        "drop the table",
        "lock the table",
        "",
    ] {
        assert!(!found(prose), "seen as SQL: {prose}");
    }
}

#[test]
fn crates_use_only_crates_below_them() {
    let found = |user: &str, section: &str, used: &str| {
        let manifest = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n{rest}");
        let user_path = format!("crates/{user}/Cargo.toml");
        let used_path = format!("crates/{used}/Cargo.toml");
        let user_text = manifest(user, &format!("[{section}]\n{used}.workspace = true\n"));
        let files = [(user_path.as_str(), user_text.as_str()), (&used_path, &manifest(used, ""))];
        !lines_found("crate-direction", &files).is_empty()
    };
    for (user, section, used, refused) in [
        ("ledger", "dependencies", "kernel", false),
        ("kernel", "dependencies", "ledger", true),
        ("kernel", "dev-dependencies", "ledger", true),
        ("proto", "build-dependencies", "ledger", true),
        ("shop", "dependencies", "ads", true),
        ("shop", "target.'cfg(unix)'.dependencies", "ads", true),
        ("server", "dependencies", "shop", false),
        ("gateway", "dependencies", "identity", false),
        ("gateway", "dependencies", "shop", true),
        ("ledger", "dev-dependencies", "testkit", false),
        ("ledger", "dependencies", "testkit", true),
        ("testkit", "dependencies", "server", false),
        ("xtask", "dependencies", "kernel", true),
        ("shop", "dependencies", "unheard_of", true),
    ] {
        assert_eq!(found(user, section, used), refused, "{user} [{section}] {used}");
    }
    let renamed = [
        ("crates/kernel/Cargo.toml", "[package]\nname = \"kernel\"\n[dependencies.books]\n"),
        (
            "crates/ledger/Cargo.toml",
            "[package]\nname = \"ledger\"\n[dependencies]\nbase = { package = \"shop\", path = \"x\" }\n",
        ),
        ("crates/shop/Cargo.toml", "[package]\nname = \"shop\"\n"),
    ];
    assert_eq!(lines_found("crate-direction", &renamed), [4]);
}

#[test]
fn crates_have_a_readme() {
    let manifest = ("crates/shop/Cargo.toml", "[package]\nname = \"shop\"\n");
    assert_eq!(lines_found("crate-readme", &[manifest]), [1]);
    assert_eq!(lines_found("crate-readme", &[manifest, ("crates/shop/README.md", "")]), []);
    assert_eq!(lines_found("crate-readme", &[("xtask/Cargo.toml", manifest.1)]), []);
}

#[test]
fn text_rules() {
    check_cases(&[
        Case {
            rule: "machine-path",
            refused: ("scripts/a.sh", concat!("cd /", "root/project")),
            accepted: (
                "scripts/a.sh",
                concat!("cd target/", "root/project # https://example.org/", "home/x"),
            ),
        },
        Case {
            rule: "machine-path",
            refused: ("README.md", concat!("see `/", "home/ann/bushel`")),
            accepted: ("README.md", concat!("see `$HOME/bushel` and framework/", "work/x")),
        },
        Case {
            rule: "shared-path",
            refused: ("crates/shop/src/lib.rs", "// ../shared/data"),
            accepted: ("crates/testkit/src/data.rs", "// ../shared/data"),
        },
        Case {
            rule: "dead-link",
            refused: ("docs/a.md", "see [b](b.md)"),
            accepted: (
                "docs/a.md",
                "see [a](a.md), [a](../docs/a.md#x), [a](/docs/a.md) and [top](#x)",
            ),
        },
        Case {
            rule: "dead-link",
            refused: ("docs/a.md", "[b]: ../b.md"),
            accepted: ("docs/a.md", "[b]: https://example.org\n```\n[b](b.md)\n```\n`[b](b.md)`"),
        },
        Case {
            rule: "dead-link",
            refused: ("a.md", "[outside](../a.md)"),
            accepted: ("docs/a.md", "[folder](../docs) [mail](mailto:a@example.org)"),
        },
    ]);
}

#[test]
fn every_table_has_a_comment() {
    let path = "crates/shop/migrations/0001_orders.sql";
    let commented = "create table if not exists shop.orders (\n  id uuid\n);\ncomment on table shop.orders is 'One order.';";
    let bare = "-- create table shop.old\nselect 1;\nCREATE TABLE shop.\"orders\" (id uuid);";
    assert_eq!(lines_found("table-comment", &[(path, commented)]), []);
    assert_eq!(lines_found("table-comment", &[(path, bare)]), [3]);
    let later =
        ("crates/shop/migrations/0002_comments.sql", "comment on table shop.orders is 'x';");
    assert_eq!(lines_found("table-comment", &[(path, bare), later]), []);
    let other_crate = ("crates/ads/migrations/0001.sql", later.1);
    assert_eq!(lines_found("table-comment", &[(path, bare), other_crate]), [3]);
    for exempt in [
        "create table shop.orders_1 partition of shop.orders for values from (1) to (2);",
        "create temporary table orders (id uuid);",
        "execute format('create table shop.%I (id uuid)', name);",
    ] {
        assert_eq!(lines_found("table-comment", &[(path, exempt)]), [], "{exempt}");
    }
}

#[test]
fn lexer_separates_code_from_text() {
    let source = RustSource::new(
        r####"
        fn quote<'a>(c: char) -> &'a str { if c == '"' || c == '\'' || c == '{' { "}\"{" } else { r#"a "} b"# } }
        fn bytes() -> ([u8; 3], fn(u8)) { (*b"}{}", br##"}"#"##) }
        fn declared();
        "####,
    );
    let literals: Vec<&str> = source.literals.iter().map(|literal| literal.text.as_str()).collect();
    assert_eq!(literals, [r#"}\"{"#, r#"a "} b"#, "}{}", r##"}"#"##]);
    let functions: Vec<(String, usize, usize)> = source
        .functions()
        .into_iter()
        .map(|function| (function.name, function.line, function.lines))
        .collect();
    assert_eq!(functions, [("quote".to_owned(), 2, 1), ("bytes".to_owned(), 3, 1)]);
}
