//! The four systems together, and what a test may do to them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::routing::any_service;
use serde_json::{Value, json};
use tower::service_fn;

use crate::door::{Act, Door};
use crate::erp::{Erp, LedgerLine};
use crate::erpnext::Erpnext;
use crate::faults::Faults;
use crate::magento::{Magento, Switches};
use crate::reply::{Incoming, Reply};
use crate::requests::{Requests, Seen};
use crate::seed::{self, NoSuchKind, Seed, Seeded};
use crate::stripe::{Paid, Stripe};
use crate::wms::{Event, Wms};
use crate::{MAGENTO_PATH, Planned, Settings, System, admin, page};

/// Doubles of the four systems. Cheap to clone; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox {
    settings: Arc<Settings>,
    systems: Arc<Systems>,
    faults: Arc<Faults>,
    requests: Arc<Requests>,
    /// Order numbers go on over resets: what tillbridge remembers of an order outlives one.
    orders: Arc<AtomicU64>,
}

/// The doubles behind their doors; a reset puts new ones there.
pub(crate) struct Systems(RwLock<Arc<Set>>);

struct Set {
    stripe: Stripe,
    magento: Magento,
    erp: Erp,
    wms: Wms,
    erpnext: Erpnext,
    /// Seeds are made one after the other: order, then charge.
    seeding: Mutex<()>,
}

impl Set {
    fn new(settings: &Settings) -> Arc<Self> {
        Arc::new(Self {
            stripe: Stripe::new(settings.stripe.clone()),
            magento: Magento::new(settings.magento.clone(), format!("{}{MAGENTO_PATH}", settings.public_url)),
            erp: Erp::new(settings.erp.clone()),
            wms: Wms::new(settings.wms.clone()),
            erpnext: Erpnext::new(settings.erpnext.clone()),
            seeding: Mutex::new(()),
        })
    }
}

impl Systems {
    fn set(&self) -> Arc<Set> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks a system.
    pub(crate) async fn call(&self, system: System, incoming: Incoming, act: Act) -> Reply {
        let set = self.set();
        if system == System::Stripe {
            // Latency, refusals and 500s act inside: idempotency keys must see them.
            return set.stripe.call(&incoming, &act).await;
        }
        tokio::time::sleep(act.latency).await;
        if let Some((status, code)) = &act.refuse {
            return crate::faults::refusal(system, *status, code.as_deref());
        }
        let reply = match system {
            System::Magento => set.magento.handle(&incoming),
            System::Erp => set.erp.handle(&incoming),
            System::Erpnext => set.erpnext.handle(&incoming),
            System::Stripe | System::Wms => set.wms.handle(&incoming),
        };
        if act.commit_then_500 { crate::faults::refusal(system, 500, None) } else { reply }
    }
}

impl Sandbox {
    /// Four systems without a document.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (set, first) = settings.clock.holds(|| (Set::new(&settings), seed::first_number()));
        Self {
            systems: Arc::new(Systems(RwLock::new(set))),
            settings: Arc::new(settings),
            faults: Arc::default(),
            requests: Arc::default(),
            orders: Arc::new(AtomicU64::new(first)),
        }
    }

    /// Everything: the systems under `/stripe`, `/magento`, `/erp`, `/wms`, `/erpnext`, the admin API, the page.
    pub fn router(&self) -> Router {
        let mut router = Router::new().merge(admin::router(self.clone())).merge(page::router());
        for system in System::SERVED {
            let door = Arc::new(Door {
                system,
                systems: Arc::clone(&self.systems),
                faults: Arc::clone(&self.faults),
                requests: Arc::clone(&self.requests),
                clock: self.settings.clock.clone(),
            });
            let service = service_fn(move |request| {
                let door = Arc::clone(&door);
                async move { Ok::<_, std::convert::Infallible>(door.pass(request).await) }
            });
            router = router.nest_service(&format!("/{}", system.as_str()), any_service(service));
        }
        router
    }

    /// The settings that it began with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Forgets every document, fault and request.
    pub fn reset(&self) {
        let new = self.settings.clock.holds(|| Set::new(&self.settings));
        *self.systems.0.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.faults.clear();
        self.requests.clear();
    }

    /// All systems' documents.
    #[must_use]
    pub fn state(&self) -> Value {
        self.by_clock(|set| {
            json!({
                "stripe": set.stripe.snapshot(),
                "magento": set.magento.snapshot(),
                "erp": set.erp.snapshot(),
                "wms": set.wms.snapshot(),
                "erpnext": set.erpnext.snapshot(),
            })
        })
    }

    /// Every line of the ERP's ledger, oldest first: what an auditor would be handed.
    #[must_use]
    pub fn ledger(&self) -> Vec<LedgerLine> {
        self.by_clock(|set| set.erp.ledger())
    }

    /// Lets something happen at Stripe that no request of ours causes: a customer pays or fails to, a bank disputes, a
    /// payout leaves. `wanted` names its `move`, and with `in_seconds` a later time by the clock. Gives `id`, `object` and
    /// `events`, ready to be signed and sent; or `planned_at`.
    ///
    /// # Errors
    /// There is no such move, or Stripe would refuse it.
    pub fn play_stripe(&self, wanted: &Value) -> Result<Value, String> {
        self.by_clock(|set| set.stripe.play(wanted))
    }

    /// How many events Stripe has made, and those after a number of them, oldest first: what happens by the clock alone
    /// (a payout's life, an authorisation's end) is seen here.
    #[must_use]
    pub fn stripe_events(&self, after: usize) -> (usize, Vec<Value>) {
        self.by_clock(|set| set.stripe.events_after(after))
    }

    /// Puts a Magento order as REST would show it; gives its `entity_id`.
    #[must_use]
    pub fn put_order(&self, order: Value) -> u64 {
        self.by_clock(|set| set.magento.put_order(order))
    }

    /// Puts a Magento order as it was found in a shop: one that is paid has its invoice.
    pub(crate) fn put_found_order(&self, order: Value) -> u64 {
        self.by_clock(|set| set.magento.put_found_order(order))
    }

    /// Makes an order and the charge that pays it.
    ///
    /// # Errors
    /// A kind that there is none of; see [`Seed`].
    pub fn seed(&self, seed: &Seed) -> Result<Seeded, NoSuchKind> {
        let set = self.systems.set();
        let _one_at_a_time = set.seeding.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        self.settings.clock.holds(|| {
            seed::make(seed, number, |order| set.magento.put_order(order), |paid| set.stripe.pay(paid))
        })
    }

    /// Stripe's own Magento module invoices an order under a transaction id, as it does a few seconds after the
    /// charge; gives the invoice's id.
    ///
    /// # Errors
    /// What Magento says.
    pub fn stripe_module_invoices(&self, order: u64, transaction: &str) -> Result<u64, String> {
        self.by_clock(|set| set.magento.stripe_module_invoices(order, transaction))
    }

    /// An order of the Magento double as a module of the shop sends it.
    ///
    /// # Errors
    /// What Magento says.
    pub fn magento_notice(&self, order: u64) -> Result<String, String> {
        self.systems.set().magento.notice(order)
    }

    /// How the Magento double is set.
    #[must_use]
    pub fn magento_switches(&self) -> Switches {
        self.systems.set().magento.switches()
    }

    /// Sets the Magento double otherwise, until a reset.
    pub fn set_magento_switches(&self, switches: Switches) {
        self.systems.set().magento.set_switches(switches);
    }

    /// Plans a fault; `false` where too many are planned.
    pub fn plan(&self, planned: Planned) -> bool {
        self.faults.plan(planned)
    }

    /// Takes all faults away and brings all systems up.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// Switches a system off (its connections drop) or on.
    pub fn set_down(&self, system: System, down: bool) {
        self.faults.set_down(system, down);
    }

    /// What the systems were asked after a number, oldest first; at most 10,000.
    #[must_use]
    pub fn requests(&self, after: u64) -> Vec<Seen> {
        self.requests.after(after)
    }

    /// Forgets what was asked.
    pub fn clear_requests(&self) {
        self.requests.clear();
    }

    pub(crate) fn planned(&self) -> (Vec<Planned>, Vec<System>) {
        (self.faults.planned(), self.faults.down())
    }

    pub(crate) fn pay(&self, paid: &Paid) -> Result<Value, String> {
        let ids = self.by_clock(|set| set.stripe.pay(paid))?;
        serde_json::to_value(ids).map_err(|error| error.to_string())
    }

    /// Puts a Stripe object that is whole (it names its `object`); what it does not say is as in a plain one. Gives its id.
    ///
    /// # Errors
    /// It has no `id` or `object`, or the sandbox keeps none of its kind.
    pub fn put_stripe(&self, object: &Value) -> Result<String, String> {
        self.by_clock(|set| set.stripe.put(object))
    }

    pub(crate) fn advance(&self, key: &str, to: &str) -> Result<Option<Event>, String> {
        self.by_clock(|set| set.wms.advance(key, to))
    }

    fn by_clock<T>(&self, work: impl FnOnce(&Set) -> T) -> T {
        let set = self.systems.set();
        self.settings.clock.holds(|| work(&set))
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("settings", &self.settings).finish_non_exhaustive()
    }
}
