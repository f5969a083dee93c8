//! A payout of many movements, proved and posted page by page as `books.payout.reconcile` does it: entries, documents, postings, matching,
//! the state that is stored after each page, journals and report. The systems' answers are made beforehand and count for nothing.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use books::keys::{self, Batch};
use books::payout::{ErpDocument, ShopDocument, ShopKind};
use books::report::{ColumnNames, items_csv};
use books::{
    Chart, Context, DayBook, Documents, Elsewhere, Entry, Grouping, Ledger, Rates, Receivable,
    Reconciliation, Role,
};
use canonical::{
    BalanceTransaction, BalanceTransactionRow, BalanceType, Currency, FeeDetail, Money, Payout, PayoutStatus,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::measure::thread_time;
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
/// Every which movement is a refund, and which a payment that nobody has booked.
const REFUND_EACH: u32 = 20;
const UNBOOKED_EACH: u32 = 50;
/// Every which has no document in the shop.
const MISSING_EACH: u32 = 9_999;
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
    exceptions: usize,
}

/// Measures and prints.
pub(crate) fn run(report: &mut Report) -> Result<()> {
    let took = ROWS.map(|rows| Ok::<_, anyhow::Error>((rows, Made::new(rows)?.reconcile()?)));
    let took = took.into_iter().collect::<Result<Vec<_>>>()?;
    let per_row = |rows: u32, took: &Took| took.cpu.as_nanos() / u128::from(rows);
    let baseline = took.iter().find(|(rows, _)| *rows == BASELINE).context("no baseline")?;
    let baseline = per_row(BASELINE, &baseline.1).max(1);
    let head = ["a payout of", "CPU time", "a movement", "of 10,000's", "grew by", "not matched", ""]
        .map(str::to_owned);
    let mut table = vec![head];
    for (rows, took) in &took {
        let growth = per_row(*rows, took) * 1000 / baseline;
        let mut judged = Vec::new();
        if *rows == LIMITED {
            judged.push(report.judge(
                "a payout of 100,000 takes more than 1 s",
                Limit::Time,
                took.cpu <= CPU_MAX,
            ));
            let what = format!("a payout of 100,000 takes {}", size(took.peak_bytes));
            judged.push(report.judge(&what, Limit::Fixed, took.peak_bytes <= PEAK_BYTES_MAX));
        } else if *rows > LIMITED {
            judged.push(report.judge(
                "a payout takes more than its share",
                Limit::Time,
                growth <= GROWTH_MAX,
            ));
        }
        table.push([
            format!("{rows} movements"),
            time(took.cpu),
            time(took.cpu / *rows),
            ratio(growth),
            size(took.peak_bytes),
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
        Ok(Self { ledger, usd, began: "2026-03-01T00:00:00Z".parse()?, rows })
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.usd)
    }

    fn row(
        &self,
        n: u32,
        amount: i64,
        fee: i64,
        category: &str,
        source: String,
    ) -> Result<BalanceTransaction> {
        // Three days' worth.
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
            source: Some(source.parse()?),
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
        let is_refund = n % REFUND_EACH == 1;
        let (amount, fee, category, source, kind) = if is_refund {
            (-GROSS, 0, "refund", format!("re_{n}"), ShopKind::CreditMemo)
        } else {
            (GROSS, FEE, "charge", format!("ch_{n}"), ShopKind::Invoice)
        };
        let transaction = self.row(n, amount, fee, category, source.clone())?;
        let receivable = Receivable { amount: self.money(GROSS), base: self.money(GROSS) };
        let is_booked = !n.is_multiple_of(UNBOOKED_EACH);
        let order: canonical::IncrementId = format!("{:09}", n / 2).parse()?;
        let context = Context {
            order: Some(order.clone()),
            party: Some(format!("tb:{}:customer:{}", self.ledger.account, n % 500).try_into()?),
            receivable: Some(receivable),
            payout: Some("po_1".parse()?),
            elsewhere: if is_booked { Elsewhere::Gross } else { Elsewhere::Nothing },
            ..Context::default()
        };
        let shop = ShopDocument {
            id: n.to_string(),
            order,
            kind,
            reference: Some(source),
            amount: self.money(GROSS),
        };
        let key = keys::document(&self.ledger.account, &transaction).context("no document")?;
        let erp = is_booked.then(|| ErpDocument { key, amount: self.money(GROSS) });
        let shop = (n % MISSING_EACH != MISSING_EACH - 1).then_some(shop);
        Ok((Entry { transaction, context }, shop, erp))
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

    fn reconcile(&self) -> Result<Took> {
        let refunds = i64::try_from((0..self.rows - 1).filter(|n| n % REFUND_EACH == 1).count())?;
        let charges = i64::from(self.rows) - 1 - refunds;
        let amount = charges * (GROSS - FEE) - refunds * GROSS;
        let payout = self.payout(amount)?;
        let batch = Batch::Payout { payout: payout.id.clone(), part: 1 };
        let mut state = Reconciliation::new(self.ledger.account.clone(), payout)?;
        let mut book = DayBook::new(Grouping::Day);
        let mut exceptions = Vec::new();
        let mut cpu = Duration::ZERO;
        let before = Memory::now()?;
        before.forget_peak()?;
        for first in (0..self.rows).step_by(usize::try_from(PAGE)?) {
            let (mut entries, mut shop, mut erp) = (Vec::new(), Vec::new(), Vec::new());
            for n in first..(first + PAGE).min(self.rows) {
                if n == self.rows - 1 {
                    let own = self.row(self.rows, -amount, 0, "payout", "po_1".to_owned())?;
                    let context = Context { elsewhere: Elsewhere::All, ..Context::default() };
                    entries.push(Entry { transaction: own, context });
                    continue;
                }
                let (entry, of_shop, of_erp) = self.movement(n)?;
                entries.push(entry);
                shop.extend(of_shop);
                erp.extend(of_erp);
            }
            let begin = thread_time()?;
            let documents = Documents::new(shop, erp);
            for entry in &entries {
                book.add(&self.ledger, entry)?;
            }
            let items = state.page(&entries, &documents)?;
            exceptions.extend(items.into_iter().filter(|item| item.outcome.is_exception()));
            // As it is stored.
            ensure!(serde_json::to_vec(&(&state, &book))?.len() > 2, "nothing is stored");
            cpu += thread_time()? - begin;
        }
        let begin = thread_time()?;
        let posted = book.finish(&self.ledger, &batch)?;
        let report = state.finish()?;
        let text = report.csv() + &items_csv(&exceptions, ColumnNames::First);
        cpu += thread_time()? - begin;
        let peak_bytes = Memory::now()?.peak.saturating_sub(before.resident);
        if report.rows != u64::from(self.rows) || posted.journals.is_empty() || text.is_empty() {
            bail!(
                "the payout of {} movements has {} rows and {} journals",
                self.rows,
                report.rows,
                posted.journals.len()
            );
        }
        Ok(Took { cpu, peak_bytes, exceptions: exceptions.len() })
    }
}

/// What this process holds, in bytes.
struct Memory {
    resident: u64,
    peak: u64,
}

impl Memory {
    fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status").context("this needs Linux")?;
        let bytes = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
        };
        Ok(Self { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
    }

    /// The peak is what it is now (`man 5 proc_pid_clear_refs`).
    fn forget_peak(&self) -> Result<()> {
        std::fs::write("/proc/self/clear_refs", "5").context("the peak cannot be forgotten")
    }
}
