//! Which assets Stripe takes, and what an amount of ours is in its unit
//! (<https://docs.stripe.com/currencies>). Both count in minor units; they agree only if the
//! asset has as many decimals as the currency, so Stripe isn't offered for one that hasn't.

use kernel::{Amount, SignedAmount};

/// Charged in, by their decimals. The Ugandan shilling is left out: Stripe's texts of different
/// years contradict each other by a factor of 100.
const NO_DECIMALS: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL \
    BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK \
    MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB \
    SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST XCD \
    YER ZAR ZMW";
/// Their last digit has to be zero.
const THREE_DECIMALS: &str = "BHD JOD KWD OMR TND";
/// No decimals any more, but still written with two.
const ICELAND: &str = "ISK";

/// A call charges at most eight digits.
const AMOUNT_MAX: u128 = 99_999_999;

/// How amounts of a currency are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Notation {
    /// Which the asset has to have.
    decimals: u8,
    /// What one of our units is in Stripe's.
    factor: u128,
    /// What an amount in Stripe's unit has to be a multiple of.
    step: u128,
}

const fn notation(decimals: u8, factor: u128, step: u128) -> Notation {
    Notation { decimals, factor, step }
}

fn notation_of(asset: &str) -> Option<Notation> {
    let is_in = |list: &str| list.split_ascii_whitespace().any(|code| code == asset);
    if is_in(TWO_DECIMALS) {
        Some(notation(2, 1, 1))
    } else if is_in(NO_DECIMALS) {
        Some(notation(0, 1, 1))
    } else if is_in(THREE_DECIMALS) {
        Some(notation(3, 1, 10))
    } else if asset == ICELAND {
        Some(notation(0, 100, 100))
    } else {
        None
    }
}

/// Whether Stripe charges this asset, counted like that, and this amount of it.
pub(super) fn takes(asset: &str, scale: u8, amount: Option<Amount>) -> bool {
    let Some(known) = notation_of(asset).filter(|known| known.decimals == scale) else {
        return false;
    };
    amount.is_none_or(|amount| {
        let units = amount.get().checked_mul(known.factor);
        units.is_some_and(|units| units <= AMOUNT_MAX && units.is_multiple_of(known.step))
    })
}

/// An amount in Stripe's unit; `None` if it can't be written so.
pub(super) fn to_stripe(asset: &str, amount: Amount) -> Option<u128> {
    let units = amount.get().checked_mul(notation_of(asset)?.factor)?;
    units.is_multiple_of(notation_of(asset)?.step).then_some(units)
}

/// What Stripe says in its unit; `None` if it is no whole amount of ours.
pub(super) fn from_stripe(asset: &str, units: i64) -> Option<SignedAmount> {
    // Of a currency that Stripe pays out but doesn't charge the unit is the usual one.
    let factor = notation_of(asset).map_or(1, |known| known.factor);
    let (units, factor) = (i128::from(units), i128::try_from(factor).ok()?);
    (units % factor == 0).then(|| SignedAmount::new(units / factor))
}

/// Our code of a currency, which Stripe writes in small letters.
pub(super) fn asset_of(currency: &str) -> String {
    currency.to_ascii_uppercase()
}
