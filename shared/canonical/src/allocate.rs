//! Splitting amounts so that the parts always add up.

use rust_decimal::Decimal;

use crate::{Currency, Error, Money};

/// Splits `total` by `weights` with the largest remainder: the parts add up to `total` exactly, each is within one
/// minor unit of its exact share, and of equal remainders the earlier gets the unit.
///
/// ```
/// use canonical::{Money, allocate};
/// let parts = allocate(Money::new(100, "EUR".parse()?), &[1.into(), 1.into(), 1.into()])?;
/// assert_eq!(parts.iter().map(|part| part.minor()).collect::<Vec<_>>(), [34, 33, 33]);
/// # Ok::<(), canonical::Error>(())
/// ```
///
/// # Errors
/// No weights, a negative one, or all zero.
pub fn allocate(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, Error> {
    let sum: Decimal = weights.iter().copied().sum();
    if sum <= Decimal::ZERO || weights.iter().any(Decimal::is_sign_negative) {
        return Err(Error::NoWeights);
    }
    let exact: Option<Vec<Decimal>> =
        weights.iter().map(|weight| Decimal::from(total.minor()).checked_mul(weight / sum)).collect();
    let exact = exact.ok_or(Error::NoWeights)?;
    Ok(settle(&exact, total.minor(), total.currency()))
}

/// Rounds `parts` (decimals in major units) to the currency so that they add up to `total`, where rounding each
/// by itself may not: a JPY order in Magento has two decimals, and its rounded rows differ from its rounded total.
///
/// # Errors
/// The parts differ from `total` by a whole minor unit a part or more: they are not its parts. Or out of range.
pub fn apportion(parts: &[Decimal], total: Money) -> Result<Vec<Money>, Error> {
    let currency = total.currency();
    let unit = Decimal::from(10_i64.pow(currency.digits()));
    let out_of_range = || Error::OutOfRange { amount: total.to_decimal().to_string(), currency };
    let exact: Option<Vec<Decimal>> = parts.iter().map(|part| part.checked_mul(unit)).collect();
    let exact = exact.ok_or_else(out_of_range)?;
    let floors: i128 = exact.iter().map(|part| part.floor().trunc().mantissa()).sum();
    let missing = i128::from(total.minor()) - floors;
    let parts_sum = parts.iter().copied().sum::<Decimal>();
    if missing < 0 || missing > i128::try_from(parts.len()).unwrap_or(i128::MAX) {
        let parts = Money::rounded(parts_sum, currency)?;
        return Err(Error::DoesNotAddUp { document: "the sum".into(), parts, total });
    }
    Ok(settle(&exact, total.minor(), currency))
}

/// Floors each part and gives the units that are missing to the largest remainders.
fn settle(exact: &[Decimal], total: i64, currency: Currency) -> Vec<Money> {
    let mut minors: Vec<i64> =
        exact.iter().map(|part| i64::try_from(part.floor().trunc().mantissa()).unwrap_or(i64::MAX)).collect();
    let floors: i128 = minors.iter().copied().map(i128::from).sum();
    let missing = usize::try_from(i128::from(total) - floors).unwrap_or(0);
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(exact[index] - exact[index].floor()), index));
    for &index in order.iter().take(missing) {
        minors[index] += 1;
    }
    minors.into_iter().map(|minor| Money::new(minor, currency)).collect()
}
