//! What a world is besides chance: when it begins, what goes wrong, how closely it is looked at, and how its doubles are set.

use std::time::Duration;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use sandbox::{Account, AccountKind, Clock, MagentoSettings, Settings, Switches};

use crate::chance::Chance;
use crate::clock::SimClock;
use crate::faults::Faults;

/// Where the doubles are, as the environment file says.
const PUBLIC_URL: &str = "http://127.0.0.1:4580";
/// How often it is looked what Stripe has made.
const LOOK: Duration = Duration::from_secs(1);
/// How often the sweep runs, as `template.yaml` says.
const SWEPT_EVERY: Duration = Duration::from_mins(5);
/// Lines after which a history runs in circles.
const LINES_MAX: usize = 200_000;
/// The ERP's accounts of the second settlement currency, as `environment.yaml` names them.
const EURO_ACCOUNTS: [(&str, &str); 6] = [
    ("1051", "Stripe clearing, EUR"),
    ("1061", "Cash in transit, EUR"),
    ("1101", "Bank, EUR"),
    ("1301", "Disputes receivable, EUR"),
    ("1401", "Reserves held, EUR"),
    ("1901", "Suspense, EUR"),
];
/// What a world is, besides chance.
pub(crate) struct Setup {
    /// When it begins.
    pub(crate) begin: Timestamp,
    /// What goes wrong.
    pub(crate) faults: Faults,
    /// How often it is looked what Stripe has made.
    pub(crate) look: Duration,
    /// How often the sweep runs.
    pub(crate) swept_every: Duration,
    /// Lines after which it runs in circles.
    pub(crate) lines_max: usize,
    /// Whether every event is sent that a flow hears of, also of payments that no order is known of.
    pub(crate) sends_all: bool,
}

impl Setup {
    /// Half an hour in which anything may go wrong.
    pub(crate) fn of_a_history(chance: &Chance) -> Result<Self> {
        let first: Timestamp = "2026-01-05T00:00:00Z".parse()?;
        let begin = first + SignedDuration::from_mins(i64::try_from(chance.between(0, 300 * 24 * 60))?);
        Ok(Self {
            begin,
            faults: Faults::draw(chance),
            look: LOOK,
            swept_every: SWEPT_EVERY,
            lines_max: LINES_MAX,
            sends_all: false,
        })
    }
}

/// How the doubles are set.
pub(crate) fn settings(clock: &SimClock) -> Settings {
    let now = clock.clone();
    let mut settings = Settings {
        clock: Clock::new(move || now.time()),
        public_url: PUBLIC_URL.to_owned(),
        // People sign in with a token of their own making; how we sign stays under test.
        magento: MagentoSettings {
            switches: Switches { bearer_allowed: true, ..Switches::default() },
            ..MagentoSettings::default()
        },
        ..Settings::default()
    };
    // What a rotation changes to is known to the systems from the start.
    settings.erp.tokens.push("erp-sandbox-token-1".to_owned());
    settings.wms.tokens.push("wms-sandbox-token-1".to_owned());
    for (code, name) in EURO_ACCOUNTS {
        let (code, name) = (code.to_owned(), name.to_owned());
        settings.erp.accounts.push(Account { code, name, kind: AccountKind::Asset });
    }
    settings
}
