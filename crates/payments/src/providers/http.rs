//! `/v1/payments/providers`.

use axum::extract::State;
use kernel::http::documents::ReadProblems;
use kernel::{Amount, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DepositAsset, OfferedProvider};
use crate::payments::Payments;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(list))
}

/// The providers there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentProviders)]
struct ProvidersJson {
    data: Vec<ProviderJson>,
}

/// A payment provider, and what it can do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentProvider)]
struct ProviderJson {
    /// As a deposit names it.
    #[schema(example = "sandbox")]
    name: &'static str,
    /// Who asks for the card.
    card_entry: CardEntry,
    /// With this key a page opens the provider's form.
    #[schema(required, example = "pk_test_1")]
    publishable_key: Option<String>,
    /// What can be paid in.
    deposit_assets: Vec<DepositAssetJson>,
    /// Whether it pays out to bank accounts.
    withdrawals: bool,
    /// Whether nothing here is real money.
    test: bool,
}

/// Who asks for the card.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CardEntry {
    /// The page: it sends the card with the deposit.
    Page,
    /// Stripe's form, which the page opens with the deposit's `next_action`.
    StripeForm,
}

/// An asset that can be paid in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DepositAsset)]
struct DepositAssetJson {
    #[schema(example = "EUR")]
    code: String,
    /// Decimals of the asset.
    scale: u8,
    /// The smallest deposit, in the minor unit.
    min: Amount,
    /// The largest one.
    max: Amount,
}

impl ProviderJson {
    fn new(payments: &Payments, it: OfferedProvider) -> Self {
        let asset = |DepositAsset { code, scale }: DepositAsset| {
            let limits = payments.options.limits_of(&code);
            DepositAssetJson { code, scale, min: limits.min, max: limits.max }
        };
        let publishable_key = it.abilities.publishable_key;
        let is_test_key = |key: &String| key.starts_with("pk_test_");
        Self {
            name: it.name,
            card_entry: match it.abilities.takes_cards_from_us {
                true => CardEntry::Page,
                false => CardEntry::StripeForm,
            },
            test: publishable_key.as_ref().is_none_or(is_test_key),
            publishable_key,
            deposit_assets: it.deposit_assets.into_iter().map(asset).collect(),
            withdrawals: it.abilities.pays_out,
        }
    }
}

/// Lists the payment providers that deposits and withdrawals may go to, and what each can do.
#[utoipa::path(
    get,
    path = "/v1/payments/providers",
    operation_id = "payments_providers_list",
    tag = "payments",
    responses(
        (status = 200, description = "All providers.", body = ProvidersJson),
        ReadProblems,
    ),
)]
async fn list(State(payments): State<Payments>) -> Result<Json<ProvidersJson>, Problem> {
    let offered = payments.offered_providers().await?.into_iter();
    let data = offered.map(|it| ProviderJson::new(&payments, it)).collect();
    Ok(Json(ProvidersJson { data }))
}
