use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rhythm(start: &str, every: Every) -> Rhythm {
    Rhythm { start_at: at(start), every, until: None, count: None }
}

fn dates(rhythm: &Rhythm, take: u32) -> Vec<String> {
    let date = |at: Timestamp| at.to_string()[..10].to_owned();
    (0..take).map_while(|no| rhythm.occurrence(no)).map(date).collect()
}

#[test]
fn a_month_keeps_the_day_or_takes_its_last_one() {
    let monthly = rhythm("2027-01-31T09:00:00Z", Every::Month);
    let expected = ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"];
    assert_eq!(dates(&monthly, 5), expected);
    let leap = rhythm("2027-11-30T09:00:00Z", Every::Month);
    assert_eq!(dates(&leap, 4), ["2027-11-30", "2027-12-30", "2028-01-30", "2028-02-29"]);
}

#[test]
fn days_and_weeks_are_counted() {
    assert_eq!(
        dates(&rhythm("2026-12-31", Every::Day), 3),
        ["2026-12-31", "2027-01-01", "2027-01-02"]
    );
    assert_eq!(dates(&rhythm("2026-12-31", Every::Week), 2), ["2026-12-31", "2027-01-07"]);
    assert_eq!(dates(&rhythm("2026-12-31", Every::Once), 5), ["2026-12-31"]);
}

#[test]
fn count_and_until_end_it_whichever_is_first() {
    let mut daily = rhythm("2026-12-30", Every::Day);
    daily.count = Some(5);
    daily.until = Some(at("2026-12-31"));
    assert_eq!(dates(&daily, 9), ["2026-12-30", "2026-12-31"]);
    daily.until = None;
    assert_eq!(dates(&daily, 9).len(), 5);
}

#[test]
fn what_is_skipped_is_before_now() {
    let daily = rhythm("2026-12-30", Every::Day);
    assert_eq!(daily.next_from(0, at("2026-12-31T12:00:00Z")), Some((2, at("2027-01-01"))));
    assert_eq!(daily.next_from(4, at("2026-12-31")), Some((4, at("2027-01-03"))));
    let once = rhythm("2026-12-30", Every::Once);
    assert_eq!(once.next_from(0, at("2026-12-31")), None);
}
