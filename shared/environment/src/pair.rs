//! One pair: a Stripe account, a Magento, its ERP and WMS, and who owns which action.

use std::collections::BTreeMap;

use canonical::{Currency, Rate, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Erpnext, PaymentFailed};

/// A pair's settings. Flow documents see them as `$connection`; they hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The payment provider.
    pub stripe: Stripe,
    /// The shop.
    pub magento: Magento,
    /// The books.
    pub erp: Erp,
    /// The warehouse.
    pub wms: Wms,
    /// Who invoices a paid order and moves it on.
    #[serde(default)]
    pub order_owner: OrderOwner,
    /// Where refunds are made; the other side follows.
    #[serde(default)]
    pub refunds_start_in: RefundsStartIn,
    /// What becomes of charges that no shop of ours made.
    #[serde(default)]
    pub unrelated_charges: UnrelatedCharges,
    /// When the ERP invoice is made.
    #[serde(default)]
    pub invoice_on: InvoiceOn,
    /// What follows an attempt to pay that failed.
    #[serde(default)]
    pub payment_failed: PaymentFailed,
    /// Exactly one pair of a Stripe account keeps its books.
    #[serde(default)]
    pub books: bool,
    /// Lookup tables: `$lookup("<table>", key)`. An absent key parks the event.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
}

impl Pair {
    /// Whether the two are different shops behind one Stripe account.
    pub(crate) fn is_another_shop_of_the_account(&self, other: &Self) -> bool {
        self.stripe.account == other.stripe.account && self.magento.base_url != other.magento.base_url
    }
}

/// Settings of the Stripe connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stripe {
    /// The account, `acct_…`: part of every key.
    pub account: StripeAccount,
    /// `https://api.stripe.com`, or the sandbox's.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// The API version that every request names.
    pub api_version: String,
    /// Longest that a call may take, seconds.
    #[serde(default = "twenty")]
    pub timeout_s: u32,
    /// Requests a second from all our processes together. Stripe takes 100, of which the shop's own modules have some
    /// (<https://docs.stripe.com/rate-limits>).
    #[serde(default = "forty")]
    pub requests_per_s: u32,
    /// Metadata keys that name the order number, besides those that tillbridge and Stripe's own module write.
    #[serde(default)]
    pub order_keys: Vec<String>,
}

/// Settings of the Magento connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Magento {
    /// Where `/rest/…` hangs: `https://shop.example.com`.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// Which stores' orders belong to this pair, by `store_id`; empty: all.
    #[serde(default)]
    pub stores: Vec<u64>,
    /// Codes of the payment methods that are paid through this Stripe account (`stripe_payments`); empty: any. A payment that
    /// names an order by its number alone is not taken for an order that was to be paid otherwise.
    #[serde(default)]
    pub payment_methods: Vec<String>,
    /// Store view code in the URL; absent: the default store.
    #[serde(default)]
    pub scope: Option<String>,
    /// How requests are signed.
    #[serde(default)]
    pub auth: MagentoAuth,
    /// The scheme that PHP sees behind a TLS proxy, where it is not that of `base_url` (`http`).
    #[serde(default)]
    pub signed_scheme: Option<String>,
    /// Longest that a call may take, seconds.
    #[serde(default = "thirty")]
    pub timeout_s: u32,
    /// Requests a second from all our processes together: a shop has no limit of its own, and customers to serve.
    #[serde(default = "eight")]
    pub requests_per_s: u32,
    /// How long a write that was given up may still be committing, where a second one would fail cleanly, seconds.
    #[serde(default = "five")]
    pub settle_s: u32,
    /// The same where a second write would succeed as well (partial items and amounts), seconds.
    #[serde(default = "hundred_twenty")]
    pub settle_partial_s: u32,
    /// Whether the raw order save may move a paid order from `new` to `processing`, where a comment does not.
    #[serde(default)]
    pub allow_order_save: bool,
    /// The status of a paid order that is not done.
    #[serde(default = "processing")]
    pub paid_status: String,
}

/// Settings of the ERP connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erp {
    /// Which ERP it is.
    #[serde(default)]
    pub system: ErpSystem,
    /// Where `/health`, `/orders/…` hang: `https://erp.example.com/erp/v1`.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// The company's time zone (IANA name): dates are sent in it.
    pub time_zone: String,
    /// The company's currency.
    pub currency: Currency,
    /// Rates: company currency per unit of another, by its code. A currency without one parks `rate_missing`.
    #[serde(default)]
    pub rates: BTreeMap<Currency, Rate>,
    /// Longest that a call may take, seconds.
    #[serde(default = "thirty")]
    pub timeout_s: u32,
    /// Requests a second from all our processes together.
    #[serde(default = "ten")]
    pub requests_per_s: u32,
    /// How long a write that was given up may still be committing, seconds.
    #[serde(default = "five")]
    pub settle_s: u32,
    /// Account codes by role (`receivable`, `sales`, `stripe_clearing.USD`, …).
    #[serde(default)]
    pub accounts: BTreeMap<String, String>,
    /// The cost centre of lines on accounts of income and expenses; absent: the ERP wants none.
    #[serde(default)]
    pub cost_center: Option<String>,
    /// The company's name in the ERP, where it keeps several: ERPNext always does.
    #[serde(default)]
    pub company: Option<String>,
    /// What ERPNext wants to know besides.
    #[serde(default)]
    pub erpnext: Erpnext,
}

/// Settings of the generic WMS connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wms {
    /// Where `/fulfilments/…` hangs: `https://wms.example.com/wms/v1`.
    #[schemars(with = "String")]
    pub base_url: Url,
    /// Longest that a call may take, seconds.
    #[serde(default = "thirty")]
    pub timeout_s: u32,
    /// Requests a second from all our processes together.
    #[serde(default = "ten")]
    pub requests_per_s: u32,
    /// How long a write that was given up may still be committing, seconds.
    #[serde(default = "five")]
    pub settle_s: u32,
}

/// The ERPs that there is a connector for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErpSystem {
    /// Any that speaks the generic REST contract.
    #[default]
    Generic,
    /// ERPNext, from version 15 on.
    Erpnext,
}

/// How Magento requests are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MagentoAuth {
    /// OAuth 1.0a: works on every shop since 2.4.4.
    #[default]
    Oauth,
    /// The access token as bearer, where the shop allows it.
    Bearer,
}

/// Who invoices a paid order and moves it on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderOwner {
    /// We do.
    #[default]
    Tillbridge,
    /// Stripe's own Magento module does; we look on.
    StripeModule,
}

/// Where refunds are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundsStartIn {
    /// In Stripe's dashboard; Magento follows.
    #[default]
    Stripe,
    /// As a Magento credit memo; Stripe follows.
    Magento,
}

/// What becomes of charges that no shop of ours made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnrelatedCharges {
    /// A person looks at each.
    #[default]
    Park,
    /// They are not ours.
    Skip,
}

/// When the ERP invoice is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceOn {
    /// With the payment.
    #[default]
    Payment,
    /// With the shipment.
    Shipment,
    /// The ERP makes it by itself; we find it. An order waits for it, up to 72 h: `QueueAgeAlarmS` of `template.yaml` must know.
    Erp,
}

/// How long a write that was given up may still be committing, where nothing else is known, seconds.
pub const SETTLE_S: u32 = 5;
/// The same where Magento would take a second write as well.
pub const SETTLE_PARTIAL_S: u32 = 120;

const fn five() -> u32 {
    SETTLE_S
}
const fn eight() -> u32 {
    8
}
const fn ten() -> u32 {
    10
}
const fn forty() -> u32 {
    40
}
const fn twenty() -> u32 {
    20
}
const fn thirty() -> u32 {
    30
}
const fn hundred_twenty() -> u32 {
    SETTLE_PARTIAL_S
}
fn processing() -> String {
    "processing".to_owned()
}
