//! What goes on at this moment: what waits to be answered, what is to come, and what staff has to
//! decide. Made by the operations of the API, each by the person whose it is.

use kernel::Timestamp;
use serde_json::json;

use super::callers::Callers;

const DAY_S: u64 = 24 * 3_600;

struct Present<'w> {
    callers: &'w Callers<'w>,
    now: Timestamp,
}

/// Makes all of it.
pub(super) async fn make(callers: &Callers<'_>, now: Timestamp) -> anyhow::Result<()> {
    let present = Present { callers, now };
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
        self.callers.act("mia", &format!("/v1/wallet/transfers/{taken}/accept")).await?;
        let refused = self.hold("mia", "omar", "EUR", 500, "Coffee?", 2).await?;
        self.callers.act("omar", &format!("/v1/wallet/transfers/{refused}/decline")).await?;
        let invitation = json!({
            "to": { "email": "newcomer@demo.example" }, "asset": "EUR", "amount": "1000",
            "message": "Come and join us",
        });
        self.callers.post("mia", "/v1/wallet/transfers", &invitation).await?;
        Ok(())
    }

    async fn requests(&self) -> anyhow::Result<()> {
        let ask = async |by: &str, from: &str, amount: u32, message: &str| {
            let body = json!({
                "from": { "handle": from }, "asset": "EUR", "amount": amount.to_string(),
                "message": message,
            });
            self.callers.post(by, "/v1/wallet/requests", &body).await
        };
        ask("bookclub", "mia", 500, "Membership").await?;
        ask("freya", "mia", 1_830, "Your half of the groceries").await?;
        ask("mia", "noah", 2_100, "Concert tickets").await?;
        ask("orchard", "bakery", 3_800, "100 apples of last week").await?;
        ask("lindenhof", "lukasz", 4_250, "Heating, last winter").await?;
        let paid = ask("mia", "zoe", 640, "Bike repair").await?;
        self.callers.act("zoe", &format!("/v1/wallet/requests/{paid}/pay")).await?;
        let declined = ask("ben", "mia", 9_900, "Can you lend me this?").await?;
        self.callers.act("mia", &format!("/v1/wallet/requests/{declined}/decline")).await?;
        let cancelled = ask("mia", "hana", 300, "Never mind").await?;
        self.callers.act("mia", &format!("/v1/wallet/requests/{cancelled}/cancel")).await?;
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
            self.callers.post(by, "/v1/wallet/schedules", &body).await?;
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
            self.callers.post(by, "/v1/payments/deposits", &body).await?;
        }
        let withdrawal = json!({
            "asset": "EUR", "amount": "25000",
            "destination": { "iban": "AT611904300234573201", "name": "Hillside Orchard" },
        });
        self.callers.post("orchard", "/v1/payments/withdrawals", &withdrawal).await?;
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
                "user": self.callers.user(user), "direction": direction, "asset": "EUR",
                "amount": amount.to_string(), "reason": reason,
            });
            self.callers.post(by, "/v1/admin/adjustments", &body).await?;
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
        self.callers.post(from, "/v1/wallet/transfers", &body).await
    }
}
