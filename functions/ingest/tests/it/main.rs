//! Ingest from the request to the queue.

#[cfg(test)]
mod canary;
#[cfg(test)]
mod config;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod magento;
#[cfg(test)]
mod property;
#[cfg(test)]
mod queued;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod wms;
#[cfg(test)]
mod world;
