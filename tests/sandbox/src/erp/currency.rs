//! ISO 4217: which codes there are, and how many digits each has after the point.

/// Currencies in use with two digits (ISO 4217 list one).
const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";
/// Currencies without a smaller unit.
const ZERO: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Currencies with thousandths.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";

/// Digits after the point; none where there is no such currency.
pub(crate) fn digits(code: &str) -> Option<u32> {
    let among = |list: &str| list.split(' ').any(|known| known == code);
    if among(TWO) {
        Some(2)
    } else if among(ZERO) {
        Some(0)
    } else if among(THREE) {
        Some(3)
    } else {
        None
    }
}
