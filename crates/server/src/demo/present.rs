//! What goes on at this moment: what waits to be answered, what is to come, and what staff has to
//! decide. Made by the operations of the API, each by the person whose it is.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt as _;
use identity::{Actor, ActorKind, SessionId, UserId};
use kernel::Timestamp;
use kernel::http::CallerKey;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::world::{CAST, who};
use crate::serve::Contexts;

const DAY_S: u64 = 24 * 3_600;

/// The API, called in this process.
struct Present<'w> {
    api: Router,
    users: &'w [UserId],
    now: Timestamp,
}

/// Makes all of it.
pub(super) async fn make(
    contexts: &Contexts,
    users: &[UserId],
    now: Timestamp,
) -> anyhow::Result<()> {
    let present = Present { api: contexts.rest().split_for_parts().0, users, now };
    present.holds().await?;
    present.requests().await?;
    present.schedules().await?;
    present.payments().await?;
    present.adjustments().await
}

impl Present<'_> {
    /// Transfers that wait, and some that were answered just now.
    async fn holds(&self) -> anyhow::Result<()> {
        for (from, to, asset, amount, message) in [
            ("lukasz", "mia", "EUR", 900, "For the pizza, sorry it took so long"),
            ("orchard", "mia", "APPLE", 12, "12 × Topaz, the late ones"),
            ("aylin", "mia", "EUR", 1_450, "Kinokarten"),
            ("mia", "jonas", "EUR", 2_300, "Danke fürs Auslegen"),
            ("mia", "priya", "APPLE", 3, "For your cake"),
            ("bakery", "orchard", "EUR", 3_040, "80 apples, next week"),
            ("northwind", "cafe", "EUR", 12_400, "Team lunch, as agreed"),
            ("bookclub", "priya", "BOOK", 1, "“Solaris”"),
        ] {
            self.hold(from, to, asset, amount, message, 6).await?;
        }
        let taken = self.hold("grace", "mia", "EUR", 1_200, "Train to the lake", 2).await?;
        self.act("mia", &format!("/v1/wallet/transfers/{taken}/accept")).await?;
        let refused = self.hold("mia", "omar", "EUR", 500, "Coffee?", 2).await?;
        self.act("omar", &format!("/v1/wallet/transfers/{refused}/decline")).await?;
        let invitation = json!({
            "to": { "email": "newcomer@demo.example" }, "asset": "EUR", "amount": "1000",
            "message": "Come and join us",
        });
        self.post("mia", "/v1/wallet/transfers", &invitation).await?;
        Ok(())
    }

    async fn requests(&self) -> anyhow::Result<()> {
        let ask = async |by: &str, from: &str, amount: u32, message: &str| {
            let body = json!({
                "from": { "handle": from }, "asset": "EUR", "amount": amount.to_string(),
                "message": message,
            });
            self.post(by, "/v1/wallet/requests", &body).await
        };
        ask("bookclub", "mia", 500, "Membership").await?;
        ask("freya", "mia", 1_830, "Your half of the groceries").await?;
        ask("mia", "noah", 2_100, "Concert tickets").await?;
        ask("orchard", "bakery", 3_800, "100 apples of last week").await?;
        ask("lindenhof", "lukasz", 4_250, "Heating, last winter").await?;
        let paid = ask("mia", "zoe", 640, "Bike repair").await?;
        self.act("zoe", &format!("/v1/wallet/requests/{paid}/pay")).await?;
        let declined = ask("ben", "mia", 9_900, "Can you lend me this?").await?;
        self.act("mia", &format!("/v1/wallet/requests/{declined}/decline")).await?;
        let cancelled = ask("mia", "hana", 300, "Never mind").await?;
        self.act("mia", &format!("/v1/wallet/requests/{cancelled}/cancel")).await?;
        Ok(())
    }

    async fn schedules(&self) -> anyhow::Result<()> {
        for (by, to, amount, every, days, reference) in [
            ("mia", "lindenhof", 64_000, "month", 6, "Rent"),
            ("mia", "bakery", 890, "week", 2, "Bread for the weekend"),
            ("northwind", "mia", 268_000, "month", 4, "Salary"),
            ("northwind", "lukasz", 254_500, "month", 4, "Salary"),
            ("northwind", "priya", 291_000, "month", 4, "Salary"),
            ("bakery", "orchard", 3_040, "week", 5, "Apples"),
        ] {
            let start_at =
                self.now.saturating_add(std::time::Duration::from_secs(days * DAY_S)).to_string();
            let body = json!({
                "to": { "handle": to }, "asset": "EUR", "amount": amount.to_string(),
                "start_at": start_at, "every": every, "reference": reference,
            });
            self.post(by, "/v1/wallet/schedules", &body).await?;
        }
        Ok(())
    }

    /// Money in through the sandbox: a card that works, one that is declined, one whose holder has
    /// to confirm. And some out.
    async fn payments(&self) -> anyhow::Result<()> {
        let year = i32::from(
            jiff::Timestamp::from_microsecond(self.now.as_micros())?
                .to_zoned(jiff::tz::TimeZone::UTC)
                .year(),
        );
        for (by, amount, number) in [
            ("mia", 5_000, "4242424242424242"),
            ("lukasz", 10_000, "5555555555554444"),
            ("mia", 2_000, "4000000000000002"),
            ("mia", 7_500, "4000000000003220"),
        ] {
            let body = json!({
                "asset": "EUR", "amount": amount.to_string(),
                "card": { "number": number, "exp_month": 12, "exp_year": year + 3, "cvc": "123" },
            });
            self.post(by, "/v1/payments/deposits", &body).await?;
        }
        let withdrawal = json!({
            "asset": "EUR", "amount": "25000",
            "destination": { "iban": "AT611904300234573201", "name": "Hillside Orchard" },
        });
        self.post("orchard", "/v1/payments/withdrawals", &withdrawal).await?;
        Ok(())
    }

    /// What one of the two proposes the other approves.
    async fn adjustments(&self) -> anyhow::Result<()> {
        for (by, user, direction, amount, reason) in [
            ("greta", "jonas", "credit", 1_250, "A fee was taken twice, ticket 4711"),
            ("greta", "cafe", "debit", 300, "Rounding of last month, ticket 4718"),
            ("samir", "fatima", "credit", 2_000, "Goodwill after the outage, ticket 4720"),
        ] {
            let body = json!({
                "user": self.users[who(user)], "direction": direction, "asset": "EUR",
                "amount": amount.to_string(), "reason": reason,
            });
            self.post(by, "/v1/admin/adjustments", &body).await?;
        }
        Ok(())
    }

    async fn hold(
        &self,
        from: &str,
        to: &str,
        asset: &str,
        amount: u32,
        message: &str,
        days: u64,
    ) -> anyhow::Result<String> {
        let body = json!({
            "to": { "handle": to }, "asset": asset, "amount": amount.to_string(),
            "message": message, "accept_within_s": days * DAY_S,
        });
        self.post(from, "/v1/wallet/transfers", &body).await
    }

    async fn act(&self, by: &str, path: &str) -> anyhow::Result<String> {
        self.call(by, path, None).await
    }

    async fn post(&self, by: &str, path: &str, body: &Value) -> anyhow::Result<String> {
        self.call(by, path, Some(body)).await
    }

    /// Calls as somebody; answers with the id of what came of it.
    async fn call(&self, by: &str, path: &str, body: Option<&Value>) -> anyhow::Result<String> {
        let mut request = Request::builder().method(Method::POST).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let actor = self.actor(by);
        let mut request = request.body(body).context("a request of our own")?;
        request.extensions_mut().insert(CallerKey(actor.caller_key()));
        request.extensions_mut().insert(actor);
        let response =
            self.api.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{path} was answered to {by} with {status}: {}", String::from_utf8_lossy(&bytes));
        }
        let answer: Value = serde_json::from_slice(&bytes)?;
        Ok(answer["id"].as_str().unwrap_or_default().to_owned())
    }

    fn actor(&self, handle: &str) -> Actor {
        let place = who(handle);
        let (user, session) = (self.users[place], SessionId::generate());
        let kind = ActorKind::Session { user, session };
        Actor { kind, permissions: CAST[place].roles().permissions(), is_frozen: false }
    }
}
