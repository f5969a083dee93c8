//! Environment files: what a good one says, and how each mistake of a bad one is told.

#[cfg(test)]
mod good;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod secret;
