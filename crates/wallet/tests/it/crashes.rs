//! The process is killed at every step of every flow. After a restart every flow ends, and the books
//! balance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use wallet::{Interrupt, Step};

use crate::app::{App, Person};

/// Stops from the `nth` time on that a step is reached: a process that is dead does nothing more.
/// Counts how often it did.
fn killer(step: Step, nth: u32) -> (Interrupt, Arc<AtomicU32>) {
    let (reached, kills) = (AtomicU32::new(0), Arc::new(AtomicU32::new(0)));
    let counted = Arc::clone(&kills);
    let interrupt: Interrupt = Arc::new(move |at| {
        let is_dead = at == step && reached.fetch_add(1, Ordering::SeqCst) + 1 >= nth;
        counted.fetch_add(u32::from(is_dead), Ordering::SeqCst);
        is_dead
    });
    (interrupt, kills)
}

/// Small pseudo-random numbers (<https://en.wikipedia.org/wiki/Xorshift>), so that a seed tells all.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Everything that somebody may do, some times; what comes of it doesn't matter.
async fn everything(app: &App, ann: &Person, bob: &Person, rounds: u64, chance: &mut Chance) {
    for round in 0..rounds {
        let body = json!({
            "to": { "handle": "bob" }, "asset": "EUR", "amount": (1 + chance.below(9)).to_string(), "message": "m",
        });
        app.post(ann, "/v1/wallet/transfers", body).await;
        let body = json!({
            "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "accept_within_s": 600,
        });
        let held = app.post(ann, "/v1/wallet/transfers", body).await;
        if let Some(id) = held.body["id"].as_str() {
            app.act(bob, &format!("/v1/wallet/transfers/{id}/accept")).await;
        }
        let email = format!("guest{round}@example.org");
        let body =
            json!({ "to": { "email": email }, "asset": "EUR", "amount": "11", "message": "m" });
        app.post(ann, "/v1/wallet/transfers", body).await;
        let body = json!({
            "from": { "handle": "ann" }, "asset": "EUR", "amount": "13", "message": "m",
            "expires_in_s": 864_000,
        });
        let asked = app.post(bob, "/v1/wallet/requests", body).await;
        app.act(ann, &format!("/v1/wallet/requests/{}/pay", asked.id())).await;
    }
}

async fn check_step(step: Step, seed: u64) {
    let mut chance = Chance(seed * 2 + 1);
    let rounds = 2 + chance.below(3);
    let (interrupt, kills) = killer(step, 1 + (seed % 2) as u32);
    let mut app = App::start_with(Some(interrupt)).await;
    let (ann, bob) = (app.rich("ann", 100_000).await, app.rich("bob", 1).await);
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "17", "message": "m",
        "start_at": "2026-01-01T00:00:30Z", "every": "day", "count": 3,
    });
    assert_eq!(app.post(&ann, "/v1/wallet/schedules", body).await.status, 201);
    everything(&app, &ann, &bob, rounds, &mut chance).await;
    let mut guests = Vec::new();
    for round in 0..rounds {
        guests.push(app.person(&format!("guest{round}")).await);
    }
    // The jobs of the process that is to die.
    app.pass(40).await;
    app.pass(24 * 3_600).await;
    assert!(kills.load(Ordering::SeqCst) > 0, "{step:?} was not killed");

    app.restart(None).await;
    for _ in 0..3 {
        app.pass(24 * 3_600).await;
    }
    let client = app.database.database().client().await.unwrap();
    let open = "select (select count(*) from wallet.invitations where state in ('new', 'claiming')) \
                + (select count(*) from wallet.requests where state = 'paying') \
                + (select count(*) from wallet.schedules where state <> 'completed')";
    let open: i64 = client.query_one(open, &[]).await.unwrap().get(0);
    assert_eq!(open, 0, "{step:?} seed {seed}: a flow has not ended");
    let sql = "select count(*) from bus.jobs where state = 'dead'";
    let dead: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(dead, 0, "{step:?} seed {seed}: a job is dead");
    let sql = "select count(*) from wallet.messages m where not exists \
               (select from ledger.transfers t where t.id = m.transfer_id)";
    let orphans: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(orphans, 0, "{step:?} seed {seed}: a message of nothing stays");
    drop(client);
    // What was paid is what the rows say, and nothing was made or lost.
    assert_eq!(app.sum().await, 100_001, "{step:?} seed {seed}");
    let paid = app.get(&ann, "/v1/wallet/requests?status=paid").await.data().len() as u128;
    let transfers = app.get(&bob, "/v1/wallet/transfers?direction=in&limit=200").await;
    let count = |kind: &str| {
        transfers.data().iter().filter(|it| it["kind"] == kind && it["status"] != "waiting").count()
    };
    assert_eq!(count("request_payment") as u128, paid, "{step:?} seed {seed}");
    assert_eq!(count("scheduled"), 3, "{step:?} seed {seed}");
    let events = app.events().await;
    let told = |kind: &str| events.iter().filter(|it| *it == kind).count() as u128;
    assert_eq!(told("wallet.request.paid"), paid, "{step:?} seed {seed}");
    assert_eq!(told("wallet.schedule.completed"), 1, "{step:?} seed {seed}");
    let mut claimed = 0;
    for guest in &guests {
        let got = app.balance(guest, "EUR").await;
        let invited = app.get(guest, "/v1/wallet/transfers").await.data().len() as u128;
        assert_eq!(got, (invited * 11, invited * 11), "{step:?} seed {seed}");
        claimed += invited;
    }
    assert_eq!(told("wallet.invite.claimed"), claimed, "{step:?} seed {seed}");
    assert_eq!(told("wallet.invite.created"), claimed, "{step:?} seed {seed}");
    let report = ledger::verify(app.database.database(), |_| {}).await;
    assert!(report.is_ok_and(|report| report.is_sound()), "{step:?} seed {seed}");
}

macro_rules! steps {
    ($($name:ident: $step:ident,)*) => {
        $(#[tokio::test]
        async fn $name() {
            for seed in 1..=4 {
                check_step(Step::$step, seed).await;
            }
        })*

        #[test]
        fn every_step_is_tested() {
            assert_eq!(Step::ALL, [$(Step::$step),*]);
        }
    };
}

steps! {
    killed_before_a_transfer: TransferBeforeLedger,
    killed_after_a_transfer: TransferAfterLedger,
    killed_before_an_acceptance: AcceptBeforeLedger,
    killed_after_an_acceptance: AcceptAfterLedger,
    killed_before_an_invitation_is_held: InvitationBeforeLedger,
    killed_after_an_invitation_is_held: InvitationAfterLedger,
    killed_before_a_claim: ClaimBeforeLedger,
    killed_after_a_claim: ClaimAfterLedger,
    killed_before_a_request_is_paid: RequestBeforeLedger,
    killed_after_a_request_is_paid: RequestAfterLedger,
    killed_before_an_occurrence: OccurrenceBeforeLedger,
    killed_after_an_occurrence: OccurrenceAfterLedger,
}
