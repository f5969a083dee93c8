//! A pair's connectors, made of its settings and secrets.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod made;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod world;
