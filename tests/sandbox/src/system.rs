//! Which of the four.

use serde::{Deserialize, Serialize};

/// One of the systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Payments.
    Stripe,
    /// The shop.
    Magento,
    /// The books.
    Erp,
    /// The warehouse.
    Wms,
    /// The books in another system than [`Erp`](Self::Erp): no event passes through both.
    Erpnext,
}

impl System {
    /// All, in the order of an event's way.
    pub const ALL: [Self; 4] = [Self::Stripe, Self::Magento, Self::Erp, Self::Wms];

    /// All that are served.
    pub(crate) const SERVED: [Self; 5] = [Self::Stripe, Self::Magento, Self::Erp, Self::Wms, Self::Erpnext];

    /// Its name, which is also its path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Magento => "magento",
            Self::Erp => "erp",
            Self::Wms => "wms",
            Self::Erpnext => "erpnext",
        }
    }

    /// The system of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::SERVED.into_iter().find(|system| system.as_str() == name)
    }
}
