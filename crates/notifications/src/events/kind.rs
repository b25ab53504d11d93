//! The kinds of events that users see. Their names are for ever: webhooks, preferences and SDKs
//! go by them.

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $($email:ident)?,)*) => {
        /// What a user can be told. Groups: transfers, requests, invitations, schedules, deposits,
        /// withdrawals, security, orders, returns, webhooks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $($(#[$doc])* $variant,)* }

        impl EventKind {
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant,)*];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether a mail is sent too, unless the user chose otherwise.
            pub const fn is_mailed_by_default(self) -> bool {
                match self { $(Self::$variant => kinds!(@email $($email)?),)* }
            }
        }
    };
    (@email) => { false };
    (@email email) => { true };
}

kinds! {
    /// Somebody sent money. By default mail is for what asks for something, or warns: who is paid
    /// often would get more mail than they read.
    TransferReceived = "transfer.received",
    TransferSent = "transfer.sent",
    /// Somebody sent money that has to be accepted.
    TransferWaiting = "transfer.waiting" email,
    TransferAccepted = "transfer.accepted",
    TransferDeclined = "transfer.declined",
    TransferCancelled = "transfer.cancelled",
    TransferExpired = "transfer.expired",
    /// Somebody asks for money.
    RequestCreated = "request.created" email,
    RequestPaid = "request.paid",
    RequestDeclined = "request.declined",
    RequestCancelled = "request.cancelled",
    RequestExpired = "request.expired",
    InviteClaimed = "invite.claimed",
    InviteExpired = "invite.expired",
    ScheduleFailed = "schedule.failed" email,
    ScheduleCompleted = "schedule.completed",
    DepositSucceeded = "deposit.succeeded",
    DepositFailed = "deposit.failed" email,
    DepositRequiresAction = "deposit.requires_action",
    DepositDisputed = "deposit.disputed" email,
    DepositDisputeWon = "deposit.dispute_won",
    DepositRefunded = "deposit.refunded",
    DepositRefundFailed = "deposit.refund_failed",
    WithdrawalPaid = "withdrawal.paid" email,
    WithdrawalFailed = "withdrawal.failed" email,
    WithdrawalReturned = "withdrawal.returned" email,
    SecurityNewDevice = "security.new_device" email,
    SecurityPasswordChanged = "security.password_changed" email,
    SecurityPasswordReset = "security.password_reset" email,
    SecurityEmailChanged = "security.email_changed" email,
    SecurityPhoneChanged = "security.phone_changed" email,
    SecurityPhoneRemoved = "security.phone_removed" email,
    SecurityCredentialAdded = "security.credential_added" email,
    SecurityCredentialRemoved = "security.credential_removed" email,
    SecurityRefreshTokenReused = "security.refresh_token_reused" email,
    SecuritySignInLocked = "security.sign_in_locked" email,
    /// The user allowed an application something.
    SecurityApplicationAllowed = "security.application_allowed" email,
    /// An application's access was ended, because a token of its came twice.
    SecurityApplicationStopped = "security.application_stopped" email,
    SecurityFrozen = "security.frozen" email,
    SecurityUnfrozen = "security.unfrozen" email,
    /// What the user bought. Mail about it is what shops owe to those who buy.
    OrderPlaced = "order.placed" email,
    OrderPaid = "order.paid" email,
    /// A card's holder has to confirm the payment.
    OrderPaymentNeeded = "order.payment_needed" email,
    OrderPaymentFailed = "order.payment_failed" email,
    /// It wasn't paid in time.
    OrderExpired = "order.expired" email,
    OrderShipped = "order.shipped" email,
    OrderDelivered = "order.delivered" email,
    /// As a whole or in part.
    OrderCancelled = "order.cancelled" email,
    OrderRefunded = "order.refunded" email,
    ReturnRequested = "return.requested" email,
    ReturnApproved = "return.approved" email,
    ReturnRejected = "return.rejected" email,
    ReturnReceived = "return.received" email,
    /// Nothing has reached a webhook for a day.
    WebhookFailing = "webhook.failing" email,
    WebhookDisabled = "webhook.disabled" email,
}

impl EventKind {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether it asks for something that a person does: it is pushed at once.
    pub(crate) const fn asks(self) -> bool {
        use EventKind as K;
        matches!(
            self,
            K::TransferWaiting
                | K::RequestCreated
                | K::DepositRequiresAction
                | K::OrderPaymentNeeded
                | K::OrderPaymentFailed
        )
    }

    /// Whether it is about something that was bought; guests are told of that, too.
    pub(crate) fn is_purchase(self) -> bool {
        self.as_str().starts_with("order.") || self.as_str().starts_with("return.")
    }

    /// Whether it protects the user, who therefore can't switch it off.
    pub fn is_security(self) -> bool {
        self.as_str().starts_with("security.")
    }
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
