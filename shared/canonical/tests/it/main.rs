//! Canonical's behaviour through its public surface.

#[cfg(test)]
mod allocate;
#[cfg(test)]
mod books;
#[cfg(test)]
mod convert;
#[cfg(test)]
mod money;
#[cfg(test)]
mod order;
#[cfg(test)]
mod schema;
