//! What a system must offer to be put through the cases.

use std::fmt;

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Order,
    Invoice,
    CreditNote,
    Payment,
    Journal,
}

impl Kind {
    /// The action that puts one.
    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::Order => "erp.sales_order.put",
            Self::Invoice => "erp.sales_invoice.put",
            Self::CreditNote => "erp.credit_note.put",
            Self::Payment => "erp.payment.put",
            Self::Journal => "erp.journal.put",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How the next request that makes a document of a kind goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is made, and no answer comes.
    CommitThenTimeout,
    /// It is made, and the answer is 500.
    CommitThen500,
    /// Nothing is made, and the connection drops.
    Drop,
    /// Nothing is made, and a proxy's page comes.
    HtmlBody,
    /// One that is there already is not seen, and nothing in the system keeps a second from being made.
    Unguarded,
}

/// A document as the books show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The system's own id.
    pub(crate) id: String,
    /// Whether it counts: neither a draft nor taken back.
    pub(crate) stands: bool,
}

/// A system with a company in it: company currency USD, one customer account and one Stripe clearing account for each of USD, EUR, JPY
/// and KWD where the system wants them apart, days before 2020 closed.
///
/// A real server that all tests share gives each its own [`tag`](Self::tag), and holds a lock where a case compares balances.
pub(crate) trait System: Sized + Sync {
    /// Starts it; `None` where it is not at hand (no server): its cases are skipped, and said to be.
    async fn start() -> Option<Self>;

    /// The pair's settings: `base_url`, `accounts` of every role that the documents use, and a `timeout_s` of 1 or so.
    fn settings(&self) -> environment::Erp;

    /// The secret's token.
    fn token(&self) -> String;

    /// What keeps this run's documents from those of another in the same books; letters and digits.
    fn tag(&self) -> String {
        "1".to_owned()
    }

    /// Plans a fault for the next request that makes a document of the kind; `false` where the system cannot be made to.
    fn fail(&self, kind: Kind, fault: Fault) -> bool;

    /// Switches the whole system off or on; `false` where that cannot be done.
    fn set_down(&self, down: bool) -> bool;

    /// All documents of a key, oldest first: drafts, and those that were taken back, too.
    async fn documents(&self, kind: Kind, key: &str) -> Vec<Seen>;

    /// What is open of an invoice or a credit note, as decimal text in its currency; nothing is `0`.
    async fn open(&self, key: &str) -> String;

    /// What the document comes to in its own currency, as decimal text without trailing zeros.
    async fn total(&self, kind: Kind, key: &str) -> String;

    /// Cancels the one order of a key, as a person does.
    async fn cancel_order(&self, key: &str);
}
