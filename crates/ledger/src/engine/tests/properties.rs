//! Properties of any sequence of commands, and agreement with the model. A case is a list of
//! seeds, one for each request, so that a failing case shrinks to the requests that matter.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::engine::{
    Account, Balances, Effect, Effects, Engine, Request, Response, Start, Time, TransferFlags,
    TransferState,
};
use crate::simulation::{Ids, Model, Rng, Workload};

const BEGINNING: Time = 1_767_225_600_000_000;
const STEP: Time = 400_000;
const IDS: u64 = 36;

fn engine() -> Engine {
    let start = Start { next_seq: 1, range_size: 16, next_account_no: 1, ..Start::default() };
    let mut engine = Engine::new(start);
    engine.learn_assets([1, 2]);
    engine
}

/// Every account of the workload, then a request for each seed, each with its time.
fn requests(seeds: &[u64]) -> Vec<(Request, Time)> {
    let mut workload = Workload { ids: Ids::Few(IDS), accounts_from: 1_000, now: BEGINNING };
    let mut requests = vec![(workload.all_accounts(), BEGINNING)];
    for seed in seeds {
        workload.now += STEP;
        requests.push((workload.request(&mut Rng::new(*seed)), workload.now));
    }
    requests
}

fn seeds() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>(), 1..70)
}

/// Nothing is sealed, so whatever an engine asks for is absent.
fn execute(engine: &mut Engine, requests: &[Request], at: Time) -> (Vec<Response>, Effects) {
    loop {
        let needs = engine.needs(requests, at);
        if needs.is_empty() {
            return engine.execute(requests, at);
        }
        engine.learn(&needs, crate::engine::Facts::default());
    }
}

/// What an engine holds of the ids in play.
fn snapshot(engine: &Engine) -> (Vec<Account>, Vec<(u128, TransferState)>, i64) {
    let accounts = (1_000..1_012).filter_map(|id| engine.account(id).cloned()).collect();
    let ids = 1..u128::from(IDS) + 8;
    let states = ids.filter_map(|id| Some((id, *engine.state(id)?))).collect();
    (accounts, states, engine.next_seq())
}

/// Adds a record's effect to the balances of its two accounts, by number.
fn apply(balances: &mut BTreeMap<i64, Balances>, debit: i64, credit: i64, effect: Effect) {
    balances.entry(debit).or_default().debit(effect);
    balances.entry(credit).or_default().credit(effect);
}

/// Whether an account that took a debit or a credit is still within its bounds.
fn within(account: &Account, has: &Balances, debited: bool) -> bool {
    let (Ok(debits), Ok(credits), Ok(debits_posted), Ok(credits_posted)) = (
        i128::try_from(has.debits()),
        i128::try_from(has.credits()),
        i128::try_from(has.debits_posted),
        i128::try_from(has.credits_posted),
    ) else {
        return true; // Too large for this arithmetic; the model has a wider one.
    };
    if debited {
        account.limits.floor.is_none_or(|floor| credits_posted - debits >= floor)
    } else {
        account.limits.ceiling.is_none_or(|ceiling| credits - debits_posted <= ceiling)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_and_records_are_the_models(seeds in seeds()) {
        let (mut engine, mut model) = (engine(), Model::new([1, 2]));
        for (request, at) in requests(&seeds) {
            let from = model.book.records.len();
            let expected = model.execute(std::slice::from_ref(&request), at);
            let (actual, effects) = execute(&mut engine, std::slice::from_ref(&request), at);
            prop_assert_eq!(&actual, &expected, "to {:#?}", request);
            prop_assert_eq!(effects.records.as_slice(), &model.book.records[from..]);
        }
        for account in &model.book.accounts {
            let expected = model.seen(account);
            prop_assert_eq!(engine.account(account.id), Some(&expected));
        }
        for record in &model.book.records {
            prop_assert_eq!(engine.state(record.id).copied(), model.book.state(record.id));
        }
    }

    #[test]
    fn debits_equal_credits_and_entries_sum_to_balances(seeds in seeds()) {
        let mut engine = engine();
        let mut balances: BTreeMap<i64, Balances> = BTreeMap::new();
        for (request, at) in requests(&seeds) {
            let (_, effects) = execute(&mut engine, &[request], at);
            for record in effects.records.iter() {
                apply(&mut balances, record.debit, record.credit, record.effect());
            }
            for asset in [1, 2] {
                let (accounts, ..) = snapshot(&engine);
                let mut sums = [0_u128; 4];
                for account in accounts.iter().filter(|account| account.asset == asset) {
                    let replayed = balances.get(&account.no).copied().unwrap_or_default();
                    prop_assert_eq!(account.balances, replayed);
                    let has = account.balances;
                    let parts = [has.debits_pending, has.credits_pending, has.debits_posted, has.credits_posted];
                    // Several accounts together may exceed 128 bits: the sums agree modulo 2^128.
                    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum = sum.wrapping_add(part));
                }
                prop_assert_eq!(sums[0], sums[1]);
                prop_assert_eq!(sums[2], sums[3]);
            }
        }
    }

    #[test]
    fn accepted_commands_keep_to_floors_and_ceilings(seeds in seeds()) {
        let mut engine = engine();
        let mut balances: BTreeMap<i64, Balances> = BTreeMap::new();
        for (request, at) in requests(&seeds) {
            let (_, effects) = execute(&mut engine, &[request], at);
            let (accounts, ..) = snapshot(&engine);
            let account = |no| accounts.iter().find(|account| account.no == no).unwrap();
            for record in effects.records.iter() {
                let effect = record.effect();
                apply(&mut balances, record.debit, record.credit, effect);
                if record.flags.any(TransferFlags::RESOLVING | TransferFlags::EXPIRE_PENDING)
                    || record.amount == 0
                {
                    continue; // What was reserved counted already.
                }
                prop_assert!(within(account(record.debit), &balances[&record.debit], true));
                prop_assert!(within(account(record.credit), &balances[&record.credit], false));
            }
        }
    }

    #[test]
    fn refused_commands_change_nothing(seeds in seeds()) {
        let mut engine = engine();
        for (request, at) in requests(&seeds) {
            let before = snapshot(&engine);
            let (responses, effects) = execute(&mut engine, &[request], at);
            let changed = responses.iter().any(|response| match response {
                Response::Accounts(statuses) => statuses.iter().any(|status| status.code() == 0),
                Response::Update(status, _) => status.code() == 0,
                Response::Transfers(results) => results.iter().any(|result| result.status.code() == 0),
                Response::Group(status, _) => status.code() == 0,
                Response::Expired(count) => *count > 0,
            });
            if !changed {
                prop_assert_eq!(snapshot(&engine), before);
                prop_assert!(effects.records.is_empty());
                prop_assert!(effects.accounts_created.is_empty() && effects.accounts_changed.is_empty());
            }
        }
    }

    #[test]
    fn one_batch_is_the_same_as_many(seeds in seeds()) {
        let (mut together, mut apart) = (engine(), engine());
        for (number, chunk) in requests(&seeds).chunks(12).enumerate() {
            let requests: Vec<Request> = chunk.iter().map(|(request, _)| request.clone()).collect();
            let at = BEGINNING + number as Time * 12 * STEP;
            let (responses, effects) = execute(&mut together, &requests, at);
            let (mut single, mut records) = (Vec::new(), Vec::new());
            for request in requests {
                let (response, effects) = execute(&mut apart, &[request], at);
                single.extend(response);
                records.extend(effects.records.iter().cloned());
            }
            prop_assert_eq!(responses, single);
            prop_assert_eq!(effects.records.as_slice(), records);
        }
        prop_assert_eq!(snapshot(&together), snapshot(&apart));
    }
}
