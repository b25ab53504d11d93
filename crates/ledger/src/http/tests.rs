use super::*;
use crate::engine::{Account, AccountFlags, Balances, Limits};

/// An account that nothing happened to.
pub(crate) fn account() -> Account {
    Account {
        id: 1,
        no: 1,
        asset: 1,
        code: 1,
        flags: AccountFlags(0),
        closed: false,
        version: 1,
        balances: Balances::default(),
        limits: Limits::default(),
        created_at: 0,
        details: None,
    }
}

#[test]
fn forged_positions_are_refused() {
    assert_eq!(position(Some(Cursor(7))).unwrap(), Some(7));
    assert_eq!(position(None).unwrap(), None);
    for forged in [-1, i64::MIN, i64::MAX] {
        let problem = position(Some(Cursor(forged))).unwrap_err();
        assert_eq!(&*problem.code, "request.cursor.invalid");
    }
}
