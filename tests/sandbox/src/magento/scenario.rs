//! Histories.
/// The report.
#[derive(Debug)]
pub struct Report;
impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("none")
    }
}
/// Plays a file.
///
/// # Errors
/// Always.
pub fn run_file(_file: &std::path::Path) -> anyhow::Result<Report> {
    anyhow::bail!("not yet")
}
