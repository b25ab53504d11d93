use kernel::Amount;
use ledger::{AccountId, TransferId};

use super::*;
use crate::history::EntryKind;
use crate::people::Party;

fn summary() -> Summary {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    Summary {
        account_id: AccountId::from_u128(7),
        owner: "Łukasz Żółć (@lukasz)".into(),
        asset: "EUR".into(),
        scale: 2,
        month: "2026-10".into(),
        from: at("2026-10-01"),
        before: at("2026-11-01"),
        is_complete: true,
        opening_balance: Amount::new(1_234_567),
        closing_balance: Amount::new(1_234_067),
        total_in: Amount::new(500),
        total_out: Amount::new(1_000),
    }
}

fn entry(no: u64) -> HistoryEntry {
    let names = ["Ørsted", "Ümit", "Ελένη", "Юлия", "李"];
    let name = names[no as usize % names.len()];
    HistoryEntry {
        transfer_id: TransferId::from_u128(no.into()),
        at: Timestamp::from_micros(1_760_000_000_000_000 + no as i64 * 60_000_000),
        kind: EntryKind::Transfer,
        direction: if no.is_multiple_of(2) { Direction::In } else { Direction::Out },
        amount: Amount::from(500 + no),
        balance: Amount::from(1_234_567),
        counterparty: Some(Party { handle: None, name: Some(name.into()), email: None }),
        message: no.is_multiple_of(3).then(|| "für die Pizza\nund den Wein".into()),
        reference: None,
        sequence: no as i64,
    }
}

fn file(entries: u64) -> (Vec<u8>, usize) {
    let mut writer = PdfWriter::new();
    let mut bytes = writer.begin(&summary());
    let mut piece_max = 0;
    for from in (0..entries).step_by(100) {
        let chunk: Vec<HistoryEntry> = (from..entries.min(from + 100)).map(entry).collect();
        let piece = writer.entries(&chunk);
        piece_max = piece_max.max(piece.len());
        bytes.extend(piece);
    }
    bytes.extend(writer.end());
    (bytes, piece_max)
}

#[test]
fn every_object_is_where_the_table_says() {
    let (bytes, _) = file(200);
    let text = String::from_utf8_lossy(&bytes[bytes.len() - 40..]).into_owned();
    let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
    let table = String::from_utf8(bytes[start..].to_vec()).unwrap();
    let entries = table.lines().skip(3).take_while(|line| line.ends_with("n"));
    let mut count = 0;
    for (number, line) in (1..).zip(entries) {
        let place: usize = line[..10].parse().unwrap();
        let expected = format!("{number} 0 obj");
        assert_eq!(&bytes[place..place + expected.len()], expected.as_bytes());
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn pages_leave_as_soon_as_they_are_full() {
    let (bytes, piece_max) = file(10_000);
    assert!(bytes.len() > 200_000, "{}", bytes.len());
    assert!(piece_max < 40_000, "{piece_max}");
}

#[test]
fn a_month_without_entries_is_a_page() {
    let (bytes, _) = file(0);
    assert!(bytes.starts_with(b"%PDF-1.7") && bytes.ends_with(b"%%EOF"));
    assert!(bytes.windows(8).any(|window| window == b"/Count 1"));
}
