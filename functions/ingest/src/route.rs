//! The routing table: which flows want which event, and what the event is about.

use std::collections::HashMap;

use flow::FlowName;
use flow::plan::Trigger;

use crate::pick::Wanted;
use crate::source::Source;

/// Who wants what, by source and event type. Built once, at start.
#[derive(Debug, Default)]
pub struct Routes(HashMap<Source, HashMap<String, Route>>);

/// The flows that want one type of event.
#[derive(Debug, Default)]
pub struct Route {
    pub(crate) flows: Vec<(FlowName, Trigger)>,
    /// The parts of the event that the triggers' pointers lead to.
    pub(crate) wanted: Wanted,
}

impl Routes {
    /// The table of the flows that are shipped with this build.
    ///
    /// # Errors
    /// What is wrong with a flow's head.
    pub fn shipped() -> Result<Self, flows::Error> {
        Ok(Self::new(flows::routes()?))
    }

    /// A table of these flows. Triggers of sources that no endpoint serves (events that we make) are not in it.
    #[must_use]
    pub fn new(flows: impl IntoIterator<Item = (FlowName, Vec<Trigger>)>) -> Self {
        let mut routes = Self::default();
        for (flow, triggers) in flows {
            for trigger in triggers {
                let Some(source) = Source::named(&trigger.source) else { continue };
                let route = routes.0.entry(source).or_default().entry(trigger.event.clone()).or_default();
                trigger.entity.iter().for_each(|pointer| route.wanted.add_entity(pointer));
                route.flows.push((flow.clone(), trigger));
            }
        }
        routes
    }

    pub(crate) fn find(&self, source: Source, event_type: &str) -> Option<&Route> {
        self.0.get(&source)?.get(event_type)
    }

    /// Every flow that some event of an endpoint starts.
    pub fn flows(&self) -> impl Iterator<Item = &FlowName> {
        self.0.values().flat_map(HashMap::values).flat_map(|route| route.flows.iter().map(|(flow, _)| flow))
    }
}
