//! What the shop of the demo world sells.

use super::picture::Motif;

/// A product, whose prices are in cents.
pub(super) struct Good {
    pub(super) handle: &'static str,
    pub(super) category: &'static str,
    pub(super) vendor: &'static str,
    /// In English and German.
    pub(super) title: [&'static str; 2],
    pub(super) description: [&'static str; 2],
    pub(super) tags: &'static [&'static str],
    pub(super) tax_class: &'static str,
    /// In what the variants differ, if there are several.
    pub(super) option: Option<&'static str>,
    pub(super) variants: &'static [Choice],
    pub(super) motif: Motif,
}

/// A variant.
pub(super) struct Choice {
    pub(super) sku: &'static str,
    pub(super) value: &'static str,
    pub(super) price: u32,
    /// Pieces on the shelf at first.
    pub(super) stock: u32,
    /// Of its picture.
    pub(super) colour: [u8; 3],
}

const fn only(sku: &'static str, price: u32, stock: u32, colour: [u8; 3]) -> Choice {
    Choice { sku, value: "", price, stock, colour }
}

const fn one_of(
    sku: &'static str,
    value: &'static str,
    price: u32,
    stock: u32,
    colour: [u8; 3],
) -> Choice {
    Choice { sku, value, price, stock, colour }
}

/// Handle, title in English and German.
pub(super) const CATEGORIES: [(&str, &str, &str); 4] = [
    ("pantry", "Pantry", "Vorrat"),
    ("bakery", "Bread and cake", "Brot und Kuchen"),
    ("books", "Books", "Bücher"),
    ("home", "Home", "Zuhause"),
];

const ORCHARD: &str = "Hillside Orchard";
const BAKERY: &str = "Bäckerei Kornblume";
const BOOKS: &str = "Page & Leaf";
const TOOLS: &str = "Northwind Tools";
const RED: [u8; 3] = [186, 48, 42];
const FOOD: &str = "reduced";
const STANDARD: &str = "standard";

pub(super) const GOODS: [Good; 11] = [
    Good {
        handle: "topaz-apples",
        category: "pantry",
        vendor: ORCHARD,
        title: ["Topaz apples", "Topaz-Äpfel"],
        description: [
            "Crisp and tart, picked in October. They keep until March in a cool cellar.",
            "Knackig und säuerlich, im Oktober gepflückt. Im kühlen Keller halten sie bis März.",
        ],
        tags: &["autumn", "fruit"],
        tax_class: FOOD,
        option: Some("Weight"),
        variants: &[
            one_of("APPLES-1", "1 kg", 390, 80, RED),
            one_of("APPLES-3", "3 kg", 990, 40, RED),
            one_of("APPLES-5", "5 kg", 1_490, 20, RED),
        ],
        motif: Motif::Apple,
    },
    Good {
        handle: "apple-juice",
        category: "pantry",
        vendor: ORCHARD,
        title: ["Cloudy apple juice, 1 l", "Naturtrüber Apfelsaft, 1 l"],
        description: [
            "Pressed on the day of the harvest, with nothing added.",
            "Am Tag der Ernte gepresst, ohne Zusätze.",
        ],
        tags: &["autumn", "drink"],
        tax_class: STANDARD,
        option: None,
        variants: &[only("JUICE", 420, 120, [214, 150, 52])],
        motif: Motif::Bottle,
    },
    Good {
        handle: "apple-jam",
        category: "pantry",
        vendor: ORCHARD,
        title: ["Apple and cinnamon jam", "Apfel-Zimt-Marmelade"],
        description: [
            "Slowly cooked in small pots. 250 g.",
            "In kleinen Töpfen langsam gekocht. 250 g.",
        ],
        tags: &["autumn", "present"],
        tax_class: FOOD,
        option: None,
        variants: &[only("JAM", 550, 36, [172, 84, 36])],
        motif: Motif::Jar,
    },
    Good {
        handle: "orchard-honey",
        category: "pantry",
        vendor: ORCHARD,
        title: ["Orchard honey, 500 g", "Honig aus dem Obstgarten, 500 g"],
        description: [
            "From the bees that live between the trees. This year's is sold out.",
            "Von den Bienen zwischen den Bäumen. Der von diesem Jahr ist ausverkauft.",
        ],
        tags: &["present"],
        tax_class: FOOD,
        option: None,
        variants: &[only("HONEY", 890, 0, [226, 170, 50])],
        motif: Motif::Jar,
    },
    Good {
        handle: "rye-loaf",
        category: "bakery",
        vendor: BAKERY,
        title: ["Rye loaf, 1 kg", "Roggenlaib, 1 kg"],
        description: [
            "Sourdough, three days in the making. Good for a week.",
            "Sauerteig, drei Tage Zeit. Hält eine Woche.",
        ],
        tags: &["bread"],
        tax_class: FOOD,
        option: None,
        variants: &[only("RYE", 640, 60, [134, 84, 44])],
        motif: Motif::Loaf,
    },
    Good {
        handle: "poppy-seed-cake",
        category: "bakery",
        vendor: BAKERY,
        title: ["Poppy seed cake", "Mohnkuchen"],
        description: [
            "For ten people, or for three who mean it.",
            "Für zehn Leute, oder für drei, die es ernst meinen.",
        ],
        tags: &["present"],
        tax_class: FOOD,
        option: None,
        variants: &[only("POPPY", 1_890, 6, [78, 70, 88])],
        motif: Motif::Loaf,
    },
    Good {
        handle: "the-quiet-orchard",
        category: "books",
        vendor: BOOKS,
        title: ["The Quiet Orchard", "Der stille Obstgarten"],
        description: [
            "A novel about a village that counts everything, and what it can't count.",
            "Ein Roman über ein Dorf, das alles zählt, und über das, was sich nicht zählen lässt.",
        ],
        tags: &["novel", "present"],
        tax_class: FOOD,
        option: None,
        variants: &[only("ORCHARD-NOVEL", 1_490, 40, [52, 104, 80])],
        motif: Motif::Book,
    },
    Good {
        handle: "a-year-of-bread",
        category: "books",
        vendor: BOOKS,
        title: ["A Year of Bread", "Ein Jahr Brot"],
        description: [
            "Fifty-two loaves, one a week, by the bakers of the Kornblume.",
            "Zweiundfünfzig Brote, eines pro Woche, von den Bäckern der Kornblume.",
        ],
        tags: &["bread", "present"],
        tax_class: FOOD,
        option: None,
        variants: &[only("BREAD-BOOK", 2_890, 18, [170, 108, 56])],
        motif: Motif::Book,
    },
    Good {
        handle: "reading-notebook",
        category: "books",
        vendor: BOOKS,
        title: ["Reading notebook", "Lesetagebuch"],
        description: [
            "A page for each book, and one for what you lent to whom.",
            "Eine Seite für jedes Buch, und eine dafür, wem es geliehen ist.",
        ],
        tags: &["paper"],
        tax_class: STANDARD,
        option: None,
        variants: &[only("NOTEBOOK", 850, 200, [62, 92, 132])],
        motif: Motif::Book,
    },
    Good {
        handle: "enamel-mug",
        category: "home",
        vendor: TOOLS,
        title: ["Enamel mug", "Emailbecher"],
        description: [
            "Falls down without complaint. 0.3 l.",
            "Fällt herunter, ohne zu klagen. 0,3 l.",
        ],
        tags: &["autumn", "present"],
        tax_class: STANDARD,
        option: Some("Colour"),
        variants: &[
            one_of("MUG-BLUE", "Blue", 1_250, 60, [52, 88, 140]),
            one_of("MUG-RED", "Red", 1_250, 60, RED),
            one_of("MUG-GREEN", "Green", 1_250, 3, [70, 116, 84]),
        ],
        motif: Motif::Mug,
    },
    Good {
        handle: "storage-jar",
        category: "home",
        vendor: TOOLS,
        title: ["Storage jar, 1 l", "Vorratsglas, 1 l"],
        description: [
            "With a lid that closes. Ten of them make a pantry.",
            "Mit einem Deckel, der schließt. Zehn davon sind eine Vorratskammer.",
        ],
        tags: &["kitchen"],
        tax_class: STANDARD,
        option: None,
        variants: &[only("JAR", 690, 90, [150, 170, 172])],
        motif: Motif::Jar,
    },
];
