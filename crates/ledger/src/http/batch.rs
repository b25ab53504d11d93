//! Many items in one request: a list that never holds more than one request may.

use std::fmt;
use std::marker::PhantomData;

use kernel::{ErrorKind, Problem};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::LedgerError;
use crate::leader::BATCH_MAX;

/// Items of a request. What is beyond the largest batch is counted, but not kept.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    items: Vec<T>,
    beyond: usize,
}

impl<T> Batch<T> {
    /// The items, if there is at least one and no more than allowed.
    pub(crate) fn into_items(self, name: &str) -> Result<Vec<T>, Problem> {
        if self.beyond > 0 {
            return Err(LedgerError::BatchTooLarge { max: BATCH_MAX }.into());
        }
        if self.items.is_empty() {
            let detail = "the list is empty; at least one item is needed";
            return Err(Problem::new(ErrorKind::Invalid, "request.batch.empty", detail)
                .with_field(format!("/{name}"), detail));
        }
        Ok(self.items)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Batch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BatchVisitor(PhantomData))
    }
}

struct BatchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BatchVisitor<T> {
    type Value = Batch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Batch<T>, A::Error> {
        let mut items = Vec::new();
        while items.len() < BATCH_MAX {
            let Some(item) = list.next_element()? else { return Ok(Batch { items, beyond: 0 }) };
            items.push(item);
        }
        let mut beyond = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            beyond += 1;
        }
        Ok(Batch { items, beyond })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(count: usize) -> Result<Vec<u8>, Problem> {
        let text = format!("[{}]", vec!["1"; count].join(","));
        serde_json::from_str::<Batch<u8>>(&text).unwrap().into_items("apples")
    }

    #[test]
    fn empty_and_over_long_batches_are_refused() {
        assert_eq!(read(1).unwrap().len(), 1);
        assert_eq!(read(BATCH_MAX).unwrap().len(), BATCH_MAX);
        assert_eq!(read(BATCH_MAX + 1).unwrap_err().status, 413);
        let empty = read(0).unwrap_err();
        assert_eq!((empty.status, &*empty.errors[0].pointer), (400, "/apples"));
    }
}
