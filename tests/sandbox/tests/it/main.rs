//! The sandbox through its HTTP surface.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod client;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod erp;
#[cfg(test)]
mod erpnext;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod magento;
#[cfg(test)]
mod money;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod stripe;
#[cfg(test)]
mod wms;
