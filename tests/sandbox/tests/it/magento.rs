//! Magento's double against what a running Magento did.

use std::path::Path;

use sandbox::magento::scenario;

#[test]
fn every_recorded_step_that_the_double_knows_goes_as_it_went() {
    let file =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/magento/scenarios.json"));
    if !file.exists() {
        println!("skipped: ../shared/fixtures is not there");
        return;
    }
    let report = scenario::run_file(file).expect("a file of histories");
    assert!(report.failed.is_empty(), "{report}");
    assert!(report.passed >= 54, "{report}");
}
