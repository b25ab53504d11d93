use super::*;

#[test]
fn thousands_are_grouped() {
    let plain = |number: &str| grouped(number).replace('\u{a0}', " ");
    assert_eq!(plain("1234567.50"), "1 234 567.50");
    assert_eq!(plain("100"), "100");
    assert_eq!(plain("0.05"), "0.05");
}

#[test]
fn names_of_latin_greek_and_cyrillic_have_their_letters() {
    let font = Font::new(Weight::Regular);
    let notdef = font.width("\u{f0000}", 1000);
    for letter in "ŁukaszŻółćØrstedÜmitΕλένηЮлия".chars() {
        let width = font.width(&letter.to_string(), 1000);
        assert!(width > 0 && width != notdef, "{letter}");
    }
}

#[test]
fn long_texts_are_cut_with_an_ellipsis() {
    let font = Font::new(Weight::Regular);
    let cut = font.fit(&"ab ".repeat(100), 9_000, 100_000);
    assert!(cut.ends_with('…') && font.width(&cut, 9_000) <= 100_000);
    assert_eq!(font.fit("short", 9_000, 100_000), "short");
}
