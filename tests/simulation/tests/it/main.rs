//! The simulation itself: it repeats what a seed says, and plays what it has to.

#[cfg(test)]
mod histories;
