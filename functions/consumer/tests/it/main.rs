//! The consumer through its public surface: real connectors over HTTP, the ports in memory.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod config;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod disputes;
#[cfg(test)]
mod held;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod money;
#[cfg(test)]
mod order;
#[cfg(test)]
mod payouts;
#[cfg(test)]
mod receipt;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod second_flow;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod traced;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod world;
