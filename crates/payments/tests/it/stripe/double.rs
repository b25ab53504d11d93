//! A stand-in for Stripe that remembers: what the official mock, which only knows shapes, can't
//! do. It answers in Stripe's documented shapes, keeps idempotency keys, moves objects on as a
//! card's holder, a bank or time would, writes balance transactions, and signs webhooks. It lives
//! as long as the test, so it outlives the processes that talk to it.

mod api;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use hmac::{Hmac, Mac as _};
use kernel::{Clock as _, MockClock};
use payments::StripeOptions;
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const SECRET_KEY: &str = "sk_test_of_the_double";
pub(crate) const PUBLISHABLE_KEY: &str = "pk_test_of_the_double";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_of_the_double";

/// What Stripe keeps of each charge here.
pub(crate) const FEE: i64 = 30;
/// And of each dispute.
pub(crate) const DISPUTE_FEE: i64 = 1_500;

type Form = BTreeMap<String, String>;

/// Something that goes wrong with the next call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It is done, and the answer breaks off.
    AnswerLost,
    /// It isn't done.
    Status(u16),
    /// It isn't done, and Stripe says whether to come back.
    ShouldRetry(u16, bool),
}

struct Memory {
    clock: Arc<MockClock>,
    objects: BTreeMap<String, Value>,
    /// In the order in which they were made.
    made: Vec<String>,
    keys: BTreeMap<String, (Form, u16, Value)>,
    transactions: Vec<Value>,
    events: VecDeque<Value>,
    faults: VecDeque<Fault>,
    page_max: usize,
}

/// The server, and the world behind it.
pub(crate) struct Double {
    memory: Arc<Mutex<Memory>>,
    url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Double {
    pub(crate) async fn start(clock: Arc<MockClock>) -> Self {
        let memory = Arc::new(Mutex::new(Memory::new(clock)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(api::answer).with_state(Arc::clone(&memory));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { memory, url, server }
    }

    pub(crate) fn options(&self) -> StripeOptions {
        StripeOptions {
            url: self.url.clone(),
            secret_key: SECRET_KEY.to_owned(),
            publishable_key: PUBLISHABLE_KEY.to_owned(),
            webhook_secrets: vec![WEBHOOK_SECRET.to_owned()],
        }
    }

    pub(crate) fn fail_next(&self, faults: &[Fault]) {
        self.memory.lock().unwrap().faults.extend(faults);
    }

    /// At most so many things on a page.
    pub(crate) fn page(&self, page_max: usize) {
        self.memory.lock().unwrap().page_max = page_max;
    }

    /// Stripe forgets keys after a day or more.
    pub(crate) fn forget_keys(&self) {
        self.memory.lock().unwrap().keys.clear();
    }

    /// How many objects of a kind there are.
    pub(crate) fn count(&self, kind: &str) -> usize {
        let memory = self.memory.lock().unwrap();
        memory.objects.values().filter(|object| object["object"] == kind).count()
    }

    /// The intent that a client secret opens.
    pub(crate) fn intent_of(client_secret: &str) -> String {
        client_secret.split_once("_secret_").unwrap().0.to_owned()
    }

    pub(crate) fn object(&self, id: &str) -> Value {
        self.memory.lock().unwrap().objects[id].clone()
    }

    /// What the holder does in Stripe's form. The number says how it goes, as Stripe's test cards
    /// do.
    pub(crate) fn pay(&self, intent: &str, number: &str) {
        let mut memory = self.memory.lock().unwrap();
        let status = memory.objects[intent]["status"].as_str().unwrap().to_owned();
        assert!(status.starts_with("requires_"), "{intent} is {status}");
        match number {
            "4000000000000002" => {
                let error = json!({ "code": "card_declined", "decline_code": "generic_decline" });
                memory.change(
                    intent,
                    json!({ "last_payment_error": error,
                    "status": "requires_payment_method" }),
                );
                memory.tell("payment_intent.payment_failed", intent);
            }
            "4000000000003220" => {
                let action = json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} });
                let status = "requires_action";
                memory.change(intent, json!({ "status": status, "next_action": action }));
                memory.tell("payment_intent.requires_action", intent);
            }
            _ => memory.charge(intent, number),
        }
    }

    /// What the holder does on the page of the card's bank.
    pub(crate) fn authenticate(&self, intent: &str, is_approved: bool) {
        let mut memory = self.memory.lock().unwrap();
        assert_eq!(memory.objects[intent]["status"], "requires_action");
        if is_approved {
            memory.charge(intent, "4000000000003220");
            return;
        }
        let error = json!({ "code": "payment_intent_authentication_failure" });
        memory.change(
            intent,
            json!({ "last_payment_error": error, "next_action": null,
            "status": "requires_payment_method" }),
        );
        memory.tell("payment_intent.payment_failed", intent);
    }

    /// The holder disputes the charge of an intent.
    pub(crate) fn dispute(&self, intent: &str) -> String {
        let mut memory = self.memory.lock().unwrap();
        let known = memory.objects[intent].clone();
        let charge = known["latest_charge"].as_str().unwrap().to_owned();
        let id = memory.next_id("du");
        memory.insert(json!({
            "id": id, "object": "dispute", "amount": known["amount"], "currency": known["currency"],
            "payment_intent": intent, "charge": charge, "status": "needs_response", "metadata": {},
        }));
        memory.change(&charge, json!({ "disputed": true }));
        let amount = known["amount"].as_i64().unwrap();
        memory.move_balance("adjustment", -amount, DISPUTE_FEE, &id);
        memory.tell("charge.dispute.created", &id);
        id
    }

    pub(crate) fn close_dispute(&self, id: &str, status: &str) {
        let mut memory = self.memory.lock().unwrap();
        memory.change(id, json!({ "status": status }));
        if status == "won" {
            let amount = memory.objects[id]["amount"].as_i64().unwrap();
            memory.move_balance("adjustment", amount, 0, id);
            memory.tell("charge.dispute.funds_reinstated", id);
        }
        memory.tell("charge.dispute.closed", id);
    }

    /// The card's bank sends a refund back.
    pub(crate) fn fail_refund(&self, id: &str) {
        let mut memory = self.memory.lock().unwrap();
        let failure = json!({ "status": "failed", "failure_reason": "lost_or_stolen_card" });
        memory.change(id, failure);
        let amount = memory.objects[id]["amount"].as_i64().unwrap();
        memory.move_balance("refund_failure", amount, 0, id);
        memory.tell("refund.failed", id);
    }

    /// Somebody at the merchant gives a part back without us.
    pub(crate) fn refund_by_hand(&self, intent: &str, amount: i64) {
        let mut memory = self.memory.lock().unwrap();
        let currency = memory.objects[intent]["currency"].clone();
        let id = memory.next_id("re");
        memory.insert(json!({
            "id": id, "object": "refund", "amount": amount, "currency": currency,
            "payment_intent": intent, "status": "succeeded", "metadata": {},
        }));
        memory.move_balance("refund", -amount, 0, &id);
        memory.tell("refund.created", &id);
    }

    /// What nobody told us of.
    pub(crate) fn change_object(&self, id: &str, change: Value) {
        self.memory.lock().unwrap().change(id, change);
    }

    pub(crate) fn disputes_of(&self, intent: &str) -> Vec<String> {
        self.about("dispute", intent)
    }

    /// The refunds of an intent.
    pub(crate) fn refunds_of(&self, intent: &str) -> Vec<String> {
        self.about("refund", intent)
    }

    fn about(&self, kind: &str, intent: &str) -> Vec<String> {
        let memory = self.memory.lock().unwrap();
        let is_one = |it: &&Value| it["object"] == kind && it["payment_intent"] == intent;
        let found = memory.objects.values().filter(is_one);
        found.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Moves the balance as nothing that we know of does.
    pub(crate) fn move_by(&self, kind: &str, currency: &str, amount: i64, fee: i64) {
        let mut memory = self.memory.lock().unwrap();
        let source = memory.next_id("src");
        memory.insert(json!({ "id": source, "object": kind, "currency": currency }));
        memory.move_balance(kind, amount, fee, &source);
    }

    /// Tampers with the last balance transaction about an object.
    pub(crate) fn change_transaction(&self, kind: &str, change: Value) {
        let mut memory = self.memory.lock().unwrap();
        let found = memory.transactions.iter_mut().rev().find(|it| it["type"] == kind).unwrap();
        merge(found, change);
    }

    pub(crate) fn forget_transactions(&self, kind: &str) {
        self.memory.lock().unwrap().transactions.retain(|it| it["type"] != kind);
    }

    /// The bodies of the webhooks that were not taken yet.
    pub(crate) fn undelivered(&self) -> Vec<String> {
        self.memory.lock().unwrap().events.iter().map(Value::to_string).collect()
    }

    pub(crate) fn delivered(&self, body: &str) {
        let id = serde_json::from_str::<Value>(body).unwrap()["id"].clone();
        self.memory.lock().unwrap().events.retain(|event| event["id"] != id);
    }

    /// The header that signs a body now.
    pub(crate) fn signature(&self, body: &str) -> String {
        let now = self.memory.lock().unwrap().now_s();
        format!("t={now},v1={},v0=00", sign(WEBHOOK_SECRET, now, body))
    }
}

/// A signature as Stripe makes it.
pub(crate) fn sign(secret: &str, time_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time_s}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Memory {
    fn new(clock: Arc<MockClock>) -> Self {
        Self {
            clock,
            objects: BTreeMap::new(),
            made: Vec::new(),
            keys: BTreeMap::new(),
            transactions: Vec::new(),
            events: VecDeque::new(),
            faults: VecDeque::new(),
            page_max: 100,
        }
    }

    fn charge(&mut self, intent: &str, number: &str) {
        let known = self.objects[intent].clone();
        let charge = self.next_id("ch");
        let last4 = &number[number.len() - 4..];
        self.insert(json!({
            "id": charge, "object": "charge", "amount": known["amount"], "currency": known["currency"],
            "payment_intent": intent, "metadata": known["metadata"], "disputed": false,
            "payment_method_details": { "type": "card", "card": { "brand": "visa", "last4": last4 } },
        }));
        self.change(
            intent,
            json!({ "status": "succeeded", "latest_charge": charge,
            "next_action": null, "amount_received": known["amount"] }),
        );
        let amount = known["amount"].as_i64().unwrap();
        self.move_balance("charge", amount, FEE, &charge);
        self.tell("payment_intent.succeeded", intent);
    }

    fn move_balance(&mut self, kind: &str, amount: i64, fee: i64, source: &str) {
        let id = self.next_id("txn");
        let currency = self.objects[source]["currency"].clone();
        self.transactions.push(json!({
            "id": id, "object": "balance_transaction", "amount": amount, "fee": fee,
            "net": amount - fee, "currency": currency, "created": self.now_s(), "type": kind,
            "source": source,
        }));
    }

    fn tell(&mut self, kind: &str, object: &str) {
        let id = self.next_id("evt");
        let object = self.objects[object].clone();
        self.events.push_back(json!({
            "id": id, "object": "event", "type": kind, "created": self.now_s(), "livemode": false,
            "api_version": payments::STRIPE_VERSION, "data": { "object": object },
        }));
    }

    fn now_s(&self) -> i64 {
        self.clock.now().as_millis() / 1_000
    }

    fn next_id(&mut self, prefix: &str) -> String {
        let id = format!("{prefix}_{:06}", self.made.len() + 1);
        self.made.push(id.clone());
        id
    }

    fn insert(&mut self, object: Value) {
        self.objects.insert(object["id"].as_str().unwrap().to_owned(), object);
    }

    fn change(&mut self, id: &str, change: Value) {
        merge(self.objects.get_mut(id).unwrap(), change);
    }
}

fn merge(object: &mut Value, change: Value) {
    let Value::Object(change) = change else { unreachable!("changes are objects") };
    object.as_object_mut().unwrap().extend(change);
}
