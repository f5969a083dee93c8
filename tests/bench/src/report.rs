//! What a person reads: a table a section, and what exceeds its limit said loudly.

use std::time::Duration;

/// What was measured against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A time: the machine has a say in it, so it is shown and decides nothing.
    Time,
    /// A size or a count: the same on every machine, so it must hold.
    Fixed,
}

/// The report as it grows.
#[derive(Debug, Default)]
pub(crate) struct Report {
    broken: Vec<String>,
    slow: Vec<String>,
}

impl Report {
    /// Prints a section: a title, then rows whose first is the head.
    pub(crate) fn section<const N: usize>(title: &str, rows: &[[String; N]]) {
        println!("\n{title}");
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; N] = std::array::from_fn(width);
        for row in rows {
            let mut line = String::new();
            for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
                // The first column is words, the rest are figures.
                let cell = if at == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
                line.push_str(&cell);
            }
            println!("  {}", line.trim_end());
        }
    }

    /// Notes whether a limit holds; the words for its cell.
    pub(crate) fn judge(&mut self, what: &str, limit: Limit, holds: bool) -> String {
        if holds {
            return "holds".to_owned();
        }
        match limit {
            Limit::Time => self.slow.push(what.to_owned()),
            Limit::Fixed => self.broken.push(what.to_owned()),
        }
        "OVER THE LIMIT".to_owned()
    }

    /// Prints what exceeds its limit. Whether all sizes and counts are as they must be.
    pub(crate) fn close(self) -> bool {
        println!();
        for what in &self.slow {
            println!("OVER THE LIMIT (a time; decides nothing): {what}");
        }
        for what in &self.broken {
            println!("OVER THE LIMIT: {what}");
        }
        if self.slow.is_empty() && self.broken.is_empty() {
            println!("Every limit holds.");
        }
        self.broken.is_empty()
    }
}

/// A ratio in thousandths as people write it.
pub(crate) fn ratio(per_mille: u128) -> String {
    format!("{}.{:02}", per_mille / 1000, per_mille % 1000 / 10)
}

/// A time with three digits that count.
pub(crate) fn time(time: Duration) -> String {
    let nanos = time.as_nanos();
    match nanos {
        0..10_000 => format!("{nanos} ns"),
        10_000..10_000_000 => format!("{} µs", decimal(nanos, 1_000)),
        _ => format!("{} ms", decimal(nanos, 1_000_000)),
    }
}

/// Bytes as people say them.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", decimal(bytes.into(), 1_000)),
        _ => format!("{} MB", decimal(bytes.into(), 1_000_000)),
    }
}

fn decimal(value: u128, unit: u128) -> String {
    let (whole, rest) = (value / unit, value % unit * 100 / unit);
    match whole {
        0..10 => format!("{whole}.{rest:02}"),
        10..100 => format!("{whole}.{}", rest / 10),
        _ => whole.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!(ratio(1_499), "1.49");
        let shown = [9_999, 12_345, 123_456, 1_234_567, 12_345_678].map(Duration::from_nanos).map(time);
        assert_eq!(shown, ["9999 ns", "12.3 µs", "123 µs", "1234 µs", "12.3 ms"]);
        assert_eq!([2_345, 15_700_000].map(size), ["2.34 KB", "15.7 MB"]);
    }

    #[test]
    fn only_sizes_and_counts_decide() {
        let mut report = Report::default();
        assert_eq!(report.judge("a", Limit::Fixed, true), "holds");
        assert_eq!(report.judge("b", Limit::Time, false), "OVER THE LIMIT");
        assert!(report.close());
        let mut report = Report::default();
        report.judge("c", Limit::Fixed, false);
        assert!(!report.close());
    }
}
