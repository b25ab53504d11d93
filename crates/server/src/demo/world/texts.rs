//! What people write.

/// At the bakery.
pub(super) const BREAD: &[&str] = &[
    "Two loaves of rye",
    "Brötchen für Sonntag",
    "Poppy seed cake",
    "Ein Kilo Roggenmischbrot",
    "Croissants for the office",
    "Geburtstagstorte, danke!",
];

/// In the café.
pub(super) const COFFEE: &[&str] =
    &["Deux cafés, s'il vous plaît", "Lunch", "Kaffee und Kuchen", "Chai for two", "Cappuccino"];

/// Kinds of apples.
pub(super) const APPLES: &[&str] = &["Boskoop", "Cox Orange", "Elstar", "Santana", "Topaz"];

/// Between friends.
pub(super) const FRIENDS: &[&str] = &[
    "Pizza last night",
    "Kinokarten",
    "Taxi home",
    "Dzięki za obiad!",
    "Half of the groceries",
    "Geschenk für Noah",
    "Concert tickets",
    "Gracias por la cena",
    "Train to the lake",
    "Danke fürs Auslegen",
    "Your share of the internet bill",
    "Doğum günün kutlu olsun!",
    "Bike repair",
    "お昼ごはん、ありがとう",
    "Climbing hall",
];

/// What the club reads.
pub(super) const BOOKS: &[&str] = &[
    "Middlemarch",
    "Die Verwandlung",
    "Solaris",
    "The Left Hand of Darkness",
    "Things Fall Apart",
    "Cien años de soledad",
    "Kitchen",
    "Season of Migration to the North",
];
