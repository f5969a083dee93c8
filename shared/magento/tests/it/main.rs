//! The Magento connector through its public surface, against the shop's double over HTTP.

#[cfg(test)]
mod cancel;
#[cfg(test)]
mod comment;
#[cfg(test)]
mod credit_memo;
#[cfg(test)]
mod door;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod list;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod mark_paid;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod payment_failed;
#[cfg(test)]
mod permission;
#[cfg(test)]
mod read;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod world;
