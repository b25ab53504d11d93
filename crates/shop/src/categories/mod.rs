//! Categories: the tree by which products are looked through. A product may be in several; what is
//! in a category is in all above it, too.
//!
//! The tree is changed by one at a time, so that no two changes make a circle of it. Whoever moves
//! a category tells of the products below it.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use hashbrown::HashMap;
use kernel::Timestamp;

use crate::ids::CategoryId;
use crate::products::Translations;

/// Levels of the tree.
pub(crate) const DEPTH_MAX: usize = 10;
pub(crate) const CATEGORIES_MAX: usize = 10_000;

/// A place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) id: CategoryId,
    pub(crate) parent: Option<CategoryId>,
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) translations: Translations,
    pub(crate) position: i32,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct CategoryPatch {
    pub(crate) parent: Option<Option<CategoryId>>,
    pub(crate) handle: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) translations: Option<Translations>,
    pub(crate) position: Option<i32>,
}

impl CategoryPatch {
    pub(crate) fn apply(self, category: &mut Category) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut category.parent, self.parent);
        set(&mut category.handle, self.handle);
        set(&mut category.title, self.title);
        set(&mut category.description, self.description);
        set(&mut category.translations, self.translations);
        set(&mut category.position, self.position);
    }
}

/// Puts the categories of a tree into the order in which one reads it: each before those below it.
pub(crate) fn in_order(mut all: Vec<Category>) -> Vec<Category> {
    all.sort_by(|left, right| (left.position, &left.handle).cmp(&(right.position, &right.handle)));
    let mut below: HashMap<Option<CategoryId>, Vec<Category>> = HashMap::new();
    for category in all {
        below.entry(category.parent).or_default().push(category);
    }
    let mut ordered = Vec::new();
    let mut next: Vec<Category> = below.remove(&None).unwrap_or_default();
    next.reverse();
    while let Some(category) = next.pop() {
        next.extend(below.remove(&Some(category.id)).unwrap_or_default().into_iter().rev());
        ordered.push(category);
    }
    ordered
}

/// Whether every category of a tree is below one of its roots, and not too deep.
pub(crate) fn is_tree(parents: &HashMap<CategoryId, Option<CategoryId>>) -> bool {
    parents.keys().all(|id| {
        let mut place = Some(*id);
        for _ in 0..DEPTH_MAX {
            match place.map(|id| parents.get(&id)) {
                None => return true,
                Some(None) => return false,
                Some(Some(parent)) => place = *parent,
            }
        }
        place.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: u128, parent: Option<u128>, position: i32) -> Category {
        Category {
            id: CategoryId::from_u128(id),
            parent: parent.map(CategoryId::from_u128),
            handle: format!("c-{id}"),
            title: String::new(),
            description: String::new(),
            translations: Translations::new(),
            position,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_tree_is_read_from_above() {
        let all = vec![
            category(4, Some(2), 0),
            category(2, Some(1), 7),
            category(3, Some(1), 5),
            category(5, None, 0),
            category(1, None, 0),
        ];
        let ids: Vec<u128> = in_order(all).iter().map(|it| it.id.as_u128()).collect();
        assert_eq!(ids, [1, 3, 2, 4, 5]);
    }

    #[test]
    fn circles_and_abysses_are_no_trees() {
        let check = |pairs: &[(u128, Option<u128>)], expected| {
            let id = CategoryId::from_u128;
            let parents = pairs.iter().map(|(it, parent)| (id(*it), parent.map(id))).collect();
            assert_eq!(is_tree(&parents), expected, "{pairs:?}");
        };
        check(&[(1, None), (2, Some(1)), (3, Some(2))], true);
        check(&[(1, Some(1))], false);
        check(&[(1, Some(2)), (2, Some(1))], false);
        check(&[(1, Some(9))], false);
        let chain = |length: u128| {
            (1..=length).map(|it| (it, (it > 1).then(|| it - 1))).collect::<Vec<_>>()
        };
        check(&chain(10), true);
        check(&chain(11), false);
    }
}
