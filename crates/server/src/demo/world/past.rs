//! The past weeks: who gave what to whom, day by day, in the order in which it happened.
//!
//! What somebody doesn't have isn't given: the balances are kept along. What was held and not taken
//! counts as gone, so there is always at least as much as is thought here.

use std::collections::HashMap;

use super::{CAST, DAYS, Member, Role, Who, texts, who};
use crate::chance::Chance;

const SEED: u64 = 0x0a99_1e5e_ed00_2026;
const MINUTES_A_DAY: u32 = 24 * 60;

/// Something that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Move {
    /// Minutes since the first day began.
    pub(in crate::demo) minute: u32,
    /// Nobody: the house issues it.
    pub(in crate::demo) from: Option<Who>,
    pub(in crate::demo) to: Who,
    pub(in crate::demo) asset: &'static str,
    pub(in crate::demo) amount: u64,
    pub(in crate::demo) kind: wallet::PastKind,
    pub(in crate::demo) message: Option<String>,
    pub(in crate::demo) reference: Option<String>,
    pub(in crate::demo) outcome: Outcome,
}

/// What became of it, minutes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Outcome {
    AtOnce,
    Accepted(u32),
    Declined(u32),
    Cancelled(u32),
    Expires,
}

/// Everything that happened, in order.
pub(in crate::demo) fn past() -> Vec<Move> {
    let mut days = Days { chance: Chance::new(SEED), day: 0, wishes: Vec::new() };
    let mut purse = Purse::default();
    let mut moves = Vec::new();
    for day in 0..DAYS {
        days.day = day;
        days.live();
        let mut wishes = std::mem::take(&mut days.wishes);
        wishes.sort_by_key(|wish| wish.minute);
        moves.extend(wishes.into_iter().filter(|wish| purse.allows(wish)));
    }
    moves
}

/// Who has how much of what.
#[derive(Default)]
struct Purse(HashMap<(Who, &'static str), u64>);

impl Purse {
    /// Moves it, if it is there and both have an account.
    fn allows(&mut self, wish: &Move) -> bool {
        let holds = |who: Who| CAST[who].holds(wish.asset);
        if !holds(wish.to) || !wish.from.is_none_or(holds) {
            return false;
        }
        if let Some(from) = wish.from {
            let held = self.0.entry((from, wish.asset)).or_default();
            let Some(left) = held.checked_sub(wish.amount) else { return false };
            *held = left;
        }
        if wish.outcome == Outcome::AtOnce {
            *self.0.entry((wish.to, wish.asset)).or_default() += wish.amount;
        }
        true
    }
}

/// What people want to do on a day.
struct Days {
    chance: Chance,
    day: u32,
    wishes: Vec<Move>,
}

impl Days {
    fn live(&mut self) {
        if self.day == 0 {
            self.begin();
        }
        self.work_and_rent();
        self.read();
        self.trade();
        self.shop("bakery", 7, 6, (180, 1_400), texts::BREAD);
        self.shop("cafe", 4, 5, (320, 1_500), texts::COFFEE);
        self.buy_apples();
        self.meet_friends();
        self.pay_in_dollars();
    }

    /// What everybody has on the first day.
    fn begin(&mut self) {
        for (who, member) in CAST.iter().enumerate() {
            let euros = match (member.role, member.handle) {
                (Role::Person, _) => 60_000 + 100 * self.up_to(2_400),
                (Role::Company, "northwind") => 24_000_000,
                (Role::Company, _) => 450_000,
                _ => 5_000,
            };
            self.issue(0, who, "EUR", euros, "Opening balance");
            if member.has_dollars {
                let dollars = 20_000 + 100 * self.up_to(800);
                self.issue(1, who, "USD", dollars, "Opening balance");
            }
        }
        self.issue(2, who("orchard"), "APPLE", 2_400, "Opening balance");
        self.issue(2, who("bookclub"), "BOOK", 60, "Opening balance");
    }

    fn work_and_rent(&mut self) {
        if self.day % 7 == 2 {
            let (week, apples) = (self.day / 7 + 1, 500 + self.up_to(300));
            self.issue(7 * 60, who("orchard"), "APPLE", apples, &format!("Harvest of week {week}"));
        }
        let month = self.day / 28 + 1;
        if self.day % 28 == 4 {
            for employee in members(|member| member.is_employed) {
                let amount = 210_000 + 2_500 * self.up_to(60);
                self.regular(who("northwind"), employee, amount, &format!("Salary {month}"));
            }
        }
        if self.day % 28 == 6 {
            for tenant in members(|member| member.rents) {
                let amount = 48_000 + 1_500 * self.up_to(20);
                self.regular(tenant, who("lindenhof"), amount, &format!("Rent {month}"));
            }
        }
    }

    /// The book club: a fee each month, a book for some each fortnight, and back.
    fn read(&mut self) {
        let club = who("bookclub");
        for reader in members(|member| member.reads) {
            if self.day % 28 == 8 {
                self.regular(reader, club, 500, &format!("Membership {}", self.day / 28 + 1));
            }
            let title = format!("\u{201c}{}\u{201d}", self.one_of(texts::BOOKS));
            if self.day % 14 == 9 && self.percent(80) {
                self.wish(19 * 60, Some(club), reader, "BOOK", 1, Some(title));
            } else if self.day % 14 == 5 && self.percent(80) {
                self.wish(18 * 60, Some(reader), club, "BOOK", 1, Some(format!("Back: {title}")));
            }
        }
    }

    /// What companies buy of each other.
    fn trade(&mut self) {
        if self.day % 7 != 5 {
            return;
        }
        let (orchard, bakery) = (who("orchard"), who("bakery"));
        let apples = 60 + self.up_to(60);
        let week = self.day / 7 + 1;
        let reference = Some(format!("OB-{week:02}"));
        self.wish(9 * 60, Some(bakery), orchard, "EUR", apples * 38, None);
        self.last().reference.clone_from(&reference);
        self.wish(10 * 60, Some(orchard), bakery, "APPLE", apples, Some("For the strudel".into()));
        self.last().reference = reference;
        let lunch = 9_000 + 100 * self.up_to(90);
        let catering = Some("Team lunch".to_owned());
        self.wish(13 * 60, Some(who("northwind")), who("cafe"), "EUR", lunch, catering);
    }

    fn shop(&mut self, shop: &str, at_least: u32, more: u32, price: (u64, u32), words: &[&str]) {
        for _ in 0..at_least + self.chance.below(more) {
            let (minute, buyer) = (7 * 60 + self.chance.below(600), self.anybody());
            let amount = price.0 + self.up_to(price.1);
            let message = self.percent(30).then(|| self.one_of(words).to_owned());
            self.wish(minute, Some(buyer), who(shop), "EUR", amount, message);
        }
    }

    /// Paid first, then delivered.
    fn buy_apples(&mut self) {
        for _ in 0..2 + self.chance.below(4) {
            let (minute, buyer) = (8 * 60 + self.chance.below(540), self.anybody());
            let (apples, kind) = (4 + self.up_to(20), self.one_of(texts::APPLES));
            let (orchard, order) = (who("orchard"), Some(format!("{apples} × {kind}")));
            self.wish(minute, Some(buyer), orchard, "EUR", apples * 45, order.clone());
            self.wish(minute + 4, Some(orchard), buyer, "APPLE", apples, order);
        }
    }

    fn meet_friends(&mut self) {
        for _ in 0..4 + self.chance.below(5) {
            let minute = 10 * 60 + self.chance.below(720);
            let (one, other) = (self.anybody(), self.anybody());
            if one == other {
                continue;
            }
            let (asset, amount) = match self.chance.below(10) {
                0 => ("APPLE", 1 + self.up_to(6)),
                _ => ("EUR", 300 + self.up_to(4_500)),
            };
            let message = self.percent(80).then(|| self.one_of(texts::FRIENDS).to_owned());
            self.wish(minute, Some(one), other, asset, amount, message);
            self.last_outcome();
        }
        // A few that nobody ever answered.
        if self.day == DAYS - 3 {
            for (one, other) in [("mia", "omar"), ("ben", "mia"), ("orchard", "kwame")] {
                self.wish(12 * 60, Some(who(one)), who(other), "EUR", 700, None);
                self.last().outcome = Outcome::Expires;
            }
        }
    }

    fn pay_in_dollars(&mut self) {
        let holders: Vec<Who> = members(|member| member.has_dollars).collect();
        let count = u32::try_from(holders.len()).expect("they are few");
        let (one, other) = (self.chance.below(count), self.chance.below(count));
        if one != other && self.percent(60) {
            let (one, other) = (holders[one as usize], holders[other as usize]);
            let (amount, message) = (500 + self.up_to(6_000), self.one_of(texts::FRIENDS));
            self.wish(15 * 60, Some(one), other, "USD", amount, Some(message.to_owned()));
        }
    }

    /// Most transfers are done at once; some wait for a while, and what becomes of them differs.
    fn last_outcome(&mut self) {
        let (dice, later) = (self.chance.below(100), 20 + self.chance.below(1_200));
        // Nothing of the past ends after it.
        let is_over = self.last().minute + later < DAYS * MINUTES_A_DAY;
        let last = self.last();
        match dice {
            0..15 if is_over => last.outcome = Outcome::Accepted(later),
            15..20 if is_over => last.outcome = Outcome::Declined(later),
            20..24 if is_over => last.outcome = Outcome::Cancelled(later),
            24..30 => last.kind = wallet::PastKind::RequestPayment,
            _ => {}
        }
    }

    fn wish(
        &mut self,
        minute: u32,
        from: Option<Who>,
        to: Who,
        asset: &'static str,
        amount: u64,
        message: Option<String>,
    ) {
        self.wishes.push(Move {
            minute: self.day * MINUTES_A_DAY + minute,
            from,
            to,
            asset,
            amount,
            kind: wallet::PastKind::Transfer,
            message,
            reference: None,
            outcome: Outcome::AtOnce,
        });
    }

    fn issue(&mut self, minute: u32, to: Who, asset: &'static str, amount: u64, what: &str) {
        self.wish(minute, None, to, asset, amount, None);
        let last = self.last();
        (last.kind, last.reference) = (wallet::PastKind::Issue, Some(what.to_owned()));
    }

    /// In the morning, by a schedule.
    fn regular(&mut self, from: Who, to: Who, amount: u64, reference: &str) {
        self.wish(6 * 60, Some(from), to, "EUR", amount, None);
        let last = self.last();
        (last.kind, last.reference) = (wallet::PastKind::Scheduled, Some(reference.to_owned()));
    }

    fn last(&mut self) -> &mut Move {
        self.wishes.last_mut().expect("something was wished")
    }

    fn anybody(&mut self) -> Who {
        let people = members(|member| member.role == Role::Person).count();
        self.chance.below(u32::try_from(people).expect("they are few")) as Who
    }

    fn up_to(&mut self, limit: u32) -> u64 {
        u64::from(self.chance.below(limit))
    }

    fn percent(&mut self, percent: u32) -> bool {
        self.chance.below(100) < percent
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.chance.below(u32::try_from(texts.len()).expect("they are few")) as usize]
    }
}

/// Members of the cast; people come first in it.
fn members(is_meant: impl Fn(&Member) -> bool) -> impl Iterator<Item = Who> {
    (0..CAST.len()).filter(move |who| is_meant(&CAST[*who]))
}
