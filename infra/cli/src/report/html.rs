//! A page that can be filed: it needs nothing from elsewhere, has no script, and prints. Every text that is put in is escaped here.

use jiff::Timestamp;

/// Whose page it is, and when it was made.
pub(super) struct Made {
    pub(super) pair: String,
    pub(super) stage: String,
    pub(super) account: Option<String>,
    pub(super) at: Timestamp,
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#c9ced6;--soft:#f3f5f7;--bar:#1f5fa8;--bad:#a3262a}\
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--paper:#14171b;--line:#3a414b;--soft:#1d2228;--bar:#7db4f0;--bad:#ff8e8e}}\
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0 0 1rem}dt{font-weight:600}dd{margin:0}\
table{border-collapse:collapse;width:100%;margin:1rem 0;font-variant-numeric:tabular-nums}\
caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}thead th{background:var(--soft)}\
details{margin:.25rem 0}summary{cursor:pointer}svg{max-width:100%;height:auto}svg rect{fill:var(--bar)}svg rect.below{fill:var(--bad)}\
svg text{fill:var(--ink);font:11px system-ui,sans-serif}svg line{stroke:var(--line)}\
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.85rem}\
@media print{:root{--ink:#000;--paper:#fff;--line:#999;--soft:#eee;--bar:#333;--bad:#000}body{margin:0;max-width:none;font-size:11px}\
tr,svg{break-inside:avoid}thead{display:table-header-group}}";

/// Text as it stands in a page, in quotes as well.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The page. `body` is made of what this file makes.
pub(super) fn page(made: &Made, title: &str, facts: &[(String, String)], body: &str) -> String {
    let Made { pair, stage, account, at } = made;
    let title = escaped(title);
    let own = [
        ("Company".to_owned(), format!("pair {pair} of stage {stage}")),
        ("Stripe account".to_owned(), account.clone().unwrap_or_default()),
    ];
    let on = [("Made on".to_owned(), format!("{at:.0}"))];
    let facts: String = own
        .iter()
        .chain(facts)
        .chain(&on)
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<dl>{facts}</dl>\n{body}</main>\n<footer>Made by tillbridge {}.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    )
}

pub(super) fn heading(text: &str) -> String {
    format!("<h2>{}</h2>\n", escaped(text))
}

pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escaped(text))
}

/// A table; nothing where it has no row. The first cell of a row is its name.
pub(super) fn table(caption: &str, names: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let body: String = rows.into_iter().map(|row| table_row(&row)).collect();
    if body.is_empty() {
        return String::new();
    }
    let head: String = names.iter().map(|name| format!("<th scope=\"col\">{}</th>", escaped(name))).collect();
    format!(
        "<table>\n<caption>{}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n",
        escaped(caption)
    )
}

fn table_row(cells: &[String]) -> String {
    let cell = |(at, cell): (usize, &String)| match at {
        0 => format!("<th scope=\"row\">{}</th>", escaped(cell)),
        _ => format!("<td>{}</td>", escaped(cell)),
    };
    format!("<tr>{}</tr>\n", cells.iter().enumerate().map(cell).collect::<String>())
}

/// What can be opened.
pub(super) fn details(summary: &str, inside: &str) -> String {
    format!("<details><summary>{}</summary>\n{inside}</details>\n", escaped(summary))
}

/// A bar of a chart: its name, how it is written, and how long it is, in minor units.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) minor: i64,
}

/// Pixels of the longest bar.
const BAR_MAX: u64 = 420;
/// Pixels between two bars.
const STEP: usize = 20;

/// Bars below each other; nothing where there is none. Those below nothing have another colour, and a minus before the number.
pub(super) fn chart(title: &str, bars: &[Bar]) -> String {
    let Some(longest) = bars.iter().map(|bar| bar.minor.unsigned_abs()).max().filter(|longest| *longest > 0)
    else {
        return String::new();
    };
    let height = bars.len() * STEP + 4;
    let drawn: String = bars
        .iter()
        .enumerate()
        .map(|(at, bar)| {
            let width = u128::from(bar.minor.unsigned_abs()) * u128::from(BAR_MAX) / u128::from(longest);
            let (y, class) = (at * STEP + 2, if bar.minor < 0 { " class=\"below\"" } else { "" });
            format!(
                "<text x=\"0\" y=\"{}\">{}</text><rect{class} x=\"190\" y=\"{y}\" width=\"{width}\" height=\"14\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text>\n",
                y + 11,
                escaped(&bar.name),
                196 + width,
                y + 11,
                escaped(&bar.value)
            )
        })
        .collect();
    let title = escaped(title);
    format!(
        "<figure><figcaption>{title}</figcaption>\n<svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 760 {height}\" \
         width=\"760\" height=\"{height}\">\n<title>{title}</title>\n{drawn}</svg></figure>\n"
    )
}
