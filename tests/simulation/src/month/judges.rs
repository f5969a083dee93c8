//! Judges that we did not write: hledger and Beancount read the ERP's whole ledger as plain text, find no error, and come to the
//! balances that the ledger has.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use books::{Chart, Role};
use rust_decimal::Decimal;

use super::Wanted;
use super::check::Check;
use super::figures::Figures;
use super::ledger::journals;

/// By account, as plain text names it, and currency.
type Balances = BTreeMap<(String, String), Decimal>;

/// Prints `account,currency,amount` for each balance; ends badly where the ledger has an error.
const BEANCOUNT: &str = include_str!("balances.py");

/// What the ERP books sales on, which no role of the environment names: its own business.
const OF_THE_ERP: [(&str, &str); 2] = [("tax_payable.VAT", "2200"), ("sales_returns", "4900")];

/// Check 7.
pub(super) fn agree(figures: &Figures, wanted: &Wanted) -> Result<Check> {
    let mut check = Check::new(7, "hledger and Beancount find no error, and the same balances");
    let journals = match journals(&figures.ledger) {
        Ok(journals) => journals,
        Err(error) => {
            check.broken.push(format!("§6.7: the ledger is no set of journals: {error:#}"));
            return Ok(check);
        }
    };
    let mut accounts: Vec<_> =
        figures.books.chart.accounts().map(|(role, code)| (role.clone(), code.clone())).collect();
    for (role, code) in OF_THE_ERP {
        accounts.push((role.parse::<Role>()?, code.parse()?));
    }
    let books = books::Ledger { chart: Chart::new(accounts), ..figures.books.clone() };
    std::fs::create_dir_all(&wanted.folder)?;
    let (ledger, beans) = (wanted.folder.join("month.journal"), wanted.folder.join("month.beancount"));
    let text = books::export::hledger(&books.chart, &journals);
    std::fs::write(&ledger, &text)?;
    std::fs::write(&beans, books::export::beancount(&books, &journals))?;
    if let Some(export) = &wanted.export {
        std::fs::write(export, &text).with_context(|| format!("{} cannot be written", export.display()))?;
    }
    let strict = said(&wanted.hledger, &["check", "--strict", "-f"], &ledger)?;
    let balance = ["balance", "--flat", "-N", "-E", "--layout=bare", "-O", "csv", "-f"];
    let hledger = said(&wanted.hledger, &balance, &ledger)?;
    let beancount = said(&wanted.python, &["-c", BEANCOUNT], &beans)?;
    let ours = ours(figures, &text);
    for (judge, answer) in
        [("hledger check --strict", &strict), ("hledger", &hledger), ("Beancount", &beancount)]
    {
        match answer {
            Err(refused) => check.broken.push(format!("§6.7: {judge}: {refused}")),
            Ok(_) if judge.contains("check") => {}
            Ok(text) => differ(&mut check, judge, &ours, &read(text)?),
        }
    }
    check.figures.push(format!(
        "{} journals, {} balances by account and currency",
        journals.len(),
        ours.len()
    ));
    check.figures.push(format!("{} and {}", ledger.display(), beans.display()));
    Ok(check)
}

/// The ledger's own balances, under the names that its text gives the accounts.
fn ours(figures: &Figures, text: &str) -> Balances {
    let declared = text.lines().filter_map(|line| line.strip_prefix("account ")?.split_once("  ; code:"));
    let names: BTreeMap<&str, &str> = declared.map(|(name, code)| (code, name)).collect();
    let mut balances = Balances::new();
    for line in &figures.ledger {
        let name = names.get(line.account.as_str()).copied().unwrap_or_default();
        let currency = line.amount.currency().code().to_owned();
        *balances.entry((name.to_owned(), currency)).or_default() += line.amount.to_decimal();
    }
    balances.retain(|_, amount| !amount.is_zero());
    balances
}

fn differ(check: &mut Check, judge: &str, ours: &Balances, theirs: &Balances) {
    let all: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    for at in all {
        let of = |balances: &Balances| balances.get(at).copied().unwrap_or_default();
        if of(ours) != of(theirs) {
            let (account, currency) = at;
            check.broken.push(format!(
                "§6.7: {account} is {} {currency} in the ledger, and {} to {judge}",
                of(ours),
                of(theirs)
            ));
        }
    }
}

/// A judge's answer, or what it objects to.
fn said(program: &Path, arguments: &[&str], file: &Path) -> Result<Result<String, String>> {
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .output()
        .with_context(|| format!("{} cannot be asked", program.display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().chars().take(2_000).collect::<String>();
    if output.status.success() {
        return Ok(Ok(String::from_utf8(output.stdout)?));
    }
    Ok(Err(format!("{} {}", text(&output.stderr), text(&output.stdout))))
}

/// `account,currency,amount` by line, quoted or not; a head is left out.
fn read(text: &str) -> Result<Balances> {
    let mut balances = Balances::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let [account, currency, amount] = cells.as_slice() else { continue };
        if *account == "account" || currency.is_empty() {
            continue;
        }
        let amount: Decimal = amount.parse().with_context(|| format!("{line} is no balance"))?;
        *balances.entry(((*account).to_owned(), (*currency).to_owned())).or_default() += amount;
    }
    balances.retain(|_, amount| !amount.is_zero());
    Ok(balances)
}
