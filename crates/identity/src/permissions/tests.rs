use super::*;

#[test]
fn sets_hold_what_was_put_in() {
    let set: PermissionSet = [Permission::WalletRead, Permission::AuditRead].into_iter().collect();
    assert!(set.has(Permission::AuditRead) && !set.has(Permission::WalletWrite));
    assert_eq!(set.iter().count(), 2);
    let roles = RoleSet::default().with(Role::User).with(Role::Support);
    assert_eq!(RoleSet::from_names(roles.names()), roles);
    assert_eq!(RoleSet::from_names(["user", "emperor"]).names(), ["user"]);
}

#[test]
fn users_may_do_nothing_to_others() {
    let user = RoleSet::default().with(Role::User).permissions();
    for staff in [Permission::UsersRead, Permission::UsersFreeze, Permission::AdjustmentsApprove] {
        assert!(!user.has(staff), "{staff}");
    }
    assert!(!RoleSet::default().with(Role::Merchant).is_staff());
    assert!(RoleSet::default().with(Role::Support).is_staff());
}

#[test]
fn support_changes_nothing_and_only_administrators_give_roles() {
    let support = RoleSet::default().with(Role::Support).permissions();
    assert!(support.iter().all(|permission| permission.as_str().ends_with(".read")));
    for role in Role::ALL {
        let may = RoleSet::default().with(*role).permissions().has(Permission::UsersRoles);
        assert_eq!(may, *role == Role::Administrator);
    }
}

#[test]
fn keys_never_act_as_staff_or_on_security() {
    assert!(Permission::WalletWrite.is_scope());
    assert!(!Permission::SecurityWrite.is_scope() && !Permission::UsersRead.is_scope());
}

#[test]
fn names_and_bits_are_unique() {
    let names: std::collections::HashSet<_> =
        Permission::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(names.len(), Permission::ALL.len());
    assert!(Permission::ALL.len() <= 64 && Role::ALL.len() <= 8);
}
