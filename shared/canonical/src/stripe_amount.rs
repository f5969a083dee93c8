//! Stripe's minor units, which are not everywhere ISO 4217's.
//!
//! Source: <https://docs.stripe.com/currencies> ("zero-decimal", "three-decimal" and "special case" currencies).

use crate::{Currency, Error, Money};

/// Sent without decimals, whatever ISO says (it gives MGA two).
const ZERO_DECIMAL: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
];
/// No decimals in ISO, sent as hundredths that must be whole.
const ZERO_AS_HUNDREDTHS: &[&str] = &["ISK", "UGX"];
/// Sent in thousandths.
const THREE_DECIMAL: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];
/// In ISO with three or four decimals, and not offered by Stripe in a way that is known.
const NOT_OFFERED: &[&str] = &["IQD", "LYD", "CLF", "UYW"];

/// The decimals that Stripe's integer amounts have in `currency`.
///
/// # Errors
/// Stripe does not offer the currency.
pub fn stripe_digits(currency: Currency) -> Result<u32, Error> {
    let code = currency.code();
    if NOT_OFFERED.contains(&code) {
        return Err(Error::NotAtStripe { currency });
    }
    Ok(if ZERO_DECIMAL.contains(&code) {
        0
    } else if THREE_DECIMAL.contains(&code) {
        3
    } else {
        2
    })
}

/// Money from an amount as Stripe sends it: `amount` in Stripe's minor units of the lower-case `currency`.
///
/// ```
/// use canonical::stripe_amount::from_stripe;
/// assert_eq!(from_stripe(500, "jpy")?.to_string(), "500 JPY");
/// assert_eq!(from_stripe(500, "ugx")?.to_string(), "5 UGX");
/// assert_eq!(from_stripe(500, "eur")?.to_string(), "5.00 EUR");
/// # Ok::<(), canonical::Error>(())
/// ```
///
/// # Errors
/// Unknown currency, one that Stripe does not offer, or a fraction that the currency does not have (ISK 5.50).
pub fn from_stripe(amount: i64, currency: &str) -> Result<Money, Error> {
    let currency: Currency = currency.parse()?;
    let text = rust_decimal::Decimal::new(amount, stripe_digits(currency)?);
    Money::exact(text, currency)
}

/// The amount that Stripe wants for `money`.
///
/// # Errors
/// A currency that Stripe does not offer; a fraction that Stripe cannot express (MGA 0.20).
pub fn to_stripe(money: Money) -> Result<i64, Error> {
    let currency = money.currency();
    let digits = stripe_digits(currency)?;
    let mut amount = money.to_decimal();
    amount.rescale(digits);
    if amount != money.to_decimal() {
        return Err(Error::TooPrecise { amount: money.to_decimal().to_string(), currency, digits });
    }
    i64::try_from(amount.mantissa())
        .map_err(|_| Error::OutOfRange { amount: money.to_decimal().to_string(), currency })
}

/// Whether whole units are sent as hundredths (ISK, UGX).
#[must_use]
pub fn whole_units_only(currency: Currency) -> bool {
    ZERO_AS_HUNDREDTHS.contains(&currency.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(minor in -9_999_999_999_i64..9_999_999_999, index in 0_usize..200) {
            let currencies: Vec<Currency> = Currency::all().collect();
            let currency = currencies[index % currencies.len()];
            let money = Money::new(minor, currency);
            if let Ok(amount) = to_stripe(money) {
                prop_assert_eq!(from_stripe(amount, &currency.code().to_lowercase()), Ok(money));
            }
        }
    }

    #[test]
    fn the_odd_ones() {
        assert_eq!(from_stripe(1234, "kwd").map(Money::minor), Ok(1234));
        assert_eq!(from_stripe(500, "mga").map(|m| m.to_string()), Ok("500.00 MGA".into()));
        assert_eq!(from_stripe(500, "isk").map(Money::minor), Ok(5));
        assert!(from_stripe(550, "isk").is_err());
        assert!(from_stripe(1, "lyd").is_err());
        assert!(from_stripe(1, "zzz").is_err());
    }
}
