//! A payout of many movements, proved and posted page by page as `books.payout.reconcile` does it: entries, documents, postings, matching,
//! the state that is stored after each page, journals and report. The systems' answers are made beforehand and count for nothing.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use books::keys::{self, Batch};
use books::payout::{ErpDocument, ShopDocument, ShopKind};
use books::report::{ColumnNames, items_csv};
use books::{
    Chart, Context, DayBook, Documents, Elsewhere, Entry, Grouping, Ledger, Rates, Receivable,
    Reconciliation, Role,
};
use canonical::{
    BalanceTransaction, BalanceTransactionRow, BalanceType, Currency, FeeDetail, IncrementId, Money, Payout,
    PayoutStatus,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::measure::{Memory, thread_time};
use crate::report::{Limit, Report, ratio, size, time};

/// Movements of the payouts that are reconciled.
const ROWS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// What the others are compared with, and what has the limits.
const BASELINE: u32 = 10_000;
const LIMITED: u32 = 100_000;
const CPU_MAX: Duration = Duration::from_secs(1);
const PEAK_BYTES_MAX: u64 = 300_000_000;
/// How much more a movement may take where there are a hundred times as many, in thousandths.
const GROWTH_MAX: u128 = 1_500;
/// Movements of a page.
const PAGE: u32 = 100;
/// Every which movement is a refund, a bill of Stripe's, money that a dispute withdraws, or a payment that nobody has booked.
const REFUND_EACH: u32 = 20;
const BILL_EACH: u32 = 97;
const DISPUTE_EACH: u32 = 211;
const UNBOOKED_EACH: u32 = 50;
/// Every which has no credit memo, or an invoice of a cent more.
const DIFFERS_EACH: u32 = 500;
/// Exceptions that are kept between two pages. The first movements make as many, so that a payout of any size carries the same.
const EXCEPTIONS_MAX: usize = 200;
const MISSING_FIRST: u32 = 250;
const GROSS: i64 = 10_800;
const FEE: i64 = 343;

/// One payout, and where its pages come from.
struct Made {
    ledger: Ledger,
    usd: Currency,
    began: Timestamp,
    rows: u32,
}

/// What a payout took.
struct Took {
    cpu: Duration,
    /// How far the process grew at the most.
    peak_bytes: u64,
    /// What is stored between its last two pages, as JSON.
    stored_bytes: usize,
    exceptions: usize,
}

/// What a movement is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Charge,
    Refund,
    Dispute,
    Bill,
}

impl Kind {
    const fn of(n: u32) -> Self {
        match n {
            _ if n % REFUND_EACH == 1 => Self::Refund,
            _ if n % BILL_EACH == BILL_EACH - 1 => Self::Bill,
            _ if n % DISPUTE_EACH == DISPUTE_EACH - 1 => Self::Dispute,
            _ => Self::Charge,
        }
    }

    /// Its category, what its source's id begins with, and its amount and fee.
    const fn shape(self) -> (&'static str, Option<&'static str>, (i64, i64)) {
        match self {
            Self::Charge => ("charge", Some("ch"), (GROSS, FEE)),
            Self::Refund => ("refund", Some("re"), (-GROSS, 0)),
            Self::Dispute => ("dispute", Some("du"), (-GROSS, 1_500)),
            Self::Bill => ("fee", None, (-200, 0)),
        }
    }
}

/// Measures and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    // What an earlier payout leaves to the allocator counts for a later one too: the growth is of the process since here.
    let before = Memory::now()?.resident;
    let took = ROWS.map(|rows| Ok::<_, anyhow::Error>((rows, Made::new(rows)?.reconcile(before)?)));
    let took = took.into_iter().collect::<Result<Vec<_>>>()?;
    let per_row = |rows: u32, took: &Took| took.cpu.as_nanos() / u128::from(rows);
    let baseline = took.iter().find(|(rows, _)| *rows == BASELINE).context("no baseline")?;
    let baseline = per_row(BASELINE, &baseline.1).max(1);
    let head =
        ["a payout of", "CPU time", "a movement", "of 10,000's", "grew by", "stored", "exceptions", ""];
    let mut table = vec![head.map(str::to_owned)];
    for (rows, took) in &took {
        let growth = per_row(*rows, took) * 1000 / baseline;
        let mut judged = Vec::new();
        if *rows == LIMITED {
            let what = format!("a payout of {LIMITED} takes {}", time(took.cpu));
            judged.push(report.judge(&what, Limit::Time, took.cpu <= CPU_MAX));
            let what = format!("a payout of {LIMITED} takes {}", size(took.peak_bytes));
            judged.push(report.judge(&what, Limit::Fixed, took.peak_bytes <= PEAK_BYTES_MAX));
        } else if *rows > LIMITED {
            let what = format!("a movement of {rows} takes {} times one of {BASELINE}", ratio(growth));
            judged.push(report.judge(&what, Limit::Time, growth <= GROWTH_MAX));
        }
        table.push([
            format!("{rows} movements"),
            time(took.cpu),
            time(took.cpu / *rows),
            ratio(growth),
            size(took.peak_bytes),
            size(u64::try_from(took.stored_bytes)?),
            took.exceptions.to_string(),
            judged.join(", "),
        ]);
    }
    Report::section("Payouts, proved and posted page by page (limits for 100,000: 1 s, 300 MB)", &table);
    Ok(())
}

impl Made {
    fn new(rows: u32) -> Result<Self> {
        let usd: Currency = "USD".parse()?;
        let settled_in = [usd];
        let accounts = Role::all(&settled_in, &[])
            .enumerate()
            .map(|(n, role)| Ok((role, (1_000 + n).to_string().parse()?)));
        let ledger = Ledger {
            account: sandbox::STRIPE_ACCOUNT.parse()?,
            zone: TimeZone::get("Europe/Berlin")?,
            chart: Chart::new(accounts.collect::<Result<Vec<_>>>()?),
            rates: Rates::new(usd, 0),
        };
        Ok(Self { ledger, usd, began: "2026-02-28T23:00:00Z".parse()?, rows })
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.usd)
    }

    fn row(
        &self,
        n: u32,
        (amount, fee): (i64, i64),
        category: &str,
        source: Option<String>,
    ) -> Result<BalanceTransaction> {
        // Three days' worth, of the ledger's own.
        let at = self.began + SignedDuration::from_secs(i64::from(n) * 3 * 86_400 / i64::from(self.rows));
        let fee_details = match fee {
            0 => Vec::new(),
            _ => vec![FeeDetail { kind: "stripe_fee".to_owned().into(), amount: self.money(fee) }],
        };
        Ok(BalanceTransaction::new(BalanceTransactionRow {
            id: format!("txn_{n}").parse()?,
            amount: self.money(amount),
            fee: self.money(fee),
            net: self.money(amount - fee),
            fee_details,
            source: source.map(|source| source.parse()).transpose()?,
            kind: category.to_owned().into(),
            reporting_category: category.to_owned().into(),
            description: None,
            created: at,
            available_on: at,
            balance_type: BalanceType::Payments,
            exchange_rate: None,
        })?)
    }

    /// A movement, the shop's document of it and the ERP's.
    fn movement(&self, n: u32) -> Result<(Entry, Option<ShopDocument>, Option<ErpDocument>)> {
        let kind = Kind::of(n);
        let (category, prefix, moved) = kind.shape();
        let source = prefix.map(|prefix| format!("{prefix}_{n}"));
        let transaction = self.row(n, moved, category, source.clone())?;
        let mut context = Context { payout: Some("po_1".parse()?), ..Context::default() };
        if kind == Kind::Bill {
            return Ok((Entry { transaction, context }, None, None));
        }
        let order: IncrementId = format!("{:09}", n / 2).parse()?;
        context.order = Some(order.clone());
        context.party = Some(format!("tb:{}:customer:{}", self.ledger.account, n % 500).try_into()?);
        let shop_kind = match kind {
            Kind::Charge => ShopKind::Invoice,
            Kind::Refund => ShopKind::CreditMemo,
            Kind::Dispute | Kind::Bill => return Ok((Entry { transaction, context }, None, None)),
        };
        let gross = self.money(GROSS);
        let is_booked = !n.is_multiple_of(UNBOOKED_EACH);
        context.receivable = Some(Receivable { amount: gross, base: gross });
        context.elsewhere = if is_booked { Elsewhere::Gross } else { Elsewhere::Nothing };
        let is_missing = n < MISSING_FIRST || n % DIFFERS_EACH == 1;
        let amount = if n % DIFFERS_EACH == 2 { self.money(GROSS + 1) } else { gross };
        let shop = ShopDocument { id: n.to_string(), order, kind: shop_kind, reference: source, amount };
        let key = keys::document(&self.ledger.account, &transaction).context("no document")?;
        let erp = is_booked.then_some(ErpDocument { key, amount: gross });
        Ok((Entry { transaction, context }, (!is_missing).then_some(shop), erp))
    }

    fn payout(&self, amount: i64) -> Result<Payout> {
        Ok(Payout {
            id: "po_1".parse()?,
            amount: self.money(amount),
            fee: None,
            status: PayoutStatus::Paid,
            automatic: true,
            method: "standard".to_owned().into(),
            arrival_date: "2026-03-06".parse()?,
            trace_id: None,
            reconciliation_status: Some("completed".to_owned().into()),
            balance_transaction: Some(format!("txn_{}", self.rows).parse()?),
            failure_balance_transaction: None,
            original_payout: None,
            reversed_by: None,
        })
    }

    /// What the systems answer for a page.
    fn page(&self, first: u32, paid: i64) -> Result<(Vec<Entry>, Vec<ShopDocument>, Vec<ErpDocument>)> {
        let (mut entries, mut shop, mut erp) = (Vec::new(), Vec::new(), Vec::new());
        for n in first..(first + PAGE).min(self.rows) {
            if n == self.rows - 1 {
                let transaction = self.row(self.rows, (-paid, 0), "payout", Some("po_1".to_owned()))?;
                let context = Context { elsewhere: Elsewhere::All, ..Context::default() };
                entries.push(Entry { transaction, context });
                continue;
            }
            let (entry, of_shop, of_erp) = self.movement(n)?;
            entries.push(entry);
            shop.extend(of_shop);
            erp.extend(of_erp);
        }
        Ok((entries, shop, erp))
    }

    /// As `books.payout.reconcile` does it; `before` is what the process held.
    fn reconcile(&self, before: u64) -> Result<Took> {
        let moved = (0..self.rows - 1).map(|n| Kind::of(n).shape().2);
        let paid: i64 = moved.map(|(amount, fee)| amount - fee).sum();
        let payout = self.payout(paid)?;
        let batch = Batch::Payout { payout: payout.id.clone(), part: 1 };
        let mut state = Reconciliation::new(self.ledger.account.clone(), payout)?;
        let mut book = DayBook::new(Grouping::Day);
        let (mut kept, mut exceptions, mut stored) = (Vec::new(), 0, serde_json::Value::Null);
        let mut cpu = Duration::ZERO;
        Memory::forget_peak()?;
        for first in (0..self.rows).step_by(usize::try_from(PAGE)?) {
            let (entries, shop, erp) = self.page(first, paid)?;
            let begin = thread_time()?;
            let documents = Documents::new(shop, erp);
            for entry in &entries {
                book.add(&self.ledger, entry)?;
            }
            for item in state.page(&entries, &documents)? {
                if item.outcome.is_exception() {
                    exceptions += 1;
                    if kept.len() < EXCEPTIONS_MAX {
                        kept.push(item);
                    }
                }
            }
            // As it is stored: a copy of it, in the table's form.
            stored = serde_json::to_value((state.clone(), book.clone(), kept.clone()))?;
            cpu += thread_time()? - begin;
        }
        let begin = thread_time()?;
        let posted = book.finish(&self.ledger, &batch)?;
        let report = state.finish()?;
        let text = report.csv() + &items_csv(&report.payout.id, &kept, ColumnNames::First);
        cpu += thread_time()? - begin;
        let peak_bytes = Memory::now()?.peak.saturating_sub(before);
        let (rows, journals) = (report.rows, posted.journals.len());
        ensure!(
            rows == u64::from(self.rows) && journals == 3 && !text.is_empty(),
            "the payout of {} movements has {rows} rows and {journals} journals",
            self.rows
        );
        Ok(Took { cpu, peak_bytes, stored_bytes: stored.to_string().len(), exceptions })
    }
}
