//! The Stripe connector through its public surface.

#[cfg(test)]
mod attempt;
#[cfg(test)]
mod event;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod payment_read;
#[cfg(test)]
mod payment_tag;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod world;
