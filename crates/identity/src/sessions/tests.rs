use std::sync::atomic::AtomicI64;
use std::time::Duration;

use kernel::Timestamp;

use super::*;
use crate::ids::UserId;
use crate::permissions::PermissionSet;

const MINUTE: Duration = Duration::from_secs(60);

fn live() -> Live {
    Live {
        user: UserId::from_u128(1),
        permissions: PermissionSet::default(),
        is_frozen: false,
        generation: 0,
        is_ended: false,
        expires_at: Timestamp::UNIX_EPOCH.saturating_add(24 * 60 * MINUTE).as_micros(),
        idle_us: Live::micros(60 * MINUTE),
        last_used_at: AtomicI64::new(0),
        written_at: AtomicI64::new(0),
    }
}

fn after(minutes: u32) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(minutes * MINUTE)
}

#[test]
fn line_12_use_keeps_a_session_open_until_its_absolute_end() {
    let live = live();
    assert_eq!(live.standing(after(59)), Standing::Open);
    assert_eq!(live.standing(after(60)), Standing::Idle);
    for half in 1..=48 {
        let now = after(half * 30 - 1);
        assert_eq!(live.standing(now), Standing::Open);
        live.touch(now);
    }
    assert_eq!(live.standing(after(24 * 60)), Standing::Expired);
}

#[test]
fn use_is_written_once_a_minute() {
    let live = live();
    assert!(!live.touch(Timestamp::UNIX_EPOCH));
    assert!(live.touch(after(1)) && !live.touch(after(1)));
    assert!(live.touch(after(2)));
}

#[test]
fn names_of_transports_go_both_ways() {
    for transport in [Transport::Token, Transport::Cookie] {
        assert_eq!(Transport::from_name(transport.as_str()), Some(transport));
    }
}
