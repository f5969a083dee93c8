//! An amount in a currency, exact.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::error::cut;
use crate::{Currency, Error};

/// An amount: integer minor units (ISO 4217 digits) and a currency. It has no `+`: [`Money::checked_add`] refuses
/// to mix currencies, and [`crate::Totals`] keeps a line for each.
///
/// As JSON it is `{"minor": "1234", "currency": "USD"}`. `minor` is text, because JSON numbers become binary
/// floats in expression languages, and arithmetic on it in a mapping is then refused rather than rounded; an
/// integer JSON number is read as well.
///
/// ```
/// use canonical::Money;
/// let price = Money::parse("12.50", "EUR".parse()?)?;
/// assert_eq!((price.minor(), price.to_string().as_str()), (1250, "12.50 EUR"));
/// # Ok::<(), canonical::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Money {
    currency: Currency,
    minor: i64,
}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { currency, minor }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// Its currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is below nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Reads decimal text (`12.5`, `-3`, `1e2`) that has no more digits than the currency.
    ///
    /// # Errors
    /// Not a number, too precise, out of range.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Error> {
        Self::exact(decimal(text)?, currency)
    }

    /// An amount from a decimal that must fit the currency's digits.
    ///
    /// # Errors
    /// Too precise, out of range.
    pub fn exact(amount: Decimal, currency: Currency) -> Result<Self, Error> {
        let money = Self::rounded(amount, currency)?;
        if money.to_decimal() == amount {
            Ok(money)
        } else {
            Err(Error::TooPrecise { amount: amount.to_string(), currency, digits: currency.digits() })
        }
    }

    /// An amount from a decimal, rounded half away from zero to the currency's digits, as Magento and ERPs do.
    ///
    /// # Errors
    /// Out of range.
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Self, Error> {
        let rounded =
            amount.round_dp_with_strategy(currency.digits(), RoundingStrategy::MidpointAwayFromZero);
        let out_of_range = || Error::OutOfRange { amount: cut(&amount.to_string(), 40), currency };
        let minor = rounded.checked_mul(scale(currency)).ok_or_else(out_of_range)?;
        let minor = i64::try_from(minor.trunc().mantissa() / 10_i128.pow(minor.trunc().scale()))
            .map_err(|_| out_of_range())?;
        Ok(Self::new(minor, currency))
    }

    /// The amount as a decimal with exactly the currency's digits: `12.50`, `1200`, `1.234`.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.digits())
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// Two currencies; out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, Error> {
        if self.currency != other.currency {
            return Err(Error::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        self.minor.checked_add(other.minor).map(|minor| Self::new(minor, self.currency)).ok_or_else(|| {
            Error::OutOfRange { amount: self.to_decimal().to_string(), currency: self.currency }
        })
    }

    /// The difference of two amounts of one currency.
    ///
    /// # Errors
    /// Two currencies; out of range.
    pub fn checked_sub(self, other: Self) -> Result<Self, Error> {
        self.checked_add(other.negated()?)
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// Out of range (the smallest 64-bit number has no opposite).
    pub fn negated(self) -> Result<Self, Error> {
        self.minor.checked_neg().map(|minor| Self::new(minor, self.currency)).ok_or_else(|| {
            Error::OutOfRange { amount: self.to_decimal().to_string(), currency: self.currency }
        })
    }

    /// The sum of `amounts`, all in `currency`.
    ///
    /// # Errors
    /// Another currency among them; out of range.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }
}

/// Reads a decimal as JSON writers write it: plain or with an exponent (`3.5527136788005e-15` is real in Magento).
///
/// # Errors
/// Text that is no number, or one that no decimal of 28 digits holds.
pub fn decimal(text: &str) -> Result<Decimal, Error> {
    let not_a_number = || Error::NotANumber { text: cut(text, 40) };
    if text.len() > DECIMAL_TEXT_MAX {
        return Err(not_a_number());
    }
    if text.contains(['e', 'E']) {
        Decimal::from_scientific(text).or_else(|_| tiny(text)).map_err(|()| not_a_number())
    } else {
        text.parse().map_err(|_| not_a_number())
    }
}

/// Characters that a number's text may have; PHP prints at most 17 digits and an exponent.
const DECIMAL_TEXT_MAX: usize = 64;

/// `3.55e-40` is nothing at any precision that money has, but more digits than a decimal holds.
fn tiny(text: &str) -> Result<Decimal, ()> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).ok_or(())?;
    let _: Decimal = mantissa.parse().map_err(|_| ())?;
    let exponent: i32 = exponent.parse().map_err(|_| ())?;
    if exponent < -12 { Ok(Decimal::ZERO) } else { Err(()) }
}

fn scale(currency: Currency) -> Decimal {
    Decimal::from(10_i64.pow(currency.digits()))
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How money is written in JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    minor: Minor,
    currency: Currency,
}

/// Text on the way out; text or an integer on the way in.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Minor {
    Text(String),
    Integer(i64),
}

impl TryFrom<Wire> for Money {
    type Error = Error;

    fn try_from(wire: Wire) -> Result<Self, Error> {
        let minor = match wire.minor {
            Minor::Integer(minor) => minor,
            Minor::Text(text) => text.parse().map_err(|_| Error::NotANumber { text: cut(&text, 40) })?,
        };
        Ok(Self::new(minor, wire.currency))
    }
}

impl From<Money> for Wire {
    fn from(money: Money) -> Self {
        Self { minor: Minor::Text(money.minor.to_string()), currency: money.currency }
    }
}

impl schemars::JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let currency = generator.subschema_for::<Currency>();
        schemars::json_schema!({
            "type": "object",
            "description": "an amount in minor units (cents), as text, and its currency",
            "properties": {
                "minor": { "type": ["string", "integer"], "pattern": "^-?[0-9]{1,19}$" },
                "currency": currency
            },
            "required": ["minor", "currency"],
            "additionalProperties": false
        })
    }
}
