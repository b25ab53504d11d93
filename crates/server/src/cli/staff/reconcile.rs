use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use serde_json::{Value, json};

use super::super::connect::Target;
use super::super::output::{self, Align, Table};
use super::super::rest::{Api, text};
use super::{escaped, plain};

const PATH: &str = "/v1/payments/reconciliations";
/// Between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// A provider that doesn't answer is asked for hours; nobody waits for that at a terminal.
const LOOKS_MAX: u32 = 2_000;

/// Compare what payment providers say with the ledger's clearing accounts; ends with status 1 if
/// something differs
#[derive(Debug, Args)]
pub(super) struct Reconcile {
    /// Only this provider, such as stripe
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Leave out what moved in the last so many seconds: the other side may be on its way
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600)]
    grace_s: u32,
    #[command(flatten)]
    target: Target,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let runs = match Api::of(&connection) {
            Ok(api) => self.reconcile(&api).await,
            Err(error) => Err(error),
        };
        connection.close().await;
        let runs = runs?;
        for run in &runs {
            show(run)?;
        }
        let is_equal = runs.iter().all(|run| run["differences"] == 0);
        if self.json {
            output::json(&json!({ "reconciliations": runs }))?;
        }
        Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn reconcile(&self, api: &Api) -> anyhow::Result<Vec<Value>> {
        let providers = match &self.provider {
            Some(name) => vec![name.clone()],
            None => {
                let known = api.get("/v1/payments/providers").await?;
                let names = known["data"].as_array().into_iter().flatten();
                names.filter_map(|it| it["name"].as_str()).map(str::to_owned).collect()
            }
        };
        let mut runs = Vec::new();
        for provider in providers {
            let body = json!({ "provider": provider, "grace_s": self.grace_s });
            let begun = api.post(PATH, &body).await?;
            let mut run = ended(api, text(&begun, "id")?).await?;
            run["found"] = Value::Array(found(api, text(&run, "id")?).await?);
            runs.push(run);
        }
        Ok(runs)
    }
}

/// The run, when it has ended.
async fn ended(api: &Api, id: &str) -> anyhow::Result<Value> {
    let path = format!("{PATH}/{}", escaped(id));
    for _ in 0..LOOKS_MAX {
        let run = api.get(&path).await?;
        if run["status"] != "running" {
            let why = plain(&run["failure"]["code"]);
            ensure!(run["status"] == "completed", "the reconciliation {id} failed: {why}");
            return Ok(run);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    anyhow::bail!("the reconciliation {id} still runs; look at {path} later")
}

/// All that it found.
async fn found(api: &Api, id: &str) -> anyhow::Result<Vec<Value>> {
    let path = format!("{PATH}/{}/differences?limit=200", escaped(id));
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = api.get(&format!("{path}{cursor}")).await?;
        if let Value::Array(rows) = page["data"].take() {
            found.extend(rows);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", escaped(next)),
            None => return Ok(found),
        }
    }
}

fn show(run: &Value) -> anyhow::Result<()> {
    let differences = run["differences"].as_i64().unwrap_or(0);
    let style = if differences == 0 { output::GREEN } else { output::RED };
    let (provider, entries) = (plain(&run["provider"]), plain(&run["entries"]));
    let count = if differences == 1 {
        "1 difference".to_owned()
    } else {
        format!("{differences} differences")
    };
    output::line(style, &format!("{provider}: {entries} new entries, {count}"))?;
    for balance in run["balances"].as_array().into_iter().flatten() {
        let [asset, ours, theirs] = ["asset", "ours", "theirs"].map(|name| plain(&balance[name]));
        let line = format!("{asset}: {ours} by the books, {theirs} by {provider} (minor units)");
        output::line(output::DIM, &line)?;
    }
    if differences == 0 {
        return Ok(());
    }
    let mut table = Table::new(&[
        ("kind", Align::Left),
        ("subject", Align::Left),
        ("reference", Align::Left),
        ("ours", Align::Right),
        ("theirs", Align::Right),
        ("moved_at", Align::Left),
    ]);
    for row in run["found"].as_array().into_iter().flatten() {
        let amount = |amount: &str, asset: &str| match &row[amount] {
            Value::Null => "-".to_owned(),
            known => format!("{} {}", plain(known), plain(&row[asset])),
        };
        table.row(vec![
            plain(&row["kind"]),
            plain(&row["subject"]),
            plain(&row["reference"]),
            amount("ours", "asset"),
            amount("theirs", "theirs_asset"),
            plain(&row["moved_at"]),
        ]);
    }
    Ok(table.print()?)
}
