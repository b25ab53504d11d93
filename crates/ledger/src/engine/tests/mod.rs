//! The engine's tests. Most are scripts in the language of `script`; `precedence` tries pairs of
//! flaws, `properties` random commands, `memory` what is loaded and forgotten.

mod accounts;
mod chains;
mod extremes;
mod groups;
mod holds;
mod imports;
mod limits;
mod memory;
mod precedence;
mod properties;
mod retries;
mod reversals;
mod script;

use std::collections::BTreeSet;

use super::{AccountStatus, GroupStatus, TransferStatus, UpdateStatus};

#[test]
fn every_status_is_produced() {
    let transfers = precedence::statuses();
    let missing: Vec<_> =
        TransferStatus::ALL.iter().filter(|status| !transfers.contains(status)).collect();
    assert!(missing.is_empty(), "transfers: {missing:?}");
    let scripts = [accounts::STATUSES, accounts::UPDATES, groups::STATUSES];
    let seen: BTreeSet<&str> =
        scripts.iter().flat_map(|script| script::check(script).seen).collect();
    let accounts = AccountStatus::ALL.iter().map(|status| status.as_str());
    let updates = UpdateStatus::ALL.iter().map(|status| status.as_str());
    let groups = GroupStatus::ALL.iter().map(|status| status.as_str());
    let missing: Vec<&str> =
        accounts.chain(updates).chain(groups).filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn names_and_numbers_lead_back_to_their_status() {
    for status in TransferStatus::ALL {
        assert_eq!(TransferStatus::from_name(status.as_str()), Some(*status));
        assert_eq!(TransferStatus::from_code(status.code()), Some(*status));
    }
    for status in AccountStatus::ALL {
        assert_eq!(AccountStatus::from_name(&status.to_string()), Some(*status));
    }
    let numbers = TransferStatus::ALL.iter().map(|status| usize::from(status.code()));
    assert!(numbers.eq(0..TransferStatus::ALL.len()), "the order is that of the numbers");
}
