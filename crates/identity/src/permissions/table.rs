/// Defines an enum whose variants have a stable name and a place in a bit set.
macro_rules! named {
    ($(#[$doc:meta])* pub enum $name:ident: $bits:ty { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == name)
            }

            pub(super) const fn bit(self) -> $bits {
                1 << self as u8
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// What a caller may be allowed. The names are also the scopes of API keys.
    pub enum Permission: u64 {
        /// One's own name, handle and settings.
        ProfileRead = "profile.read",
        ProfileWrite = "profile.write",
        /// One's own sessions, password, second factors, passkeys and API keys.
        SecurityWrite = "security.write",
        /// One's own accounts, transfers, requests, schedules and statements.
        WalletRead = "wallet.read",
        WalletWrite = "wallet.write",
        /// One's own deposits, withdrawals and refunds.
        PaymentsRead = "payments.read",
        PaymentsWrite = "payments.write",
        /// One's own notifications, preferences and webhooks.
        NotificationsRead = "notifications.read",
        NotificationsWrite = "notifications.write",
        /// Staff: anybody's personal data. Every view is audited.
        UsersRead = "users.read",
        /// Staff: freeze and unfreeze users, end their sessions.
        UsersFreeze = "users.freeze",
        /// Staff: give and take roles.
        UsersRoles = "users.roles",
        /// Staff: limits of users.
        LimitsWrite = "limits.write",
        /// Staff: see, ask for and approve adjustments of balances. Nobody approves their own.
        AdjustmentsRead = "adjustments.read",
        AdjustmentsCreate = "adjustments.create",
        AdjustmentsApprove = "adjustments.approve",
        /// Staff: the audit log.
        AuditRead = "audit.read",
        /// Staff: jobs, consumers and dead letters.
        JobsRead = "jobs.read",
        JobsWrite = "jobs.write",
        /// Staff: the log of messages, and addresses to which nothing is sent.
        MailRead = "mail.read",
        /// Staff: refunds of other people's deposits, and disputes.
        PaymentsManage = "payments.manage",
        /// One's own carts and orders.
        ShopRead = "shop.read",
        ShopWrite = "shop.write",
        /// Staff: products, prices, pictures, promotions, taxes and ways of shipping.
        CatalogueWrite = "catalogue.write",
        /// Staff: where stock lies and how much, and moving it.
        StockRead = "stock.read",
        StockWrite = "stock.write",
        /// Staff: anybody's orders; sending, cancelling, taking back and refunding them.
        OrdersRead = "orders.read",
        OrdersWrite = "orders.write",
        /// Staff: mail that was not sent out but kept here, also the codes in it.
        MailboxRead = "mailbox.read",
    }
}

named! {
    /// What a user is.
    pub enum Role: u8 {
        User = "user",
        Merchant = "merchant",
        Support = "support",
        Manager = "manager",
        Administrator = "administrator",
    }
}

use Permission as P;

const OWN: [Permission; 11] = [
    P::ProfileRead,
    P::ProfileWrite,
    P::SecurityWrite,
    P::WalletRead,
    P::WalletWrite,
    P::PaymentsRead,
    P::PaymentsWrite,
    P::NotificationsRead,
    P::NotificationsWrite,
    P::ShopRead,
    P::ShopWrite,
];
const SUPPORT: [Permission; 6] =
    [P::UsersRead, P::AdjustmentsRead, P::JobsRead, P::MailRead, P::StockRead, P::OrdersRead];
const MANAGER: [Permission; 15] = [
    P::UsersRead,
    P::UsersFreeze,
    P::LimitsWrite,
    P::AdjustmentsRead,
    P::AdjustmentsCreate,
    P::AdjustmentsApprove,
    P::AuditRead,
    P::JobsRead,
    P::MailRead,
    P::PaymentsManage,
    P::CatalogueWrite,
    P::StockRead,
    P::StockWrite,
    P::OrdersRead,
    P::OrdersWrite,
];

impl Role {
    /// The table: what each role adds. Everybody is also a user.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        let all: &'static [Permission] = match self {
            Self::User | Self::Merchant => &OWN,
            Self::Support => &SUPPORT,
            Self::Manager => &MANAGER,
            Self::Administrator => Permission::ALL,
        };
        all.iter().copied()
    }

    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Support | Self::Manager | Self::Administrator)
    }
}

impl Permission {
    /// Whether an API key may have it: programs act for their owner, never as staff, and never
    /// on what protects the owner.
    pub fn is_scope(self) -> bool {
        OWN.contains(&self) && self != Self::SecurityWrite
    }
}
