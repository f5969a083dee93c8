//! The Stripe connector through its public surface.

#[cfg(test)]
mod account;
#[cfg(test)]
mod attempt;
#[cfg(test)]
mod balance;
#[cfg(test)]
mod dispute;
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
mod payout;
#[cfg(test)]
mod refund_list;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod settlement;
#[cfg(test)]
mod spoilt;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod world;
