//! The warehouse connector through its public surface.

#[cfg(test)]
mod cancel;
#[cfg(test)]
mod put;
#[cfg(test)]
mod refusal;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod world;
