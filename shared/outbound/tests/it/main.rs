//! The one way we send HTTP, through its public surface.

#[cfg(test)]
mod address;
#[cfg(test)]
mod answer;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod limit;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod problem;
#[cfg(test)]
mod redirect;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod world;
