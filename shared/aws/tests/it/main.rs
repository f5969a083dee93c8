//! The ports on AWS, against a cloud in this process; and what every store must do, held against both of them.

#[cfg(test)]
mod emf;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod store;
#[cfg(test)]
mod table;
#[cfg(test)]
mod world;
