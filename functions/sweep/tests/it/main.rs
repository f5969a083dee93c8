//! The sweep through its public surface: real connectors over HTTP, the ports in memory.

#[cfg(test)]
mod config;
#[cfg(test)]
mod days;
#[cfg(test)]
mod events;
#[cfg(test)]
mod executions;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod refusing;
#[cfg(test)]
mod world;
