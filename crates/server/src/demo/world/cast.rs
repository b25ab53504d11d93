//! Who there is. Nobody of them is real, and nobody has their addresses: RFC 2606 keeps `.example`
//! free.

use identity::RoleSet;

/// Somebody in the demo world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) struct Member {
    pub(in crate::demo) handle: &'static str,
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) locale: &'static str,
    pub(in crate::demo) role: Role,
    /// Has work at Northwind, and a salary.
    pub(super) is_employed: bool,
    /// Rents from the Lindenhof.
    pub(super) rents: bool,
    /// Is in the book club.
    pub(super) reads: bool,
    /// Has dollars too.
    pub(super) has_dollars: bool,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::demo) enum Role {
    Person,
    Company,
    /// Staff of the bank with the role of this name.
    Manager,
    Administrator,
}

impl Member {
    pub(in crate::demo) fn email(&self) -> String {
        format!("{}@demo.example", self.handle)
    }

    pub(in crate::demo) fn roles(&self) -> RoleSet {
        let user = RoleSet::default().with(identity::Role::User);
        match self.role {
            Role::Person => user,
            Role::Company => user.with(identity::Role::Merchant),
            Role::Manager => user.with(identity::Role::Manager),
            Role::Administrator => user.with(identity::Role::Administrator),
        }
    }

    /// Whether they hold an asset from the begin.
    pub(in crate::demo) fn holds(&self, asset: &str) -> bool {
        match asset {
            "USD" => self.has_dollars,
            "BOOK" => self.reads || self.handle == "bookclub",
            "APPLE" => self.role == Role::Person || matches!(self.handle, "orchard" | "bakery"),
            _ => true,
        }
    }
}

const fn person(
    handle: &'static str,
    name: &'static str,
    locale: &'static str,
    is_employed: bool,
    rents: bool,
    reads: bool,
    has_dollars: bool,
) -> Member {
    Member { handle, name, locale, role: Role::Person, is_employed, rents, reads, has_dollars }
}

const fn house(handle: &'static str, name: &'static str, role: Role) -> Member {
    Member {
        handle,
        name,
        locale: "en",
        role,
        is_employed: false,
        rents: false,
        reads: false,
        has_dollars: false,
    }
}

/// People: handle, name, locale; then whether they are employed, rent, read, have dollars.
#[rustfmt::skip]
pub(in crate::demo) const CAST: &[Member] = &[
    person("mia", "Mia Schneider", "de", true, true, true, false),
    person("lukasz", "Łukasz Żółkiewski", "en", true, true, false, false),
    person("aylin", "Aylin Yılmaz", "de", true, true, false, true),
    person("chidi", "Chidi Okafor", "en", true, false, false, true),
    person("siobhan", "Siobhán Ní Bhriain", "en", true, false, true, false),
    person("jonas", "Jonas Köhler", "de", true, true, false, false),
    person("wei", "王伟 (Wang Wei)", "en", true, false, false, true),
    person("zoe", "Zoë Lefèvre", "en", false, true, true, false),
    person("garcia.jose", "José García Núñez", "en", true, true, false, false),
    person("lan", "Nguyễn Thị Lan", "en", true, false, true, true),
    person("priya", "Priya Raman", "en", true, false, true, true),
    person("omar", "Omar Haddad", "en", false, true, false, false),
    person("yuki", "田中 雪 (Yuki Tanaka)", "en", true, false, false, true),
    person("freya", "Freya Lindqvist", "en", true, true, true, false),
    person("ana", "Ana Kovačević", "en", false, true, false, false),
    person("dimitra", "Δήμητρα Παπαδοπούλου", "en", false, false, true, true),
    person("ingrid", "Ingrid Bjørnstad", "en", true, true, false, false),
    person("tomas", "Tomás Silva", "en", true, false, false, false),
    person("fatima", "فاطمة الزهراء (Fatima Zahra)", "en", false, true, true, false),
    person("noah", "Noah Weber", "de", false, true, false, false),
    person("emma", "Emma Dubois", "en", true, false, true, false),
    person("giulia", "Giulia Rossi", "en", true, true, false, false),
    person("kwame", "Kwame Mensah", "en", false, false, false, true),
    person("leila", "Leila Farhadi", "en", true, false, true, false),
    person("matteo", "Matteo Bianchi", "en", false, true, false, false),
    person("hana", "Hana Novotná", "en", true, false, false, false),
    person("rosa", "Rosa Martínez", "en", false, true, true, false),
    person("elif", "Elif Demir", "de", true, false, false, false),
    person("ben", "Ben Carter", "en", false, false, false, true),
    person("grace", "Grace Kim", "en", true, false, true, true),
    house("orchard", "Hillside Orchard", Role::Company),
    house("bakery", "Bäckerei Kornblume", Role::Company),
    house("bookclub", "Page & Leaf Book Club", Role::Company),
    house("northwind", "Northwind Tools", Role::Company),
    house("cafe", "Café Lumière", Role::Company),
    house("lindenhof", "Wohnhof Linde", Role::Company),
    house("greta", "Greta Vogel", Role::Manager),
    house("samir", "Samir Nasser", Role::Administrator),
];

/// Whom a newcomer can be: handle, and what it is like, in English and German.
pub(in crate::demo) const SHOWN: &[(&str, &str, &str)] = &[
    (
        "mia",
        "Works at Northwind, reads, and buys her apples at the orchard. Transfers and requests wait for her.",
        "Arbeitet bei Northwind, liest gern und kauft ihre Äpfel beim Obsthof. Überweisungen und Anfragen warten auf sie.",
    ),
    (
        "lukasz",
        "Shares a flat, splits bills, and owes Mia for a pizza.",
        "Wohnt in einer WG, teilt Rechnungen und schuldet Mia noch eine Pizza.",
    ),
    (
        "priya",
        "Holds euros, dollars, apples and a book: many accounts at once.",
        "Hat Euro, Dollar, Äpfel und ein Buch: viele Konten auf einmal.",
    ),
    (
        "orchard",
        "An orchard that sells apples, for euros, and sends the apples too.",
        "Ein Obsthof, der Äpfel für Euro verkauft und die Äpfel gleich mitschickt.",
    ),
    (
        "bakery",
        "A bakery with many small sales a day.",
        "Eine Bäckerei mit vielen kleinen Verkäufen am Tag.",
    ),
    (
        "northwind",
        "An employer that pays salaries, some of them by schedule.",
        "Ein Arbeitgeber, der Gehälter zahlt, einige als Dauerauftrag.",
    ),
    (
        "greta",
        "Manager of the bank: finds users, proposes and approves adjustments.",
        "Leitet die Bank: findet Kunden, schlägt Korrekturen vor und gibt sie frei.",
    ),
    (
        "samir",
        "Administrator of the bank: everything that Greta may, and roles, jobs and mail. What one of the two proposes the other approves.",
        "Verwaltet die Bank: alles, was Greta darf, dazu Rollen, Aufträge und Post. Was die eine vorschlägt, gibt der andere frei.",
    ),
];
