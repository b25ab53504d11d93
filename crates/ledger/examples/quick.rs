//! temp
use kernel::db::*;
use kernel::postgres::*;
use ledger::engine::*;
use ledger::*;
use std::sync::Arc;
use std::time::Instant;
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let batch: usize = 8000;
    let accounts = 10_000u64;
    let dir = std::path::PathBuf::from(std::env::args().nth(2).unwrap());
    let writers: usize = std::env::args().nth(3).unwrap().parse().unwrap();
    let depth: usize = std::env::args().nth(4).unwrap().parse().unwrap();
    let data = DataDir::lock(&dir).unwrap();
    let pg = PrivatePostgres::start(&data).unwrap();
    let db = Database::connect_private(&pg, DatabaseOptions::default()).await.unwrap();
    let c = db.client().await.unwrap();
    if c.query("select 1 from pg_namespace where nspname='ledger'", &[]).await.unwrap().is_empty() {
        c.batch_execute("create schema ledger").await.unwrap();
        c.batch_execute(include_str!("../migrations/0001_ledger.sql")).await.unwrap();
        c.batch_execute(
            "insert into ledger.assets(code,scale,kind,created_at) values ('USD',2,'money',now())",
        )
        .await
        .unwrap();
    }
    drop(c);
    let t = Instant::now();
    let l = Ledger::start(
        db,
        Arc::new(kernel::SystemClock),
        LedgerOptions { node: "n".into(), address: "a".into(), writers, ..Default::default() },
    );
    assert!(l.ready().await);
    println!("ready {:?}", t.elapsed());
    let accs: Vec<_> = (1..=accounts)
        .map(|i| NewAccount { id: i as u128, asset: 1, code: 1, ..Default::default() })
        .collect();
    for c in accs.chunks(8000) {
        let r = l.create_accounts(c.to_vec()).await.unwrap();
        println!("{:?}", r[0]);
    }
    let t = Instant::now();
    let mut futs = std::collections::VecDeque::new();
    let mut done = 0usize;
    let mut last = (Instant::now(), 0usize);
    let mut x: u64 = 88172645463325252
        ^ (std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()
            as u64);
    let mut rnd = move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    let mut made = 0;
    while done < n {
        while made < n && futs.len() < depth {
            let ms = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_millis();
            let b: Vec<_> = (0..batch)
                .map(|i| {
                    let d = rnd() % accounts + 1;
                    let mut c = rnd() % accounts + 1;
                    if c == d {
                        c = d % accounts + 1;
                    }
                    NewTransfer {
                        id: (ms << 80)
                            | (7 << 76)
                            | ((made + i) as u128) << 32
                            | (rnd() as u32 as u128),
                        debit_account: d as u128,
                        credit_account: c as u128,
                        amount: (rnd() % 100_000_000) as u128,
                        asset: 1,
                        code: 1,
                        ..Default::default()
                    }
                })
                .collect();
            made += batch;
            let l = l.clone();
            futs.push_back(tokio::spawn(async move {
                let n = b.len();
                let r = l.create_transfers(b).await.unwrap();
                assert!(r.iter().all(|r| r.status == TransferStatus::Created), "{:?}", r[0]);
                n
            }));
        }
        done += futs.pop_front().unwrap().await.unwrap();
        if done - last.1 >= 1_000_000 {
            println!("{done} {:.0}/s", (done - last.1) as f64 / last.0.elapsed().as_secs_f64());
            last = (Instant::now(), done);
        }
    }
    println!("total {:.0}/s in {:?}", n as f64 / t.elapsed().as_secs_f64(), t.elapsed());
    let v = l.verify(|_| {}).await.unwrap();
    println!("verify {:?} {} {:?}", t.elapsed(), v.transfers, v.findings);
    let a = l.account(AccountKey::Id(7)).await.unwrap().unwrap();
    let e = l
        .entries(
            &a,
            &EntriesQuery {
                order: Order::NewestFirst,
                cursor: None,
                from: None,
                before: None,
                limit: 300,
            },
        )
        .await
        .unwrap();
    println!("{} {:?} {:?}", e.len(), a.balances, e.last().unwrap().balances);
    let t1 = Instant::now();
    let o = l
        .entries(
            &a,
            &EntriesQuery {
                order: Order::OldestFirst,
                cursor: None,
                from: None,
                before: None,
                limit: 300,
            },
        )
        .await
        .unwrap();
    println!(
        "{} {:?} {:?} {:?}",
        o.len(),
        o[0].balances,
        o.last().unwrap().transfer.record.seq,
        t1.elapsed()
    );
    let t = Instant::now();
    l.stop().await;
    println!("stop {:?}", t.elapsed());
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in s.lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")) {
        println!("{l}");
    }
    let t = Instant::now();
    drop(pg);
    println!("pg stop {:?}", t.elapsed());
    drop(data);
}
