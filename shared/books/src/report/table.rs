//! CSV that a spreadsheet may open: what came from outside is no formula there.

use canonical::Money;

/// CSV in memory.
pub(super) struct Table(csv::Writer<Vec<u8>>);

impl Table {
    pub(super) fn new(names: &[&str]) -> Self {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        if !names.is_empty() {
            table.row(names.iter().copied());
        }
        table
    }

    pub(super) fn total(&mut self, part: &str, name: &str, rows: u64, [gross, fees, net]: [Money; 3]) {
        let text = |money: Money| money.to_decimal().to_string();
        let (rows, currency) = (rows.to_string(), gross.currency());
        self.row([part, name, &rows, &text(gross), &text(fees), &text(net), currency.code()]);
    }

    /// A row. Writing to memory does not fail, and each row of a table has as many cells as its names.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for cell in cells {
            let _ = if is_formula(cell) {
                self.0.write_field(format!("'{cell}"))
            } else {
                self.0.write_field(cell)
            };
        }
        let _ = self.0.write_record(None::<&[u8]>);
    }

    pub(super) fn text(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Whether a spreadsheet would compute a text that came from outside; a number it may.
///
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>
fn is_formula(cell: &str) -> bool {
    let is_number = cell.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.');
    match cell.as_bytes().first() {
        Some(b'=' | b'+' | b'@' | b'\t' | b'\r') => true,
        Some(b'-') => !is_number,
        _ => false,
    }
}
