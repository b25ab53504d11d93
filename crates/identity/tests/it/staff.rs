//! What staff does to users, through the facade; and what nobody needs any more.

use identity::{IdentityError, Role, RoleSet, UserFilter, UserId, UserStatus};
use kernel::Limit;
use kernel::audit::{self, AuditActor, EntryFilter};
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn users_are_found_by_what_staff_knows_of_them() {
    let app = App::start().await;
    let ann = app.user_with("ann", |new| new.name = "Ann Applewood".to_owned()).await;
    let bob = app.user_with("bob", |new| new.name = "Bob Änderson".to_owned()).await;
    let sam = app.user_with("sam", |new| new.roles = new.roles.with(Role::Support)).await;
    app.identity.freeze(bob.id, AuditActor::Operator, "x").await.unwrap();
    let find = async |filter: UserFilter| {
        let found = app.identity.search(&filter, None, Limit::DEFAULT).await.unwrap();
        found.iter().map(|user| user.id).collect::<Vec<UserId>>()
    };
    let text = |text: &str| UserFilter { text: Some(text.to_owned()), ..UserFilter::default() };
    assert_eq!(find(UserFilter::default()).await, [sam.id, bob.id, ann.id]);
    for query in ["ann", "ANN@exa", "apple", "ann app", &ann.id.to_string()] {
        assert_eq!(find(text(query)).await, [ann.id], "{query}");
    }
    assert_eq!(find(text("änd")).await, [bob.id]);
    for query in ["wood", "example.org", "%", "_nn", "' or 1=1 --", "an\0n"] {
        assert_eq!(find(text(query)).await, [], "{query}");
    }
    let frozen = UserFilter { status: Some(UserStatus::Frozen), ..UserFilter::default() };
    assert_eq!(find(frozen).await, [bob.id]);
    let support = UserFilter { role: Some(Role::Support), ..UserFilter::default() };
    assert_eq!(find(support).await, [sam.id]);
    let (all, limit) = (UserFilter::default(), Limit::try_new(1).unwrap());
    assert_eq!(app.identity.search(&all, Some(sam.id), limit).await.unwrap().len(), 2);
}

#[tokio::test]
async fn line_31_what_staff_does_is_told_and_recorded() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    let actor = AuditActor::User(7);
    app.identity.freeze(ann.id, actor, "a complaint").await.unwrap();
    // Again changes nothing.
    app.identity.freeze(ann.id, actor, "again").await.unwrap();
    app.identity.unfreeze(ann.id, actor, "settled").await.unwrap();
    let roles = RoleSet::default().with(Role::User).with(Role::Manager);
    app.identity.set_roles(ann.id, roles, actor, "promoted").await.unwrap();
    let events = app.events().await;
    let told: Vec<_> = events.iter().map(|it| (&*it.kind, &it.data)).skip(2).collect();
    let roles = json!({ "roles": ["user", "manager"] });
    let reason = json!({ "reason": "a complaint" });
    let expected = [
        ("identity.user.frozen", &reason),
        ("identity.user.unfrozen", &json!({})),
        ("identity.roles.changed", &roles),
    ];
    assert_eq!(told, expected);
    let filter = EntryFilter { actor: Some(7), ..EntryFilter::default() };
    let entries = audit::entries(app.database.database(), &filter, None, 10).await.unwrap();
    let log: Vec<_> =
        entries.iter().map(|it| (&*it.action, it.reason.as_deref().unwrap())).collect();
    let expected = [
        ("identity.roles.changed", "promoted"),
        ("identity.user.unfrozen", "settled"),
        ("identity.user.frozen", "a complaint"),
    ];
    assert_eq!(log, expected);
    let nobody = UserId::generate();
    for refused in [
        app.identity.freeze(nobody, actor, "x").await,
        app.identity.end_sessions(nobody, actor).await.map(drop),
        app.identity.set_roles(nobody, RoleSet::default(), actor, "x").await,
    ] {
        assert!(matches!(refused, Err(IdentityError::UserNotFound)), "{refused:?}");
    }
}

#[tokio::test]
async fn the_rights_of_a_session_are_those_of_its_user_now() {
    let app = App::start().await;
    let (ann, before) = app.signed_in("ann").await;
    let had = app.authenticate(&before.access).await.unwrap().permissions;
    assert!(!had.has(identity::Permission::UsersRead));
    app.sql("update identity.users set roles = '{user,support}'").await;
    app.sql("insert into identity.changes (user_id, at) select id, now() from identity.users")
        .await;
    app.sql("select pg_notify('identity_changes', '')").await;
    while !app
        .authenticate(&before.access)
        .await
        .unwrap()
        .permissions
        .has(identity::Permission::UsersRead)
    {
        tokio::task::yield_now().await;
    }
    assert!(app.identity.user(ann).await.unwrap().unwrap().roles.is_staff());
}

#[tokio::test]
async fn what_nobody_needs_is_removed() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    app.user_with("bob", |_| ()).await;
    app.try_sign_in("bob", crate::bank::PASSWORD).await;
    app.identity.rotate_keys(AuditActor::Operator).await.unwrap();
    app.bus.settle().await;
    let rows =
        async |table: &str| app.count(&format!("select count(*) from identity.{table}")).await;
    for table in ["challenges", "sign_ins", "sessions", "refresh_tokens"] {
        assert!(rows(table).await > 0, "{table}");
    }
    app.pass(25 * 3_600);
    app.bus.wake();
    app.bus.settle().await;
    for table in ["challenges", "sign_ins", "changes"] {
        assert_eq!(rows(table).await, 0, "{table}");
    }
    assert_eq!((rows("signing_keys").await, rows("sessions").await), (1, 1));
    app.pass(30 * 24 * 3_600);
    app.bus.wake();
    app.bus.settle().await;
    assert_eq!((rows("sessions").await, rows("refresh_tokens").await), (0, 0));
    assert_eq!(rows("devices").await, 1);
    app.pass(335 * 24 * 3_600);
    app.bus.wake();
    app.bus.settle().await;
    assert_eq!(rows("devices").await, 0);
    assert!(app.authenticate(&tokens.access).await.is_err());
    assert_eq!(rows("users").await, 2);
}
