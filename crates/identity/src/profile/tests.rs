use super::*;
use crate::ids::UserId;
use crate::permissions::RoleSet;
use crate::users::UserStatus;

fn profile(handle: Option<&str>, changed_at: Option<i64>) -> Profile {
    Profile {
        user: User {
            id: UserId::from_u128(1),
            handle: handle.map(str::to_owned),
            name: "Ann".to_owned(),
            email: "ann@example.org".to_owned(),
            is_email_verified: true,
            locale: "en".to_owned(),
            roles: RoleSet::default(),
            status: UserStatus::Active,
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        },
        confirmation: Confirmation::NewDevices,
        handle_changed_at: changed_at.map(at),
        is_discoverable: true,
    }
}

fn at(days: i64) -> Timestamp {
    Timestamp::from_micros(days * 24 * 3600 * 1_000_000)
}

#[test]
fn a_handle_is_kept_for_thirty_days() {
    assert_eq!(profile(Some("ann"), None).handle_changeable_at(at(0)), None);
    let changed = profile(Some("ann"), Some(10));
    assert_eq!(changed.handle_changeable_at(at(39)), Some(at(40)));
    assert_eq!(changed.handle_changeable_at(at(40)), None);
}

#[test]
fn a_patch_changes_what_differs() {
    let ann = profile(Some("ann"), None);
    let handle = |text: &str| Some(Some(Handle::try_new(text).unwrap()));
    let check = |patch: ProfilePatch, expected: &[&str]| {
        assert_eq!(patch.fields(&ann), expected, "{patch:?}");
    };
    check(ProfilePatch::default(), &[]);
    check(ProfilePatch { name: Some("Ann".to_owned()), ..Default::default() }, &[]);
    check(ProfilePatch { name: Some("Anna".to_owned()), ..Default::default() }, &["name"]);
    check(ProfilePatch { handle: handle("Ann"), ..Default::default() }, &[]);
    check(ProfilePatch { handle: handle("anna"), ..Default::default() }, &["handle"]);
    check(ProfilePatch { handle: Some(None), ..Default::default() }, &["handle"]);
    check(ProfilePatch { locale: Some("de".to_owned()), ..Default::default() }, &["locale"]);
    check(
        ProfilePatch { confirmation: Some(None), ..Default::default() },
        &["sign_in_confirmation"],
    );
}
