//! The words by which Stripe classes movements of the balance. All lists are open.
//!
//! Sources: <https://docs.stripe.com/reports/reporting-categories>,
//! <https://docs.stripe.com/api/balance_transactions/object> (`type`, `fee_details.type`, `balance_type`).

use crate::open_enum::open_enum;

open_enum!(
    /// What a movement is to an accountant (`reporting_category`).
    Category {
        /// A payment.
        Charge = "charge",
        /// A payment that the customer's bank took back, as bank debits may.
        ChargeFailure = "charge_failure",
        /// What of an authorisation was not captured.
        PartialCaptureReversal = "partial_capture_reversal",
        /// Money that went back to a customer.
        Refund = "refund",
        /// A refund that did not reach the customer.
        RefundFailure = "refund_failure",
        /// Money that a customer's bank withdrew.
        Dispute = "dispute",
        /// Money that came back from a dispute.
        DisputeReversal = "dispute_reversal",
        /// What Stripe bills.
        Fee = "fee",
        /// What card networks bill, through Stripe.
        NetworkCost = "network_cost",
        /// Tax on what Stripe bills.
        Tax = "tax",
        /// Money on its way to the bank.
        Payout = "payout",
        /// A payout that came back or was cancelled.
        PayoutReversal = "payout_reversal",
        /// Money to another account of the platform.
        Transfer = "transfer",
        /// Money back from there.
        TransferReversal = "transfer_reversal",
        /// A platform's share.
        PlatformEarning = "platform_earning",
        /// A platform's share that went back.
        PlatformEarningRefund = "platform_earning_refund",
        /// Debts of connected accounts that the platform collects.
        ConnectCollectionTransfer = "connect_collection_transfer",
        /// Held back for the debts of connected accounts.
        ConnectReservedFunds = "connect_reserved_funds",
        /// Held back for a risk.
        RiskReservedFunds = "risk_reserved_funds",
        /// Held back so that a balance stays.
        PayoutMinimumBalanceHold = "payout_minimum_balance_hold",
        /// That hold's end.
        PayoutMinimumBalanceRelease = "payout_minimum_balance_release",
        /// Held back for a payment network.
        PaymentNetworkReserveHold = "payment_network_reserve_hold",
        /// That hold's end.
        PaymentNetworkReserveRelease = "payment_network_reserve_release",
        /// Money that the merchant paid in.
        Topup = "topup",
        /// Such a payment that was taken back.
        TopupReversal = "topup_reversal",
        /// A sum advanced by Stripe.
        Advance = "advance",
        /// The funding of one.
        AdvanceFunding = "advance_funding",
        /// Its repayment.
        AnticipationRepayment = "anticipation_repayment",
        /// A loan of Stripe Capital.
        FinancingPayout = "financing_payout",
        /// Such a loan taken back.
        FinancingPayoutReversal = "financing_payout_reversal",
        /// A repayment.
        FinancingPaydown = "financing_paydown",
        /// A repayment taken back.
        FinancingPaydownReversal = "financing_paydown_reversal",
        /// A donation to carbon removal, a share of each payment.
        Contribution = "contribution",
        /// Carbon removal ordered.
        ClimateOrderPurchase = "climate_order_purchase",
        /// Such an order paid back.
        ClimateOrderRefund = "climate_order_refund",
        /// Money that customers sent and no payment asked for.
        UnreconciledCustomerFunds = "unreconciled_customer_funds",
        /// Whatever else Stripe corrects.
        OtherAdjustment = "other_adjustment",
    }
);

open_enum!(
    /// How Stripe made a movement (`type`): those that a rule looks at where the category does not tell.
    TransactionType {
        /// A correction of any kind; older accounts have failed refunds and disputes as such.
        Adjustment = "adjustment",
        /// A platform's share of our payment.
        ApplicationFee = "application_fee",
        /// That share, given back.
        ApplicationFeeRefund = "application_fee_refund",
        /// A card payment.
        Charge = "charge",
        /// A payment by another method.
        Payment = "payment",
        /// A bank debit that bounced.
        PaymentFailureRefund = "payment_failure_refund",
        /// The refund of a payment that is no card's.
        PaymentRefund = "payment_refund",
        /// A payment taken back by a bank.
        PaymentReversal = "payment_reversal",
        /// Money that no payment asked for.
        PaymentUnreconciled = "payment_unreconciled",
        /// A payout.
        Payout = "payout",
        /// A payout that was cancelled.
        PayoutCancel = "payout_cancel",
        /// A payout that failed.
        PayoutFailure = "payout_failure",
        /// A refund.
        Refund = "refund",
        /// A refund that failed.
        RefundFailure = "refund_failure",
        /// What Stripe bills.
        StripeFee = "stripe_fee",
        /// What Stripe bills for conversion.
        StripeFxFee = "stripe_fx_fee",
        /// Tax that Stripe bills.
        TaxFee = "tax_fee",
        /// Money paid in.
        Topup = "topup",
        /// Money paid in and taken back.
        TopupReversal = "topup_reversal",
        /// To another account.
        Transfer = "transfer",
    }
);

open_enum!(
    /// What a part of a fee is (`fee_details.type`).
    FeeKind {
        /// Stripe's own.
        StripeFee = "stripe_fee",
        /// The platform's.
        ApplicationFee = "application_fee",
        /// VAT or GST on the fee.
        Tax = "tax",
        /// What the payment method's operator asks, handed on.
        PassthroughFee = "payment_method_passthrough_fee",
        /// Tax that Stripe keeps back for an authority.
        WithheldTax = "withheld_tax",
    }
);

open_enum!(
    /// Which of an account's balances a movement is of.
    BalanceType {
        /// What customers pay into and payouts are made from.
        Payments = "payments",
        /// For cards that the merchant issues.
        Issuing = "issuing",
        /// Set apart for refunds and disputes.
        RefundAndDisputePrefunding = "refund_and_dispute_prefunding",
        /// Held back for a risk.
        RiskReserved = "risk_reserved",
    }
);
