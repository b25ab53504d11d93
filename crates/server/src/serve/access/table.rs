//! The one table of who may do what: every operation of the API, by its HTTP operation and its
//! gRPC method. What isn't here is served to nobody; the server compares the table with its routes
//! when it starts, and a test does when it is built.

use identity::Permission as P;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing.
    Public,
    /// Somebody who is known, whoever it is.
    SignedIn,
    /// Somebody with this permission; the operator has all.
    Needs(P),
    /// The operator's token.
    Operator,
}

impl Access {
    /// For people: the name of the permission, or who it is for.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::SignedIn => "signed in",
            Self::Needs(permission) => permission.as_str(),
            Self::Operator => "operator",
        }
    }
}

/// What an operation of the API document needs.
pub(crate) fn access_of(operation: &str) -> Option<Access> {
    TABLE.iter().find(|row| row.operation == operation).map(|row| row.access)
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The operation's id in the API document; empty if it is served over gRPC only.
    pub(crate) operation: &'static str,
    /// `package.Service/Method` below `bushel.`; empty if it is served over HTTP only.
    pub(crate) rpc: &'static str,
    pub(crate) access: Access,
}

macro_rules! table {
    ($($access:expr => { $($operation:literal $rpc:literal,)* })*) => {
        &[$($(Row { operation: $operation, rpc: $rpc, access: $access },)*)*]
    };
}

use Access::{Needs, Operator, Public, SignedIn};

/// See the module's text.
pub(crate) const TABLE: &[Row] = table! {
    Public => {
        "healthz" "",
        "readyz" "",
        "identity_users_create" "identity.v1.IdentityService/Register",
        "identity_email_verifications_create" "identity.v1.IdentityService/VerifyEmail",
        "identity_email_verifications_resend" "identity.v1.IdentityService/ResendVerification",
        "identity_sign_ins_create" "identity.v1.IdentityService/SignIn",
        "identity_sign_ins_confirm" "identity.v1.IdentityService/ConfirmSignIn",
        "identity_sign_ins_resend" "identity.v1.IdentityService/ResendSignIn",
        "identity_tokens_refresh" "identity.v1.IdentityService/RefreshTokens",
        "identity_keys_list" "identity.v1.IdentityService/ListKeys",
        "identity_password_resets_create" "identity.v1.IdentityService/RequestPasswordReset",
        "identity_password_resets_confirm" "identity.v1.IdentityService/ConfirmPasswordReset",
        "identity_providers_list" "",
        "identity_providers_sign_out" "",
        "identity_provider_sign_ins_create" "",
        "identity_provider_sign_ins_finish" "",
        "identity_passkey_sign_ins_options" "identity.v1.CredentialsService/CreatePasskeySignInOptions",
        "identity_passkey_sign_ins_create" "identity.v1.CredentialsService/CreatePasskeySignIn",
        "notifications_sms_report" "",
        "oauth_openid_configuration" "",
        "oauth_metadata" "",
        "oauth_jwks" "",
        "oauth_authorize" "",
        "oauth_token" "",
        "oauth_device_authorization" "",
        "oauth_introspect" "",
        "oauth_revoke" "",
        "oauth_userinfo" "",
        "oauth_userinfo_by_post" "",
        "oauth_end_session" "",
        "payments_providers_list" "payments.v1.PaymentsService/ListProviders",
        "payments_webhooks_receive" "",
        "payments_sandbox_actions_get" "",
        "payments_sandbox_actions_decide" "",
        "demo_get" "",
        "demo_sign_ins_create" "",
        "shop_carts_create" "",
        "shop_carts_get" "",
        "shop_carts_update" "",
        "shop_carts_add_lines" "",
        "shop_carts_set_line" "",
        "shop_carts_remove_line" "",
        "shop_carts_reserve" "",
        "shop_carts_release" "",
        "shop_carts_claim" "",
        "shop_carts_complete" "",
        "shop_orders_get" "",
        "shop_orders_cancel" "",
        "shop_orders_pay" "",
        "shop_returns_create" "",
        "shop_returns_list" "",
        "shop_returns_get" "",
        "shop_returns_close" "",
        "shop_documents_list" "",
        "shop_documents_get" "",
        "shop_documents_pdf" "",
        "shop_shipping_methods_list" "",
        "shop_storefront_get" "",
        "shop_categories_get" "",
        "shop_categories_list" "",
        "shop_collections_get" "",
        "shop_collections_list" "",
        "shop_custom_fields_get" "",
        "shop_custom_fields_list" "",
        "shop_images_get" "",
        "shop_products_facets" "",
        "shop_products_get" "",
        "shop_products_list" "",
        "shop_products_suggestions" "",
    }
    SignedIn => {
        "ledger_assets_list" "ledger.v1.LedgerService/ListAssets",
        "ledger_assets_get" "ledger.v1.LedgerService/GetAsset",
        "identity_roles_list" "identity.v1.CredentialsService/ListRoles",
        "identity_sessions_sign_out" "identity.v1.IdentityService/SignOut",
    }
    Needs(P::ProfileRead) => {
        "identity_profile_get" "identity.v1.CredentialsService/GetProfile",
        "identity_profile_export" "identity.v1.CredentialsService/ExportProfile",
        "identity_phone_get" "identity.v1.CredentialsService/GetPhone",
    }
    Needs(P::ProfileWrite) => {
        "identity_profile_update" "identity.v1.CredentialsService/UpdateProfile",
    }
    Needs(P::SecurityWrite) => {
        "identity_profile_delete" "identity.v1.CredentialsService/DeleteProfile",
        "identity_sessions_list" "identity.v1.IdentityService/ListSessions",
        "identity_sessions_end" "identity.v1.IdentityService/EndSession",
        "identity_sessions_end_all" "identity.v1.IdentityService/EndAllSessions",
        "identity_password_change" "identity.v1.IdentityService/ChangePassword",
        "identity_email_change" "identity.v1.IdentityService/ChangeEmail",
        "identity_email_confirm" "identity.v1.IdentityService/ConfirmEmail",
        "identity_phone_create" "identity.v1.CredentialsService/CreatePhone",
        "identity_phone_confirm" "identity.v1.CredentialsService/ConfirmPhone",
        "identity_phone_delete" "identity.v1.CredentialsService/DeletePhone",
        "identity_totp_create" "identity.v1.CredentialsService/CreateTotp",
        "identity_totp_confirm" "identity.v1.CredentialsService/ConfirmTotp",
        "identity_totp_delete" "identity.v1.CredentialsService/DeleteTotp",
        "identity_recovery_codes_create" "identity.v1.CredentialsService/CreateRecoveryCodes",
        "identity_recovery_codes_get" "identity.v1.CredentialsService/GetRecoveryCodes",
        "identity_passkeys_options" "identity.v1.CredentialsService/CreatePasskeyOptions",
        "identity_passkeys_create" "identity.v1.CredentialsService/CreatePasskey",
        "identity_passkeys_list" "identity.v1.CredentialsService/ListPasskeys",
        "identity_passkeys_delete" "identity.v1.CredentialsService/DeletePasskey",
        "identity_api_keys_create" "identity.v1.CredentialsService/CreateApiKey",
        "identity_api_keys_list" "identity.v1.CredentialsService/ListApiKeys",
        "identity_api_keys_delete" "identity.v1.CredentialsService/DeleteApiKey",
        "identity_api_keys_rotate" "identity.v1.CredentialsService/RotateApiKey",
        "identity_linked_identities_list" "",
        "identity_linked_identities_create" "",
        "identity_linked_identities_delete" "",
        "oauth_applications_list" "",
        "oauth_applications_create" "",
        "oauth_applications_get" "",
        "oauth_applications_update" "",
        "oauth_applications_delete" "",
        "oauth_applications_rotate_secret" "",
        "oauth_consents_list" "",
        "oauth_consents_revoke" "",
        "oauth_requests_get" "",
        "oauth_requests_approve" "",
        "oauth_requests_deny" "",
        "oauth_device_requests_get" "",
        "oauth_device_requests_approve" "",
        "oauth_device_requests_deny" "",
    }
    Needs(P::WalletRead) => {
        "wallet_accounts_list" "wallet.v1.WalletService/ListAccounts",
        "wallet_accounts_get" "wallet.v1.WalletService/GetAccount",
        "wallet_accounts_balances" "wallet.v1.WalletService/ListBalances",
        "wallet_accounts_history" "wallet.v1.WalletService/ListHistory",
        "wallet_statements_list" "wallet.v1.WalletService/ListStatements",
        "wallet_statements_get" "wallet.v1.WalletService/GetStatement",
        "wallet_transfers_list" "wallet.v1.WalletService/ListTransfers",
        "wallet_transfers_get" "wallet.v1.WalletService/GetTransfer",
        "wallet_requests_list" "wallet.v1.WalletService/ListPaymentRequests",
        "wallet_requests_get" "wallet.v1.WalletService/GetPaymentRequest",
        "wallet_schedules_list" "wallet.v1.WalletService/ListSchedules",
        "wallet_schedules_get" "wallet.v1.WalletService/GetSchedule",
        "wallet_recipients_list" "wallet.v1.WalletService/ListRecipients",
        "wallet_limits_list" "wallet.v1.WalletService/ListLimits",
    }
    Needs(P::WalletWrite) => {
        "wallet_accounts_open" "wallet.v1.WalletService/OpenAccount",
        "wallet_accounts_close" "wallet.v1.WalletService/CloseAccount",
        "wallet_transfers_create" "wallet.v1.WalletService/CreateTransfer",
        "wallet_transfers_accept" "wallet.v1.WalletService/AcceptTransfer",
        "wallet_transfers_decline" "wallet.v1.WalletService/DeclineTransfer",
        "wallet_transfers_cancel" "wallet.v1.WalletService/CancelTransfer",
        "wallet_requests_create" "wallet.v1.WalletService/CreatePaymentRequest",
        "wallet_requests_pay" "wallet.v1.WalletService/PayPaymentRequest",
        "wallet_requests_decline" "wallet.v1.WalletService/DeclinePaymentRequest",
        "wallet_requests_cancel" "wallet.v1.WalletService/CancelPaymentRequest",
        "wallet_schedules_create" "wallet.v1.WalletService/CreateSchedule",
        "wallet_schedules_update" "wallet.v1.WalletService/UpdateSchedule",
        "wallet_schedules_delete" "wallet.v1.WalletService/DeleteSchedule",
    }
    Needs(P::LimitsWrite) => {
        "wallet_limits_get" "wallet.v1.WalletService/GetLimits",
        "wallet_limits_get_default" "wallet.v1.WalletService/GetLimits",
        "wallet_limits_update" "wallet.v1.WalletService/UpdateLimits",
        "wallet_limits_update_default" "wallet.v1.WalletService/UpdateLimits",
    }
    Needs(P::PaymentsRead) => {
        "payments_deposits_get" "payments.v1.PaymentsService/GetDeposit",
        "payments_deposits_list" "payments.v1.PaymentsService/ListDeposits",
        "payments_refunds_list" "payments.v1.PaymentsService/ListRefunds",
        "payments_withdrawals_get" "payments.v1.PaymentsService/GetWithdrawal",
        "payments_withdrawals_list" "payments.v1.PaymentsService/ListWithdrawals",
    }
    Needs(P::PaymentsWrite) => {
        "payments_deposits_create" "payments.v1.PaymentsService/CreateDeposit",
        "payments_refunds_create" "payments.v1.PaymentsService/CreateRefund",
        "payments_withdrawals_create" "payments.v1.PaymentsService/CreateWithdrawal",
    }
    Needs(P::PaymentsManage) => {
        "payments_overview_deposits" "payments.v1.PaymentsStaffService/ListUserDeposits",
        "payments_overview_withdrawals" "payments.v1.PaymentsStaffService/ListUserWithdrawals",
        "payments_reconciliations_create" "payments.v1.PaymentsStaffService/CreateReconciliation",
        "payments_reconciliations_get" "payments.v1.PaymentsStaffService/GetReconciliation",
        "payments_reconciliations_list" "payments.v1.PaymentsStaffService/ListReconciliations",
        "payments_reconciliations_list_differences" "payments.v1.PaymentsStaffService/ListDifferences",
    }
    Needs(P::NotificationsRead) => {
        "notifications_events_list" "notifications.v1.NotificationsService/ListEvents",
        "notifications_inbox_list" "notifications.v1.NotificationsService/ListInbox",
        "notifications_inbox_unread_count" "notifications.v1.NotificationsService/CountUnread",
        "notifications_stream_open" "notifications.v1.NotificationsService/StreamEvents",
        "notifications_preferences_get" "notifications.v1.NotificationsService/GetPreferences",
        "notifications_push_key_get" "",
        "notifications_push_subscriptions_list" "",
        "notifications_webhooks_list" "notifications.v1.WebhooksService/ListWebhooks",
        "notifications_webhooks_get" "notifications.v1.WebhooksService/GetWebhook",
        "notifications_webhooks_list_deliveries" "notifications.v1.WebhooksService/ListWebhookDeliveries",
    }
    Needs(P::NotificationsWrite) => {
        "notifications_inbox_read" "notifications.v1.NotificationsService/MarkRead",
        "notifications_inbox_read_all" "notifications.v1.NotificationsService/MarkAllRead",
        "notifications_preferences_update" "notifications.v1.NotificationsService/UpdatePreferences",
        "notifications_push_subscriptions_create" "",
        "notifications_push_subscriptions_delete" "",
        "notifications_webhooks_create" "notifications.v1.WebhooksService/CreateWebhook",
        "notifications_webhooks_update" "notifications.v1.WebhooksService/UpdateWebhook",
        "notifications_webhooks_delete" "notifications.v1.WebhooksService/DeleteWebhook",
        "notifications_webhooks_enable" "notifications.v1.WebhooksService/EnableWebhook",
        "notifications_webhooks_disable" "notifications.v1.WebhooksService/DisableWebhook",
        "notifications_webhooks_rotate_secret" "notifications.v1.WebhooksService/RotateWebhookSecret",
        "notifications_webhooks_get_secret" "notifications.v1.WebhooksService/GetWebhookSecret",
        "notifications_webhooks_test" "notifications.v1.WebhooksService/TestWebhook",
        "notifications_webhooks_resend_delivery" "notifications.v1.WebhooksService/ResendWebhookDelivery",
        "notifications_webhooks_replay" "notifications.v1.WebhooksService/ReplayWebhook",
    }
    Needs(P::ShopRead) => {
        "shop_carts_list" "",
        "shop_orders_list" "",
    }
    Needs(P::StockRead) => {
        "shop_locations_list" "",
        "shop_stock_list" "",
        "shop_stock_get" "",
        "shop_stock_history" "",
    }
    Needs(P::StockWrite) => {
        "shop_locations_create" "",
        "shop_locations_update" "",
        "shop_stock_change" "",
    }
    Needs(P::OrdersRead) => {
        "shop_overview_orders" "",
        "shop_overview_returns" "",
        "shop_overview_sales" "",
        "shop_stranded_refunds_list" "",
    }
    Needs(P::OrdersWrite) => {
        "shop_orders_create" "",
        "shop_sales_adjustments_create" "",
        "shop_shipments_create" "",
        "shop_shipments_deliver" "",
        "shop_refunds_create" "",
        "shop_orders_update" "",
        "shop_returns_approve" "",
        "shop_returns_reject" "",
        "shop_returns_receive" "",
        "shop_stranded_refunds_settle" "",
    }
    Needs(P::CatalogueWrite) => {
        "shop_settings_get" "",
        "shop_settings_update" "",
        "shop_tax_rates_list" "",
        "shop_tax_rates_update" "",
        "shop_tax_rates_delete" "",
        "shop_shipping_methods_create" "",
        "shop_shipping_methods_update" "",
        "shop_promotions_list" "",
        "shop_promotions_get" "",
        "shop_promotions_create" "",
        "shop_promotions_update" "",
        "shop_products_create" "",
        "shop_products_update" "",
        "shop_products_delete" "",
        "shop_variants_create" "",
        "shop_variants_update" "",
        "shop_variants_delete" "",
        "shop_prices_update" "",
        "shop_prices_delete" "",
        "shop_imports_list" "",
        "shop_imports_get" "",
        "shop_imports_create" "",
        "shop_imports_errors" "",
        "shop_exports_products" "",
        "shop_price_lists_list" "",
        "shop_price_lists_get" "",
        "shop_price_lists_create" "",
        "shop_price_lists_update" "",
        "shop_price_lists_prices" "",
        "shop_price_lists_set_prices" "",
        "shop_customer_groups_list_users" "",
        "shop_customer_groups_add_user" "",
        "shop_customer_groups_remove_user" "",
        "shop_custom_fields_create" "",
        "shop_custom_fields_update" "",
        "shop_custom_fields_delete" "",
        "shop_images_create" "",
        "shop_images_reorder" "",
        "shop_images_update" "",
        "shop_images_delete" "",
        "shop_categories_create" "",
        "shop_categories_update" "",
        "shop_categories_delete" "",
        "shop_collections_create" "",
        "shop_collections_update" "",
        "shop_collections_delete" "",
        "shop_collections_add_products" "",
        "shop_collections_remove_product" "",
    }
    Needs(P::MailboxRead) => {
        "notifications_mailbox_list" "notifications.v1.NotificationsService/ListMailbox",
        "notifications_mailbox_get" "notifications.v1.NotificationsService/GetMailboxMail",
        "notifications_mailbox_delete" "notifications.v1.NotificationsService/DeleteMailboxMail",
    }
    Needs(P::MailRead) => {
        "notifications_messages_list" "notifications.v1.NotificationsService/ListMessages",
        "notifications_suppressions_list" "notifications.v1.NotificationsService/ListSuppressions",
        "notifications_suppressions_delete" "notifications.v1.NotificationsService/DeleteSuppression",
    }
    Needs(P::UsersRead) => {
        "admin_users_list" "admin.v1.AdminService/SearchUsers",
        "admin_users_get" "admin.v1.AdminService/GetUser",
        "admin_users_sessions" "admin.v1.AdminService/ListUserSessions",
        "admin_users_accounts" "admin.v1.AdminService/ListUserAccounts",
        "admin_users_timeline" "admin.v1.AdminService/ListUserTimeline",
        "identity_roles_get" "identity.v1.CredentialsService/GetUserRoles",
        "wallet_overview_transfers" "wallet.v1.WalletService/ListUserTransfers",
        "wallet_overview_transfer" "wallet.v1.WalletService/GetUserTransfer",
    }
    Needs(P::UsersFreeze) => {
        "admin_users_freeze" "admin.v1.AdminService/FreezeUser",
        "admin_users_unfreeze" "admin.v1.AdminService/UnfreezeUser",
        "admin_users_end_sessions" "admin.v1.AdminService/EndUserSessions",
    }
    Needs(P::UsersRoles) => {
        "identity_roles_update" "identity.v1.CredentialsService/UpdateUserRoles",
    }
    Needs(P::AdjustmentsRead) => {
        "admin_adjustments_get" "admin.v1.AdminService/GetAdjustment",
        "admin_adjustments_list" "admin.v1.AdminService/ListAdjustments",
    }
    Needs(P::AdjustmentsCreate) => {
        "admin_adjustments_create" "admin.v1.AdminService/CreateAdjustment",
        "admin_adjustments_cancel" "admin.v1.AdminService/CancelAdjustment",
        "admin_adjustments_reverse" "admin.v1.AdminService/ReverseAdjustment",
    }
    Needs(P::AdjustmentsApprove) => {
        "admin_adjustments_approve" "admin.v1.AdminService/ApproveAdjustment",
        "admin_adjustments_reject" "admin.v1.AdminService/RejectAdjustment",
    }
    Needs(P::AuditRead) => {
        "admin_audit_list" "admin.v1.AdminService/ListAuditEntries",
    }
    Needs(P::JobsRead) => {
        "admin_jobs_list" "admin.v1.AdminService/ListJobs",
        "admin_jobs_get" "admin.v1.AdminService/GetJob",
        "admin_consumers_list" "admin.v1.AdminService/ListConsumers",
    }
    Needs(P::JobsWrite) => {
        "admin_jobs_redrive" "admin.v1.AdminService/RedriveJob",
        "admin_jobs_redrive_all" "admin.v1.AdminService/RedriveJobs",
        "admin_jobs_discard" "admin.v1.AdminService/DiscardJob",
    }
    Operator => {
        "metrics" "",
        "operator_administrators_create" "",
        "operator_keys_rotate" "",
        "operator_user_imports_create" "",
        "operator_token_rotate" "",
        "operator_ledger_verify" "",
        "ledger_assets_create" "ledger.v1.LedgerService/CreateAsset",
        "ledger_accounts_list" "ledger.v1.LedgerService/ListAccounts",
        "ledger_accounts_create" "ledger.v1.LedgerService/CreateAccounts",
        "ledger_accounts_get" "ledger.v1.LedgerService/GetAccount",
        "ledger_accounts_update" "ledger.v1.LedgerService/UpdateAccount",
        "ledger_accounts_balance" "ledger.v1.LedgerService/GetBalance",
        "ledger_accounts_entries" "ledger.v1.LedgerService/ListEntries",
        "ledger_events_list" "ledger.v1.LedgerService/ListEvents",
        "" "ledger.v1.LedgerService/StreamEvents",
        "ledger_groups_post" "ledger.v1.LedgerService/ResolveGroup",
        "ledger_groups_void" "ledger.v1.LedgerService/ResolveGroup",
        "ledger_transfers_list" "ledger.v1.LedgerService/ListTransfers",
        "ledger_transfers_create" "ledger.v1.LedgerService/CreateTransfers",
        "" "ledger.v1.LedgerService/CreateTransfersStream",
        "ledger_transfers_get" "ledger.v1.LedgerService/GetTransfer",
        "ledger_transfers_extend" "ledger.v1.LedgerService/ExtendTransfer",
        "ledger_transfers_post" "ledger.v1.LedgerService/PostTransfer",
        "ledger_transfers_reverse" "ledger.v1.LedgerService/ReverseTransfer",
        "ledger_transfers_void" "ledger.v1.LedgerService/VoidTransfer",
    }
};
